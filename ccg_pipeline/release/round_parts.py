"""What the parts of a round hold: scores, places and chances of their nodes, and the figures behind them.

Belongs here: the canonical bytes of each part, reading them back, working them out again from their own
figures, and what a moderated judgement makes of one.
Does not belong here: which nodes are of which part (framework/round_parts.py), keeping bytes (archive.py),
which parts go out (round_gates.py).

Whoever has a part and the edition can work its scores out again. A part that a body verifies leaves out names
and the places of figures in files: the same figures in another file are the same figures.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from ccg_pipeline.framework.edition import Edition, Round
from ccg_pipeline.framework.round_parts import OPEN, RoundPart
from ccg_pipeline.framework.vocabulary.rule import of_pool
from ccg_pipeline.method.engine.gaps import BOUNDS
from ccg_pipeline.method.engine.rows import place_table, score_table
from ccg_pipeline.method.engine.run import Run, measures_under
from ccg_pipeline.method.round_assessment import run_of
from ccg_pipeline.release.parts import WHERE_FROM
from ccg_pipeline.storage.fingerprint import canonical_json, canonical_rows
from ccg_pipeline.storage.frames import completed, typed
from ccg_pipeline.storage.sql import grade_chance, measure_change, observation, place, score
from expert_panels.foundation.fault import Fault

TABLES = ("scores", "places", "chances", "changes", "figures", "organisations")
"""What a part holds: scores, places, chances, and what they rest on: published figures, and what is known of
the organisations. How figures changed from the round before is of the open part alone, like all figures."""

_OUTCOME = ["score", "grade", "label", "n_used", "n_expected", "changed_by", "why"]
_DRAWN = {"score": ["lower_95", "upper_95"], "place": ["set_first", "set_last", "p_first_ten"]}
_NOT_SIGNED = [*WHERE_FROM, "note"]
_WORKED_OUT = list(BOUNDS[2:])
"""Columns of scores that follow from a part's own figures whenever it is read, and change no signed bytes."""


@dataclass(frozen=True)
class Moderation:
    """A judgement that a body put in another's place: of whom, in which node, from what to what, and why."""

    organisation: str
    node: str
    before: str
    after: str
    reason: str
    role: str


@dataclass(frozen=True)
class PartTables:
    """A part of a round, read back: its tables by the names in TABLES, what it rests on, what was moderated.

    `rests_on` has the fingerprint of the part of each body that comes before it.
    """

    name: str
    tables: Mapping[str, pd.DataFrame]
    rests_on: Mapping[str, str]
    moderations: tuple[Moderation, ...] = ()


def content_of(
    edition: Edition,
    one: Round,
    key: str,
    part: RoundPart,
    tables: Mapping[str, pd.DataFrame],
    rests_on: Mapping[str, str],
    moderations: Sequence[Moderation] = (),
) -> str:
    """Return the canonical bytes of a part, from the whole round's `tables`, a frame for each of TABLES."""
    packed = {
        name: {"columns": sorted(frame.columns), "rows": canonical_rows(frame)}
        for name, frame in _cut(edition, one, part, tables).items()
    }
    about = {"edition": edition.key, "round": one.key, "partition_key": key, "part": part.name}
    gated = {"rests_on": dict(rests_on), "moderations": [list(asdict(each).values()) for each in moderations]}
    return canonical_json({**about, "tables": packed} | (gated if part.name != OPEN else {}))


