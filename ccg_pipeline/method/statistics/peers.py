"""Against the similar ten: how an organisation compares among those that resemble it.

Belongs here: the median of the ten, the distance from it in median absolute deviations, the rank of eleven.
Does not belong here: who resembles whom (`reference`), any adjustment: no score is changed by its peers.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ccg_pipeline.method.statistics.grid import Floats, Integers
from ccg_pipeline.method.statistics.ranks import ranks

LEAST_PEERS = 5  # of ten: fewer with a figure have no median to speak of


def places_of_peers(ccg_codes: Sequence[str], similar: pd.DataFrame) -> Integers:
    """Place in `ccg_codes` of each one's similar, most similar first: shape (n, most peers), −1 for none.

    `similar`: ccg_code, rank, similar_ccg_code, one row a pair, in any order. Who is not among `ccg_codes` is
    none. ValueError where one is there twice among another's peers, or among its own.
    """
    pairs = similar.sort_values(["ccg_code", "rank"])
    twice = pairs.duplicated(["ccg_code", "similar_ccg_code"]) | (
        pairs["ccg_code"] == pairs["similar_ccg_code"]
    )
    if twice.any():
        first = pairs[twice].iloc[0]
        raise ValueError(
            f"{first['similar_ccg_code']} cannot be a peer of {first['ccg_code']} so: it is there twice."
        )
    codes = pd.Index(ccg_codes)
    own, other = (codes.get_indexer(pd.Index(pairs[name])) for name in ("ccg_code", "similar_ccg_code"))
    slot = pairs.groupby("ccg_code").cumcount().to_numpy()
    found = np.full((len(codes), int(slot.max(initial=-1)) + 1), -1, dtype=np.int64)
    found[own[own >= 0], slot[own >= 0]] = other[own >= 0]
    return found


def against_peers(values: Floats, peers: Integers, better: ArrayLike = 1.0) -> dict[str, Floats]:
    """How each compares with its peers, by name, each of the shape of `values`: (…, organisations).

    `peers` as `places_of_peers` gives them. ``n_peers`` have a value; ``peer_median`` and ``peer_mad``, the
    median of their absolute distances from it, in the value's unit; ``mads_from_median``: better · (value −
    median) / MAD, above 0 is better; 0 on the median, NaN off it where the peers all agree.
    ``rank_among_peers``: 1 the best, of those with a value, itself among them; equals share the best place.
    `better`: 1, or −1 where lower is better, spreading over `values`. NaN with fewer than five peers that
    have a value, and all but the medians where the organisation itself has none.
    """
    turned = np.asarray(better, dtype=float) * np.ones(values.shape)
    of_peers = np.append(values, np.full((*values.shape[:-1], 1), np.nan), axis=-1)[..., peers]
    n = np.isfinite(of_peers).sum(axis=-1)
    enough = n >= LEAST_PEERS
    filled = np.where(enough[..., None], of_peers, 0.0)  # too few: anything, it is taken out below
    middle = np.nanmedian(filled, axis=-1)
    spread = np.nanmedian(np.abs(filled - middle[..., None]), axis=-1)
    distance = turned * (values - middle)
    with np.errstate(divide="ignore", invalid="ignore"):  # where the peers all agree: said below
        mads = np.where(spread > 0, distance / spread, np.where(distance == 0, 0.0, np.nan))
    among = np.concatenate([values[..., None], filled], axis=-1) * turned[..., None]
    place = ranks(among, "best")[..., 0]
    known = enough & np.isfinite(values)
    return {
        "n_peers": n.astype(float),
        "peer_median": np.where(enough, middle, np.nan),
        "peer_mad": np.where(enough, spread, np.nan),
        "mads_from_median": np.where(known, mads, np.nan),
        "rank_among_peers": np.where(known, place, np.nan),
    }
