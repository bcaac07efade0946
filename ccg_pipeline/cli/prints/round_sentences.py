"""What is said of an organisation in a released round: how sure its grades are, and what really changed.

Belongs here: these sentences. Does not belong here: tables and places (rounds.py), how any of it is worked
out (the method).
"""

from collections.abc import Iterator, Sequence

import pandas as pd

from ccg_pipeline.framework.edition import Edition, Node
from ccg_pipeline.method.certainty.changes import FALSE_DISCOVERIES, sentence_of_change
from ccg_pipeline.method.certainty.nearest import nearest_other_grade
from ccg_pipeline.method.certainty.saying import CONDITION, MODERATED
from ccg_pipeline.method.engine.run import Run, measures_under
from ccg_pipeline.publish.measures import title_of
from ccg_pipeline.publish.moderation_words import moderations
from ccg_pipeline.publish.uncertainty_words import measured_again
from ccg_pipeline.release.rounds import ReleasedRound

REAL = (
    "A change is real where it is more than chance would do: of those found about "
    f"{100 * FALSE_DISCOVERIES:.0f} in 100 may be chance all the same."
)


def again(nodes: Sequence[Node], released: ReleasedRound, code: str) -> list[str]:
    """What is said of each grade of an organisation: how often it would be repeated, and the condition."""
    chances, scores = released.tables["chances"], released.tables["scores"]
    own = chances[chances["organisation_code"] == code]
    earned = scores[scores["organisation_code"] == code].set_index("node")["label"]
    said = []
    for node in nodes:
        rows = own[own["node"] == node.key]
        words, sure = measured_again(rows, str(earned[node.key]), released.release.partition_key)
        if sure:
            said.append(f"{node.title} ({words}): {sure}")
    return [*said, CONDITION] if said else []


def moderated(edition: Edition, released: ReleasedRound, code: str, node: str = "") -> list[str]:
    """What was moderated of an organisation, under `node` if named, and what is not known of it since."""
    made = [*moderations(edition, released, code, node)]
    return [*made, MODERATED] if made else []


def again_of(chances: pd.DataFrame, node: str, code: str, label: str) -> str:
    """Return how many of 100 measurements of the same would give the grade again; '' where not known."""
    own = chances[
        (chances["node"] == node)
        & (chances["organisation_code"] == code)
        & (chances["kind"] == "again")
        & (chances["label"] == label)
    ]
    return f"{100 * own['chance'].iloc[0]:.0f}" if label and len(own) else ""


def nearest(run: Run, node: str, code: str) -> str:
    """What single figure would bring another grade of a node; '' where none would, or there is no grade."""
    found = nearest_other_grade(run, node, code)
    if found is None:
        return ""
    return f"Nearest other grade of {run.edition.node[node].title}: " + found.sentence(
        title_of(run.edition, found.measure)
    )


def real_changes(edition: Edition, released: ReleasedRound, code: str, node: str = "") -> Iterator[str]:
    """What is said of each figure of an organisation that really changed since the round before.

    Of those under `node`, where one is named; then how many figures were tested. Nothing where none was.
    """
    own = _changes_under(edition, released, node)
    own = own[own["organisation_code"] == code]
    if own.empty:
        return
    real = _real(own)
    for row in real.to_dict("records"):
        title = title_of(edition, row["measure"])
        yield sentence_of_change(title, row["value"], row["previous"], row["direction"])
    n, since = len(real), own["since"].iloc[0]
    what = "no change is" if not n else "the change above is" if n == 1 else f"the {n} changes above are"
    yield f"Since {since} {what} real, of {len(own)} figures that were tested. {REAL}"


def counted_changes(edition: Edition, released: ReleasedRound, node: str) -> dict[str, str]:
    """Return by organisation how many figures under a node are really better, and worse, than before."""
    own = _changes_under(edition, released, node)
    real = _real(own)
    found = dict.fromkeys(own["organisation_code"], "none")
    for code, its in real.groupby("organisation_code"):
        ways = {
            "better": its["direction"] > 0,
            "worse": its["direction"] < 0,
            "other": its["direction"].isna(),
        }
        found[str(code)] = ", ".join(f"{int(n.sum())} {way}" for way, n in ways.items() if n.any())
    return found


def _changes_under(edition: Edition, released: ReleasedRound, node: str) -> pd.DataFrame:
    changes = released.tables["changes"]
    if not node:
        return changes
    return changes[changes["measure"].isin(measures_under(edition, [node]))]


def _real(changes: pd.DataFrame) -> pd.DataFrame:
    return changes[changes["p_adjusted"] <= FALSE_DISCOVERIES]