def _cut(
    edition: Edition, one: Round, part: RoundPart, tables: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """The rows of a round's tables that are of a part."""
    verified = part.gate.verifies if part.gate else ()
    shown = {
        key
        for key in part.nodes
        if not one.levels or edition.node[key].level in one.levels or key in verified
    }
    leagues = {edition.league_title(each) for each in edition.leagues if each.of in part.nodes}
    scores = tables["scores"].drop(columns=_WORKED_OUT, errors="ignore")
    cut = {
        "scores": scores[scores["node"].isin(shown)],
        "places": tables["places"][tables["places"]["league"].isin(leagues)],
        "chances": tables["chances"][tables["chances"]["node"].isin(part.nodes)],
        "figures": tables["figures"],
        "organisations": tables["organisations"],
    }
    if part.name == OPEN:  # figures are published anyway, and nobody withholds any
        changes = tables["changes"]
        return cut | ({"changes": changes} if len(changes) else {})
    pools = [key for each in edition.leagues if each.of in part.nodes for key in of_pool(each.pool)]
    used = measures_under(edition, [*part.nodes, *pools])
    figures = tables["figures"]
    cut["figures"] = figures[figures["measure"].isin(used)].drop(columns=_NOT_SIGNED, errors="ignore")
    cut["organisations"] = tables["organisations"].drop(columns="name", errors="ignore")
    return cut


def part_tables(content: str) -> PartTables:
    """Return a part from its bytes, each column of its own type."""
    said: dict[str, Any] = json.loads(content)
    found = {
        name: pd.DataFrame(packed["rows"], columns=packed["columns"])
        for name, packed in said["tables"].items()
    }
    stored = {"scores": score, "places": place, "chances": grade_chance, "changes": measure_change}
    for name, table in stored.items():
        found[name] = completed(typed(found.get(name, pd.DataFrame()), table), table)
    found["figures"] = typed(found["figures"], observation)
    about = found["organisations"].set_index("organisation_code").astype(object)
    found["organisations"] = about.where(about.notna(), None)
    moderations = tuple(Moderation(*each) for each in said.get("moderations", ()))
    return PartTables(str(said["part"]), found, said.get("rests_on", {}), moderations)


def run_again(edition: Edition, part: PartTables) -> Run:
    """Run the edition on a part's own figures, as moderated; Fault where they do not give what it holds."""
    run = run_of(edition, moderated_figures(edition, part), part.tables["organisations"], every=True)
    by = ["node", "organisation_code"]
    scores = score_table(run).rename(columns={"organisation": "organisation_code"}).set_index(by)
    said = part.tables["scores"].set_index(by)
    lost = said.index.difference(scores.index)
    own = scores.reindex(said.index)
    is_same = np.isclose(said["score"], own["score"].astype(float), rtol=1e-9, atol=1e-9, equal_nan=True)
    is_same &= (said["label"] == own["label"]).to_numpy()
    if len(lost) or not is_same.all():
        node = str(said.index[~is_same][0][0])
        raise Fault(
            f"What was released of {node} does not follow from its figures by {edition.key} as it is now: "
            "the release was altered, or the edition was changed since. Run the round again."
        )
    places = place_table(run).set_index(["league", "organisation"])["place"].astype(float)
    shown = part.tables["places"].set_index(["league", "organisation_code"])["place"].astype("float64")
    is_its = shown.isna() | (shown.to_numpy() == places.reindex(shown.index).to_numpy())
    if not is_its.all():
        raise Fault(f"The places that were released do not follow from the figures by {edition.key}.")
    return run


def moderated_figures(edition: Edition, part: PartTables) -> pd.DataFrame:
    """Return the figures of a part with each moderated judgement in the place of the published one."""
    figures = part.tables["figures"]
    for each in part.moderations:
        measure = edition.node[each.node].judgement
        codes = figures["organisation_code"].str.upper()
        own = (figures["measure"] == measure) & (codes == each.organisation.upper())
        if figures.loc[own, "judgement"].tolist() != [each.before]:
            continue  # the judgement is another by now, and nobody moderated that
        figures = figures.assign(judgement=figures["judgement"].where(~own, each.after))
    return figures


def has_figures_of(part: PartTables, signed: PartTables) -> bool:
    """Return whether a part has each figure that it shares with a signed one as it is there."""
    by = ["measure", "organisation_code"]
    own, theirs = part.tables["figures"].set_index(by), signed.tables["figures"].set_index(by)
    shared = own.index.intersection(theirs.index)
    said = ["status", "value", "numerator", "denominator", "lower_95", "upper_95", "judgement", "period_end"]
    return own.loc[shared, said].equals(theirs.loc[shared, said])


def applies(edition: Edition, part: PartTables, each: Moderation) -> bool:
    """Return whether a judgement is still as it was when somebody moderated it."""
    return not moderated_figures(edition, _with(part, [each])).equals(part.tables["figures"])


def moderated_content(
    edition: Edition, one: Round, key: str, part: RoundPart, before: PartTables, made: Sequence[Moderation]
) -> str:
    """Return the bytes of a part after judgements in it were moderated, each on what those before it left.

    A score that a moderation moved has no interval and no chances any more, and a league in which one moved
    no sets: they were drawn around the other judgement. What was moderated and is another by now is left out.
    """
    live = _chained(edition, before, made)
    tables = dict(before.tables)
    if live:
        run = run_of(
            edition, moderated_figures(edition, _with(before, live)), tables["organisations"], every=True
        )
        tables |= _moved(edition, run, tables)
    tables["organisations"] = tables["organisations"].reset_index()
    return content_of(edition, one, key, part, tables, before.rests_on, live)


def _chained(edition: Edition, before: PartTables, made: Sequence[Moderation]) -> list[Moderation]:
    """The last of the moderations of each judgement, from the published one, where that is unchanged."""
    last: dict[tuple[str, str], Moderation] = {}
    for each in made:
        where = (each.organisation, each.node)
        first = last[where].before if where in last and last[where].after == each.before else each.before
        last[where] = Moderation(each.organisation, each.node, first, each.after, each.reason, each.role)
    return [each for each in last.values() if each.before != each.after and applies(edition, before, each)]


def _with(part: PartTables, made: Sequence[Moderation]) -> PartTables:
    return PartTables(part.name, part.tables, part.rests_on, tuple(made))


def _moved(edition: Edition, run: Run, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Scores, places and chances with the outcomes of `run` in the place of those that it moves."""
    by = ["node", "organisation_code"]
    new = score_table(run).rename(columns={"organisation": "organisation_code"}).set_index(by)
    scores = tables["scores"].set_index(by)
    own = new.reindex(scores.index)
    moved = ~np.isclose(scores["score"], own["score"].astype(float), rtol=1e-9, atol=1e-9, equal_nan=True)
    moved |= (scores["label"] != own["label"]).to_numpy()
    for name in _OUTCOME:
        scores[name] = scores[name].where(~moved, own[name])
    scores.loc[moved, _DRAWN["score"]] = np.nan
    gone = scores.index[moved]
    chances = tables["chances"]
    chances = chances[~pd.MultiIndex.from_frame(chances[by]).isin(gone)]
    places = tables["places"].set_index(["league", "organisation_code"])
    ranked = place_table(run).set_index(["league", "organisation"])
    of_node = {edition.league_title(each): each.of for each in edition.leagues}
    touched = places.index.get_level_values("league").map(of_node).isin(gone.get_level_values("node"))
    now = ranked.reindex(places.index)
    has_place = touched & places["place"].notna().to_numpy()
    places["place"] = places["place"].astype("Float64").where(~has_place, now["place"].astype("Float64"))
    for name in ("label", "score"):
        places[name] = places[name].where(~touched, now[name])
    places.loc[touched, _DRAWN["place"]] = pd.NA
    return {
        "scores": typed(scores.reset_index(), score),
        "places": typed(places.reset_index(), place),
        "chances": chances,
    }
