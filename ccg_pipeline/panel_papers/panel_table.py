"""A candidate table as the room shows it, from the bytes that are kept of it.

Belongs here: putting rows, figures, pictures and notes together, for one panel's part.
Does not belong here: a figure's words (figures.py), finding the bytes (papers.py).
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from ccg_pipeline.framework.lane_rules import PanelRule
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.scoring.grade_changes import grade_changes
from ccg_pipeline.panel_papers.context import subject_of
from ccg_pipeline.panel_papers.figures import change, figures_of, measures_of
from ccg_pipeline.panel_papers.intervals import with_intervals
from ccg_pipeline.publish.site.content import Subject
from ccg_pipeline.publish.uncertainty_words import how_sure, would_not_be_repeated
from ccg_pipeline.reference.organisations import ccgs, similar_organisations
from expert_panels.papers import CandidateTable, Cut, Organisation, Spread

SIMILAR_TEN = "The similar ten (NHS RightCare, 2016), the most similar first"


@cache
def known_ccgs() -> dict[str, Any]:
    """Return the CCGs of the assessment by their codes, as rows of `ccgs`."""
    return {str(row.ccg_code): row for row in ccgs().itertuples(index=False)}


@cache
def similar_codes() -> dict[str, list[str]]:
    """Return the similar ten of each CCG, the most similar first."""
    found: dict[str, list[str]] = {}
    for pair in similar_organisations().sort_values(["ccg_code", "rank"]).itertuples(index=False):
        found.setdefault(str(pair.ccg_code), []).append(str(pair.similar_ccg_code))
    return found


def subjects_of_bands(bands: pd.DataFrame | None, edition: Edition) -> dict[str, Subject]:
    """Return the indicators of a panel's part that have figures; none of a part without bands."""
    found = {}
    for code, rows in () if bands is None else bands.groupby("indicator_code"):
        if rows["value"].notna().any():
            one, tau2 = edition.indicator(str(code)), rows["tau2"].max()
            widening = 0.0 if pd.isna(tau2) else float(tau2)
            of_what = (one.code, one.name, one.unit, rows, "ccg_code", widening, one.exact_counts)
            found[one.code] = subject_of(*of_what)
    return found


def similar_by_kind(kind: str) -> tuple[str, Mapping[str, Sequence[str]]]:
    """Return by what the similar ones of a kind of organisation were chosen, and their codes by code."""
    return (SIMILAR_TEN, similar_codes()) if kind == "ccg" else ("", {})


def candidate_table(
    edition: Edition, panel: str, subject_sha256: str, frames: Mapping[str, pd.DataFrame]
) -> CandidateTable:
    """Return the table of a panel's part from its frames candidate_rating and indicator_band."""
    rule, ratings, bands = edition.panel(panel), frames["candidate_rating"], frames["indicator_band"]
    lane, key = str(ratings["lane"].iloc[0]), str(ratings["partition_key"].iloc[0])
    labels = edition.labels(lane)
    known, similar = known_ccgs(), similar_codes()
    rows_of = _by_ccg(with_intervals(bands, edition))
    ways_of = _by_ccg(grade_changes(bands, ratings, edition, panel))
    organisations = tuple(
        _organisation(
            one,
            rows_of.get(str(one.ccg_code), []),
            ways_of.get(str(one.ccg_code), []),
            edition,
            rule,
            labels,
            known[str(one.ccg_code)],
            similar,
        )
        for one in ratings.sort_values("ccg_code").itertuples(index=False)
    )
    return CandidateTable(
        panel=panel,
        lane=lane,
        partition_key=key,
        subject_sha256=subject_sha256,
        labels=labels,
        measures=measures_of(edition, rule),
        organisations=organisations,
        spreads=_spreads(edition, rule, ratings, bands),
        is_made_up=bool(ratings["is_made_up"].any()),
        notes=tuple(_notes(edition, ratings, bands)),
        similar_by=SIMILAR_TEN,
    )


def _by_ccg(frame: pd.DataFrame) -> dict[str, list[Any]]:
    rows: dict[str, list[Any]] = {}
    for row in frame.itertuples(index=False):
        rows.setdefault(str(row.ccg_code), []).append(row)
    return rows


