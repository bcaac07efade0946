"""A released month or year of the assessment of 2016/17 as a site says it.

Belongs here: turning released tables into subjects and outcomes: the overall rating, the ratings of panels,
the areas.
Does not belong here: indicators (of_indicators.py), pages (templates/), the method.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ccg_pipeline.framework.lane_rules import OverallRule, PanelRule
from ccg_pipeline.framework.model import Area, Edition
from ccg_pipeline.framework.rounds import last_day, words
from ccg_pipeline.publish.lane_tables import as_exported
from ccg_pipeline.publish.league import CAVEAT, ONE_ALONE
from ccg_pipeline.publish.moderation_words import moderations_of_year
from ccg_pipeline.publish.naming import day_in_words
from ccg_pipeline.publish.site.content import Exported, Organisation, Outcome, Round, Subject
from ccg_pipeline.publish.site.example import example
from ccg_pipeline.publish.site.of_indicators import indicator, number_of, rows_of, trends_of
from ccg_pipeline.publish.special_measures import standings_in_words
from ccg_pipeline.publish.uncertainty_words import (
    against_reference,
    how_sure,
    true_score,
    what_would_change,
    with_gaps,
)
from ccg_pipeline.reference.organisations import ccgs, similar_organisations
from ccg_pipeline.release.released import Tables
from ccg_pipeline.release.tables import SHOWN
from ccg_pipeline.tables.exports import released_tables

OVERALL, RATING, AREA = "overall", "clinical area", "area"
"""The levels of the assessment, as its pages are ordered."""

OUR_SCORE = (
    "0 to 2, the mean of the points of its indicators; 1 is that of an organisation equal to the references. "
    "Our construct: NHS England published no rating of an area."
)
GLOSSARY = (
    (
        "CCG",
        "A CCG (clinical commissioning group) was the NHS body that planned and paid for most of the health "
        "care of the people of a place, until 2022.",
    ),
    ("Area", "A topic of the framework. Its score, 0 to 2, is our construct and no official grade."),
    ("Indicator", "One published figure of each place, with its source."),
    ("Reference", "What a figure is compared with: a national standard, or England."),
    (
        "Similar ten",
        "The ten places that NHS RightCare found most similar in 2016, by age, deprivation and health.",
    ),
)


def round_of_lane(
    tables: Tables,
    edition: Edition,
    before: Tables | None = None,
    history: Sequence[Tables] = (),
    statements: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    robustness: Sequence[str] = (),
) -> Round:
    """Return a released partition as a site says it.

    `before` is the same lane's partition before it, `history` all that is released of the edition up to this
    one; `statements` are heads and sentences of what each panel decided, by its key. ValueError for tables
    that are not released.
    """
    if tables.release is None:
        raise ValueError("only what is released is published")
    rule, frames = edition.lane(tables.lane), tables.frames
    said = statements or {}
    subjects: list[Subject] = []
    if len(frames["overall"]):
        subjects.append(_overall(tables, edition, before, said))
    subjects += [_panel(tables, edition, one, before, said) for one in edition.panels]
    subjects += [_area(tables, edition, one) for one in edition.areas]
    trends = trends_of([*history, tables])
    subjects += [indicator(tables, edition, one, before, trends) for one in edition.indicators]
    similar = (
        similar_organisations().sort_values(["ccg_code", "rank"]).groupby("ccg_code")["similar_ccg_code"]
    )
    similar_to = {str(code): tuple(own) for code, own in similar}
    known = ccgs()
    known = known[known["ccg_code"].isin(frames["assessment"]["ccg_code"])]
    return Round(
        edition=edition.key,
        edition_title=edition.title,
        lane=tables.lane,
        name=words(tables.lane, tables.partition_key),
        title=f"{rule.title}, {words(tables.lane, tables.partition_key)}",
        noun="CCG",
        data_until=day_in_words(last_day(tables.partition_key)),
        is_made_up=tables.is_made_up,
        is_official=False,
        serial=tables.release.serial,
        sha256=tables.release.sha256,
        made_at="",
        verification="",
        organisations=tuple(
            Organisation(code, name, region, similar_to.get(code, ()), _standings(code, tables))
            for code, name, region in zip(
                known["ccg_code"], known["ccg_name"], known["region_name"], strict=True
            )
        ),
        subjects=tuple(subjects),
        tables=tuple(
            Exported(table, as_exported(name, frames[name], edition.labels(tables.lane)))
            for name, table in released_tables(edition).items()
            if len(frames[name])
        ),
        assumed=tuple((one.item, f"{one.text} {one.unit}".strip(), one.source) for one in edition.assumed()),
        cannot_say=CAVEAT,
        example=example(tables, edition),
        robustness=tuple(robustness),
        map_key="ccg_2016",
        register=tables.register,
        glossary=GLOSSARY,
    )


def _standings(code: str, tables: Tables) -> tuple[str, ...]:
    return tuple(standings_in_words(tables.register, code, last_day(tables.partition_key)))


def _whole(value: Any) -> int:
    return 0 if pd.isna(value) else int(value)


def _rated(
    rows: Mapping[str, dict[Any, Any]],
    edition: Edition,
    lane: str,
    score: str,
    before: Mapping[str, dict[Any, Any]],
) -> dict[str, Outcome]:
    labels = edition.labels(lane)
    return {
        code: Outcome(
            text=row["rating"],
            number=number_of(row[score]),
            lower=number_of(row["lower_95"]),
            upper=number_of(row["upper_95"]),
            grade=_whole(row["grade"]),
            sure=how_sure(row, labels),
            change=what_would_change(row, edition) if row["rating"] else "",
            why=row["why_no_rating"],
            because=" ".join(moderations_of_year(row)),
            place=_whole(row.get("rank")),
            set_first=_whole(row.get("rank_lower_95")),
            set_last=_whole(row.get("rank_upper_95")),
            before=before[code]["rating"] if code in before else "",
        )
        for code, row in rows.items()
    }


def _overall(
    tables: Tables, edition: Edition, before: Tables | None, said: Mapping[str, Sequence[tuple[str, str]]]
) -> Subject:
    rows = rows_of(tables.frames["overall"])
    earlier = rows_of(before.frames["overall"]) if before else {}
    rule = edition.overall
    state = tables.verifications.get(OVERALL, "")
    gate = edition.lane(tables.lane).overall_gate
    weights = ", ".join(f"{block.key} {100 * block.weight.value:.0f} %" for block in rule.blocks)
    return Subject(
        key=OVERALL,
        code="",
        title="Overall rating",
        level=OVERALL,
        outcomes=_rated(rows, edition, tables.lane, "overall_score", earlier),
        unit="points, 0 to 2",
        labels=edition.labels(tables.lane),
        better="higher",
        about=(
            ("What it is", "How a CCG did over the year, in four grades."),
            (
                "How it is worked out",
                f"A weighted mean of three blocks: {weights}. " + _cuts(rule, edition.labels(tables.lane)),
            ),
            ("Who confirms it", f"{gate.name}: {state}." if gate else f"{state}."),
        ),
        members=tuple(
            one.code
            for one in edition.indicators
            if one.counts_towards_overall or one.code in {block.indicator for block in rule.blocks}
        ),
        verification=state,
        statement=tuple(said.get(gate.key, ())) if gate else (),
        is_withheld=not any(row["rating"] for row in rows.values()),
        cuts=(rule.good_at.value, rule.outstanding_at.value),
        has_places=any(not pd.isna(row["rank_lower_95"]) for row in rows.values()),
    )


def _cuts(rule: OverallRule, labels: Sequence[str]) -> str:
    named = [block.key for block in rule.blocks if block.indicator in rule.inadequate_when_red]
    red = f"{'both ' * (len(named) == 2)}{' and '.join(named)}"
    return (
        f"From {rule.outstanding_at.value:g} points on it is {labels[0]}, from {rule.good_at.value:g} on "
        f"{labels[1]}; below that {labels[2]}. Where {red} are judged {rule.inadequate}, it is {labels[3]} "
        "whatever the score."
    )


def _panel(
    tables: Tables,
    edition: Edition,
    rule: PanelRule,
    before: Tables | None,
    said: Mapping[str, Sequence[tuple[str, str]]],
) -> Subject:
    rows = rows_of(tables.frames["ratings"], panel=rule.key)
    earlier = rows_of(before.frames["ratings"], panel=rule.key) if before else {}
    state = tables.verifications[rule.key]
    names = [edition.indicator(code).name for code in rule.indicators if code in edition.indicator_codes]
    how = (
        f"Each of {len(rule.indicators)} indicators is graded 1 to 4 by where it lies against its "
        f"reference and whether "
        f"that is more than chance ({rule.significant_at.value:g} standard errors). "
    )
    how += (
        "A table of both grades gives the rating. "
        if rule.combine == "matrix"
        else "The mean score of the grades, cut at three lines, gives the rating. "
    )
    how += f"With fewer than {rule.minimum_indicators} graded there is none."
    withheld = "" if state in SHOWN else f"It is withheld: {state}."
    return Subject(
        key=rule.key,
        code="",
        title=rule.name,
        level=RATING,
        outcomes=_rated(rows, edition, tables.lane, "score", earlier),
        unit="mean score of grades",
        labels=edition.labels(tables.lane),
        better="higher",
        about=tuple(
            (head, text)
            for head, text in (
                ("What it rests on", f"{'; '.join(names)}."),
                ("How it is worked out", how),
                ("What its panel has done", f"{state[:1].upper()}{state[1:]}."),
                ("What is withheld and why", withheld),
            )
            if text
        ),
        members=tuple(dict.fromkeys((*rule.indicators, *rule.shown))),
        verification=state,
        statement=tuple(said.get(rule.key, ())),
        is_withheld=state not in SHOWN,
        cuts=tuple(one.value for one in rule.cuts),
    )


def _area(tables: Tables, edition: Edition, area: Area) -> Subject:
    rows = rows_of(tables.frames["area_scores"], area_code=area.code)
    outcomes = {
        code: Outcome(
            text="" if pd.isna(row["score"]) else f"{row['score']:.2f} of 2",
            number=number_of(row["score"]),
            lower=number_of(row["lower_95"]),
            upper=number_of(row["upper_95"]),
            verdict=against_reference(row),
            sure=_sure(row),
            change=what_would_change(row, edition),
            reference=1.0,
            reference_text="1, equal to the references",
            why=row["why_no_score"],
            place=_whole(row["rank"]),
            set_first=_whole(row["rank_lower_95"]),
            set_last=_whole(row["rank_upper_95"]),
        )
        for code, row in rows.items()
    }
    state = next((row["verification"] for row in rows.values()), "")
    is_of_one = any(one.set_first and not one.place for one in outcomes.values())
    indicators = edition.indicators_of(area.code)
    return Subject(
        key=area.code,
        code=area.code,
        title=area.name,
        level=AREA,
        outcomes=outcomes,
        unit="points, 0 to 2",
        better="higher",
        parent=edition.domain(area.domain).name,
        about=(
            ("What it is", OUR_SCORE),
            ("What it rests on", "; ".join(f"{one.code} {one.name}" for one in indicators) + "."),
            ("Who verifies it", f"{state[:1].upper()}{state[1:]}."),
        ),
        members=tuple(one.code for one in indicators),
        verification=state,
        is_withheld=area.panel is not None and state not in SHOWN,
        has_places=any(one.set_first for one in outcomes.values()),
        league_notes=(ONE_ALONE,) if is_of_one else (),
    )


def _sure(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["score"]):
        return ""
    limits = (f"{row[name]:.2f}" for name in ("lower_95", "upper_95"))
    return f"{true_score(*limits)} {with_gaps(row)}".strip()
