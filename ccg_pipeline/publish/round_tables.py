"""The tables of a released round of any edition as they leave: with sentences, critics and the register.

Belongs here: the columns that are added to what a release holds, the same for a command and for the site.
Does not belong here: what the columns mean (tables/round_exports.py), formats (export.py), the round itself.
"""

from collections.abc import Collection, Sequence

import pandas as pd

from ccg_pipeline.framework.edition import Edition, Round
from ccg_pipeline.framework.round_dates import days_of
from ccg_pipeline.method.certainty.saying import MODERATED
from ccg_pipeline.method.engine.wording import figure
from ccg_pipeline.publish.league_critics import Critics
from ccg_pipeline.publish.measures import measures_of
from ccg_pipeline.publish.moderation_words import moderations_by_score
from ccg_pipeline.publish.uncertainty_words import measured_again, true_score
from ccg_pipeline.reference.special_measures.register import REGISTERED
from ccg_pipeline.release.rounds import ReleasedRound
from ccg_pipeline.tables.column import Table
from ccg_pipeline.tables.round_exports import (
    CHANCES,
    CHANGES,
    MEASURES,
    PLACES,
    SCORES,
    figures_table,
    organisations_table,
)

FIXED = {one.name: one for one in (SCORES, PLACES, CHANCES, CHANGES, MEASURES)}


def table_of(name: str, columns: Collection[str]) -> Table:
    """Return what the columns of a round's table mean; `columns` are those that its frame has."""
    if name in FIXED:
        return FIXED[name]
    return (figures_table if name == "figures" else organisations_table)(columns)


def frames_of(
    released: ReleasedRound, edition: Edition, one: Round, asked: Critics | None
) -> dict[str, pd.DataFrame]:
    """Return the tables of a released round by name, with what is said of their rows.

    `asked` is what critics ask of its leagues, as `critics` gives it.
    """
    tables = dict(released.tables)
    said, scores = moderations_by_score(edition, released), tables["scores"]
    rows = zip(scores["node"], scores["organisation_code"], strict=True)
    moderated = [said.get((str(node), str(code)), "") for node, code in rows]
    tables["scores"] = scores.assign(how_sure=_how_sure(released, moderated), moderated=moderated)
    if asked is not None:
        tables["places"] = tables["places"].join(asked.places, on=["league", "organisation_code"])
    organisations = tables["organisations"].reset_index()
    if edition.organisation == REGISTERED:
        last = days_of(edition, one, released.release.partition_key)[1]
        answers = released.register.attributes(organisations["organisation_code"].astype("str"), last)
        organisations = organisations.join(answers.drop(columns="ccg_code"))
    tables["organisations"] = organisations
    tables["measures"] = measures_of(edition, tables["figures"])
    return {name: frame[_ordered(name, list(frame.columns))] for name, frame in tables.items()}


def _ordered(name: str, columns: list[str]) -> list[str]:
    return [one for one in table_of(name, columns).names if one in columns]


def _how_sure(released: ReleasedRound, moderated: Sequence[str]) -> list[str]:
    """Return what is said of each row of `scores`: of a grade how firm it is, of a score its interval.

    `moderated`: what was moderated under each, '' for nothing.
    """
    by = released.tables["chances"].groupby(["node", "organisation_code"])
    chances = {(str(node), str(code)): rows for (node, code), rows in by}
    key = released.release.partition_key
    said = []
    for row, is_moderated in zip(released.tables["scores"].to_dict("records"), moderated, strict=True):
        own = chances.get((str(row["node"]), str(row["organisation_code"])))
        sure = "" if own is None else measured_again(own, str(row["label"]), key)[1]
        sure = sure or _interval(row["lower_95"], row["upper_95"])
        said.append(sure or (MODERATED if is_moderated and pd.notna(row["score"]) else ""))
    return said


def _interval(lower: float, upper: float) -> str:
    if pd.isna(lower):
        return ""
    return true_score(figure(lower), figure(upper))
