"""A round of an edition, from figures to scores and places: the door of the method for any framework.

Belongs here: which organisations are assessed, running the engine, its tables.
Does not belong here: reading figures (storage/), the rules (engine/), what is released (release/).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ccg_pipeline.framework.edition import Edition, Round
from ccg_pipeline.method.certainty.changes import CHANGES, real_changes
from ccg_pipeline.method.certainty.places import rests_on_one
from ccg_pipeline.method.certainty.simulation import certainty
from ccg_pipeline.method.engine.gaps import BOUNDS, bounds_of_gaps
from ccg_pipeline.method.engine.gathering import gathered
from ccg_pipeline.method.engine.rows import place_table, score_table
from ccg_pipeline.method.engine.run import Run
from expert_panels.foundation.fault import Fault

MOST_BOUNDED = 1_000
"""Organisations up to which it is said of each what its gaps may do to its scores, for each is worked out
among all others. Of more it is said of the one that is asked for (engine/explaining.py)."""


class NoFigures(Fault):
    """There is no figure of a round, so that there is nothing to assess."""


@dataclass(frozen=True)
class RoundTables:
    """A round's ``run``, and its rows of the tables `score`, `place`, `grade_chance` and `measure_change`."""

    run: Run
    scores: pd.DataFrame
    places: pd.DataFrame
    chances: pd.DataFrame
    changes: pd.DataFrame


def organisations_of(edition: Edition, figures: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return the organisations that `figures` are of and that the edition assesses, by their code as index.

    With them those of which they are parts, where a rule adds parts up.
    Columns: name, and the attributes that the edition's rules go by; None where `known`, which has a row an
    organisation by its code, says nothing, and numbers, or NaN, for those by which it weighs.
    """
    own = figures.loc[figures["organisation_kind"] == edition.organisation, "organisation_code"]
    parts = known.reindex(index=own.unique(), columns=list(edition.parts))
    codes = pd.Index(sorted({*own, *_wholes(edition, parts)}), name="organisation_code")
    found = known.reindex(index=codes, columns=["name", *edition.attributes])
    words = found.astype(object).where(found.notna(), None)
    return words.assign(**{name: pd.to_numeric(found[name]) for name in edition.weights})


def _wholes(edition: Edition, parts: pd.DataFrame) -> set[str]:
    """The codes of the organisations of which others say that they are parts."""
    return {str(code) for name in edition.parts for code in parts[name] if pd.notna(code) and code != ""}


def run_of(edition: Edition, figures: pd.DataFrame, organisations: pd.DataFrame, every: bool = False) -> Run:
    """Run an edition on figures, as `assess_round` takes them; the same figures give the same run.

    With `every`, all `organisations` are assessed, though these figures may say nothing of one.
    """
    told = set(figures["organisation_code"])
    told |= _wholes(edition, organisations.loc[organisations.index.isin(told)])
    assessed = [str(code) for code in organisations.index if every or code in told]
    others = sorted(told - set(organisations.index))
    attributes: Mapping[str, Any] = {
        name: organisations.loc[assessed, name].to_numpy(dtype=object) for name in edition.attributes
    }
    return Run(edition, gathered(figures, edition.measures, assessed, others, attributes))


def assess_round(
    edition: Edition,
    one: Round,
    key: str,
    figures: pd.DataFrame,
    organisations: pd.DataFrame,
    before: Mapping[str, pd.DataFrame] | None = None,
) -> RoundTables:
    """Run an edition on the figures of one round.

    `figures`: at most one row a measure and organisation, with the columns that `gathered` asks for, and
    is_made_up; `before`: the same of the rounds before, by their keys, the latest first. `organisations`: one
    row an organisation that may be assessed, by its code as index, and a column an attribute. Assessed are
    those of which there is any figure. NoFigures where that is none, Fault where an attribute is known of
    nobody. A league of a node that rests on one figure has sets and no places, as soon as there are sets.
    """
    if not set(organisations.index).intersection(figures["organisation_code"]):
        raise NoFigures(
            f"There is no figure of {edition.key} for any {edition.organisation} in {key}: land its files, "
            "or name another round."
        )
    if unknown := [name for name in edition.attributes if organisations[name].isna().all()]:
        raise Fault(
            f"{edition.key} compares or weighs by {unknown[0]}, which no file says of any "
            f"{edition.organisation}: add a column {unknown[0]} to a file in the declared layout."
        )
    run = run_of(edition, figures, organisations)
    is_made_up = bool(figures["is_made_up"].any())

    def labelled(table: pd.DataFrame) -> pd.DataFrame:
        named = table.rename(columns={"organisation": "organisation_code"}).reset_index(drop=True)
        return named.assign(edition=edition.key, round=one.key, partition_key=key, is_made_up=is_made_up)

    history = [run_of(edition, each, organisations).facts for each in (before or {}).values()]
    sure = certainty(run, history)
    told = sure.score_interval.drop(columns=["kind", "score"])
    scores = score_table(run).merge(told, on=["node", "organisation"], how="left", validate="1:1")
    scores = labelled(with_bounds(scores, run))
    changes = real_changes(run, history) if history else pd.DataFrame(columns=list(CHANGES))
    sets = sure.place.drop(columns=["pool", "place"]).rename(
        columns={"place_first": "set_first", "place_last": "set_last"}
    )
    ranked = place_table(run).merge(sets, on=["league", "organisation"], how="left", validate="1:1")
    places = labelled(ranked)
    places["pool"] = places["pool"].fillna("").astype("str")
    whole = ["place", "set_first", "set_last"]
    places[whole] = places[whole].astype("float64")
    alone = [edition.league_title(league) for league in edition.leagues if rests_on_one(edition, league.of)]
    places.loc[places["league"].isin(alone) & places["set_first"].notna(), "place"] = float("nan")
    n_held = sure.grade_chance["node"].map(lambda node: len(sure.held.get(node, ())))
    return RoundTables(
        run,
        scores.astype({"grade": "Int64", "why": "str", "lower_95": "float64", "upper_95": "float64"}),
        places.astype({**dict.fromkeys(whole, "Int64"), "p_first_ten": "float64", "score": "float64"}),
        labelled(sure.grade_chance.assign(n_held=n_held)).astype(
            {"grade": "int64", "chance": "float64", "n_held": "int64"}
        ),
        labelled(changes.assign(since=next(iter(before or {}), ""))).astype(
            dict.fromkeys(CHANGES[3:], "float64") | {"since": "str"}
        ),
    )


def with_bounds(scores: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Return rows of scores with what each would be, were all that is missing at its worst or best.

    Of more organisations than MOST_BOUNDED nothing is said.
    """
    who = "organisation" if "organisation" in scores else "organisation_code"
    rows = scores.drop(columns=list(BOUNDS[2:]), errors="ignore")
    if len(run.facts.organisations) > MOST_BOUNDED:
        return rows.assign(**dict.fromkeys(BOUNDS[2:], float("nan")))
    bounds = bounds_of_gaps(run).rename(columns={"organisation": who})
    return rows.merge(bounds, on=["node", who], how="left", validate="1:1")