def _organisation(
    one: Any,
    rows: list[Any],
    to_others: list[Any],
    edition: Edition,
    rule: PanelRule,
    labels: tuple[str, ...],
    known: Any,
    similar: Mapping[str, Sequence[str]],
) -> Organisation:
    grades: dict[str, int | None] = json.loads(one.detail)
    grade = None if pd.isna(one.grade) else int(one.grade)
    near = next((way for way in to_others if pd.notna(way.rating) and way.rating != way.rating_now), None)
    close = ""
    if near is not None:
        indicator = edition.indicator(near.indicator_code)
        close = f"{indicator.code}: {change(near, indicator)} would make it {labels[int(near.rating) - 1]}"
    return Organisation(
        code=str(one.ccg_code),
        name=str(known.ccg_name),
        region=str(known.region_name),
        grade=grade,
        rating=str(one.rating),
        score="" if pd.isna(one.score) else f"{one.score:.2f}",
        used=f"{one.n_used} of {one.n_expected}",
        why=str(one.why_no_rating) or _by_another_rule(one, rule),
        figures=figures_of(rows, grades, to_others, edition, rule),
        similar=tuple(similar.get(str(one.ccg_code), ())),
        close=close,
        closeness=None if near is None else float(near.margin),
        **again_of(one, labels),
    )


def again_of(row: Any, labels: Sequence[str]) -> dict[str, Any]:
    """Return what a row of ratings says of the same, measured again, as fields of an organisation."""
    said = row._asdict()
    unlikely = would_not_be_repeated(said, labels)
    return {
        "again": how_sure(said, labels) if pd.notna(said.get("p_again_1")) else "",
        "is_unlikely": unlikely,
    }


def _by_another_rule(one: Any, rule: PanelRule) -> str:
    return "" if one.rule == rule.combine else f"Rated by another rule: {one.rule}."


def _spreads(
    edition: Edition, rule: PanelRule, ratings: pd.DataFrame, bands: pd.DataFrame
) -> tuple[Spread, ...]:
    """Return what there is to picture: the mean score, where one decides, and each indicator that decides."""
    spreads = []
    if rule.cuts:
        cuts = tuple(Cut(cut.value, f"{cut.value:g} ({cut.provenance})") for cut in reversed(rule.cuts))
        scores = tuple(float(score) for score in ratings["score"].dropna())
        spreads.append(Spread("Mean score", "score, 0 to 2, higher is better", scores, cuts))
    edge = rule.significant_at
    cuts = tuple(
        Cut(at, label)
        for at, label in (
            (-edge.value, f"−{edge.value:g} ({edge.provenance})"),
            (0.0, "reference"),
            (edge.value, f"{edge.value:g} ({edge.provenance})"),
        )
    )
    for code in rule.indicators:
        values = tuple(float(z) for z in bands.loc[bands["indicator_code"] == code, "z"].dropna())
        title = f"{code} {edition.indicator(code).name}"
        spreads.append(Spread(title, "standard errors from the reference, right is better", values, cuts))
    return tuple(spreads)


def _notes(edition: Edition, ratings: pd.DataFrame, bands: pd.DataFrame) -> list[str]:
    """Return what a panel should know of its data: gaps with their reasons, assumed parts, single notes."""
    notes = []
    unrated = ratings[ratings["rating"] == ""]
    if len(unrated):
        notes.append(f"{len(unrated)} of {len(ratings)} CCGs have no rating; the table says why of each.")
    for code, rows in bands.groupby("indicator_code"):
        name = f"{code} {edition.indicator(str(code)).name}"
        for why, count in rows.loc[rows["why_no_band"] != "", "why_no_band"].value_counts().items():
            notes.append(f"{name}: no band for {count} of {len(rows)} CCGs. {why}")
        for note, count in rows.loc[rows["note"] != "", "note"].value_counts().items():
            notes.append(f"{name}, {count} of {len(rows)} CCGs: {note}.")
        if (rows["layout"] == "assumed").any():
            notes.append(f"{name}: read from a file in an assumed layout.")
        ends = sorted(rows["period_end"].dropna().dt.strftime("%Y-%m-%d").unique())
        if len(ends) > 1:
            notes.append(f"{name}: data periods end on different days, from {ends[0]} to {ends[-1]}.")
        if (rows["limits"] == "overdispersed").any():
            phi = float(rows["phi"].dropna().iloc[0])
            notes.append(f"{name}: limits are widened for overdispersion (phi {phi:.1f}).")
    return notes
