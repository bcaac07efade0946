"""What the ccg command prints of one CCG, and the stamps that its tables carry.

Belongs here: laying out on a terminal what other rooms return of a CCG.
Does not belong here: how any table is laid out (layout.py), what is printed of the whole (lists.py), options
and exit codes (verbs.py, main.py), finding or computing anything.
"""

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ccg_pipeline.cli.prints.layout import table_of, text_of
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rounds import words
from ccg_pipeline.method.scoring.moderated import BLOCKS
from ccg_pipeline.publish.explanation import Explanation
from ccg_pipeline.publish.naming import LAYOUTS, REFERENCES
from ccg_pipeline.publish.uncertainty_words import (
    NO_OFFICIAL_GRADE,
    against_reference,
    chances,
    distinguishable,
    interval,
    next_grade,
)
from ccg_pipeline.quality.kept_findings import OfFigures
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.released import Tables
from ccg_pipeline.release.tables import MADE_UP, NOT_OFFICIAL, is_overridden

BANDS = {0: "0, worse", 1: "1, within limits", 2: "2, better"}
RANGE = {0: "0, outside the expected range", 1: "1, inside the expected range"}


def stamp(console: Console, is_made_up: bool) -> None:
    """Print, where there are such figures, that they are made up."""
    if is_made_up:
        console.print(MADE_UP, style="bold reverse")


def stamps(console: Console, is_made_up: bool) -> None:
    """Print both: that figures are made up, where they are, and that the scores are nobody's but ours."""
    stamp(console, is_made_up)
    console.print(NOT_OFFICIAL, style="italic")


def provenance(tables: Tables) -> str:
    """Return the line that says which release a table is of, or that it is of none."""
    made_up = "made-up data; " if tables.is_made_up else ""
    where = f"{made_up}{tables.lane} {words(tables.lane, tables.partition_key)}"
    where += f", edition {tables.header['edition']}"
    if tables.release is None and "as_at" in tables.header:
        note = f" ({tables.header['as_at_note']})" if tables.header["as_at_note"] else ""
        where += f"; what had been published by {tables.header['as_at']}{note}"
    if tables.release is None:
        return f"UNRELEASED ({where}): not verified by the panels, not for publication; this view was logged."
    without = ", ".join(f"{key.replace('_', ' ')} overridden" for key in tables.overridden)
    return (
        f"Release {tables.release.serial} ({where}), sha256 {tables.release.sha256}, "
        f"sign-off ledger up to {tables.header['ledger_head']}."
        + (f" Not verified: {without}." * bool(without))
    )


def _head(console: Console, tables: Tables, edition: Edition, ccg_code: str, about: str = "") -> None:
    stamps(console, tables.is_made_up)
    names = ccgs().set_index("ccg_code")["ccg_name"]
    title = f"{edition.lane(tables.lane).title}, {words(tables.lane, tables.partition_key)}"
    console.print(f"\n[bold]{escape(names[ccg_code])}[/] ({ccg_code}){about}\n{title}", highlight=False)


def _notes(console: Console, notes: Iterable[tuple[str, str]]) -> None:
    for about, note in notes:
        if note:
            console.print(f"{about}: {note}", markup=False, highlight=False)


def _used(row: pd.Series, none: str = "withheld") -> str:
    return none if pd.isna(row["n_used"]) else f"{row['n_used']} of {row['n_expected']}"


def _marked(row: Mapping[Hashable, Any] | pd.Series) -> str:
    """What stands behind a figure that is out without its panel's verification; '' behind any other."""
    return f", {row['verification']}" if is_overridden(row["verification"]) else ""


def assessment(console: Console, tables: Tables, edition: Edition, ccg_code: str) -> None:
    """Print the assessment of one CCG: the overall rating, its panel areas, its area scores by domain."""
    wide = tables.frames["assessment"]
    row = wide[wide["ccg_code"] == ccg_code].iloc[0]
    _head(console, tables, edition, ccg_code, escape(f", {row['region_name']}, {row['stp_name']}"))
    if "overall_rating" in row.index:
        console.print(_overall(row, tables, edition))
    ratings, scores = tables.frames["ratings"], tables.frames["area_scores"]
    own = [one for _, one in ratings[ratings["ccg_code"] == ccg_code].iterrows()]
    lines = [
        [
            edition.panel(one["panel"]).name,
            one["rating"] or "no rating",
            distinguishable(one, edition.labels(tables.lane)),
            _used(one),
            one["verification"],
        ]
        for one in own
    ]
    console.print(table_of(["panel area", "rating", "how sure", "indicators", "verification"], lines))
    whys = ((edition.panel(one["panel"]).name, one["why_no_rating"]) for one in own)
    verifications = {one["verification"] for one in own}
    _notes(console, ((name, why) for name, why in whys if why not in verifications))
    by_area = {one["area_code"]: one for _, one in scores[scores["ccg_code"] == ccg_code].iterrows()}
    lines = []
    for domain in edition.domains:
        lines.append([f"— {domain.name}", "", "", ""])
        for area in edition.areas:
            if area.domain == domain.code:
                one = by_area[area.code]
                score = "none" if pd.isna(one["score"]) else f"{one['score']:.2f}"
                withheld = one["why_no_score"] if pd.isna(one["n_used"]) else ""
                sure = interval(one).replace(" to ", "–")
                used = withheld or _used(one) + _marked(one)
                lines.append([f"{area.code} {area.name}", score, sure, used])
    heads = ["area", "score", "95 %", "indicators"]
    console.print(table_of(heads, lines, numbers=["score"]))
    console.print(NO_OFFICIAL_GRADE, highlight=False)
    bands = tables.frames["bands"]
    landed = bands[(bands["ccg_code"] == ccg_code) & bands["period_end"].notna()]["area_code"]
    without = [code for code in by_area if code not in set(landed)]
    _notes(console, [(", ".join(without), "no file with a figure has landed.")] if without else [])
    notes = (
        (code, f"{one['why_no_score']} {'' if one['note'].startswith('rests on') else one['note']}".strip())
        for code, one in by_area.items()
        if not pd.isna(one["n_used"]) and code not in without
    )
    _notes(console, notes)
    console.print(f"\n{provenance(tables)}", markup=False, highlight=False)


def _overall(row: pd.Series, tables: Tables, edition: Edition) -> Table:
    frame, labels = tables.frames["overall"], edition.labels(tables.lane)
    sure = frame[frame["ccg_code"] == row["ccg_code"]].iloc[0].to_dict()
    judged = {block: _judgement(row, block) for block in BLOCKS}
    rating, why = row["overall_rating"], row["overall_why_no_rating"]
    verification = row["overall_verification"]
    said = rating or (f"none: {why}" if why != verification else "none")
    rows = [
        ["overall rating", escape(f"{said} ({verification})")],
        ["overall score 0–2", text_of(row["overall_score"]) or "none"],
        ["95 % interval", interval(sure) or "none"],
        [
            "how sure",
            escape("; ".join(filter(None, (chances(sure, labels), distinguishable(sure, labels))))) or "none",
        ],
        ["to the next grade", escape(next_grade(sure, edition)) or "none"],
        ["performance score", text_of(row["performance_score"]) or "none"],
        ["leadership (165a)", judged["leadership"]],
        ["finance (141b)", judged["finance"]],
        ["rests on", f"{100 * row['weight_used']:.0f} % of the weights"],
        ["plan's progress", row["stp_plan_progress"] or "none"],
        ["plan (161a)", row["stp_161a_judgement"] or "none"],
    ]
    return _pairs("", rows)


def _judgement(row: pd.Series, block: str) -> str:
    """A judgement, and where the committee moderated it the one before and why."""
    judgement, before = row[f"{block}_judgement"] or "none", row[f"{block}_judgement_before"]
    why = " ".join(row[f"{block}_moderation_reason"].split())
    return escape(f"{judgement}, moderated from {before}: {why}" if before else judgement)


def _pairs(title: str, rows: Iterable[Sequence[str]]) -> Table:
    """Two columns without heads: what, and what it is. The texts are escaped already."""
    table = Table(title=title or None, title_justify="left", title_style="bold", box=None, show_header=False)
    table.add_column(no_wrap=True, min_width=17, style="dim")
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def explanation(
    console: Console,
    tables: Tables,
    edition: Edition,
    ccg_code: str,
    found: Explanation,
    findings: OfFigures | None = None,
) -> None:
    """Print an area of a CCG from its rating down to the cell of each figure, and what is doubted of it."""
    _head(console, tables, edition, ccg_code, escape(f": {found.area.code} {found.area.name}"))
    score = found.score
    figure = f"{score['score']:.2f}" if not pd.isna(score["score"]) else f"none, {score['why_no_score']}"
    used = "" if pd.isna(score["n_used"]) else f", from {_used(score)} indicators"
    rows = [["area score 0–2", escape(figure + used + _marked(score))]]
    if interval(score):
        rows.append(["95 % interval", f"{interval(score)}; {against_reference(score)}, its references"])
        rows.append(["place", _place(score)])
        rows.append(["nearest", escape(next_grade(score, edition)) or "no band within reach of the counts"])
    if score["note"] and not score["note"].startswith("rests on"):
        rows.append(["note", escape(score["note"])])
    if found.rating is not None:
        rows += _rating(found.rating, edition, tables.lane)
    console.print(_pairs("", rows))
    for row in found.indicators.to_dict("records"):
        console.print()
        plausible = _plausible(findings, row["indicator_code"], ccg_code) if findings else ""
        console.print(_indicator(row, edition, plausible))
    console.print(f"\n{provenance(tables)}", markup=False, highlight=False)


def _place(row: pd.Series) -> str:
    ends = f"{row['rank_lower_95']} to {row['rank_upper_95']}"
    said = f"{ends} with 95 % for all CCGs at once"
    return said if pd.isna(row["rank"]) else f"{row['rank']}, and {said}"


def _rating(rating: pd.Series, edition: Edition, lane: str) -> list[list[str]]:
    rows = [["panel rating", escape(f"{rating['rating'] or 'none'} ({rating['verification']})")]]
    if rating["why_no_rating"] not in ("", rating["verification"]):
        rows.append(["why no rating", escape(rating["why_no_rating"])])
    labels = edition.labels(lane)
    if chances(rating, labels):
        rows.append(["how sure", escape(f"{chances(rating, labels)}; {distinguishable(rating, labels)}")])
    if next_grade(rating, edition):
        rows.append(["to the next grade", escape(next_grade(rating, edition))])
    if rating["rule"]:
        grades = json.loads(rating["detail"])
        each = ", ".join(f"{code} {grade or 'none'}" for code, grade in grades.items())
        rows.append(["by", escape(f"{rating['rule']} of the grades 1 (best) to 4 (worst): {each}")])
    return rows


def _plausible(findings: OfFigures, code: str, ccg_code: str) -> str:
    """Return what is doubted of a CCG's figure; what it decides is not said, since it may not be released."""
    if any(code == unchecked for unchecked, _ in findings.unchecked):
        return "not checked"
    own = [(one, figure.detail) for one, figure in findings.of(ccg_code) if one.indicator == code]
    said = [
        f"{one.title}: does not hold, {one.severity}s ({detail})".replace(" ()", "") for one, detail in own
    ]
    return "; ".join(said) or "meets all that is expected of it"


def _indicator(row: Mapping[Hashable, Any], edition: Edition, plausible: str = "") -> Table:
    indicator = edition.indicator(row["indicator_code"])
    figure = row["judgement"] or f"{text_of(row['value'])} {indicator.unit}"
    rows = [["value", escape(figure) if row["status"] == "published" else f"none, {row['status']}"]]
    if text_of(row["numerator"]):
        rows.append(["counts", f"{text_of(row['numerator'])} of {text_of(row['denominator'])}"])
    if text_of(row["lower_95"]):
        rows.append(["95 % interval", f"{text_of(row['lower_95'])} to {text_of(row['upper_95'])}"])
    if text_of(row["period_end"]):
        rows.append(["data period", f"{text_of(row['period_start'])} to {text_of(row['period_end'])}"])
    reference = REFERENCES[row["reference_basis"]]
    if text_of(row["reference_value"]):
        reference = f"{text_of(row['reference_value'])}, {reference} ({row['reference_provenance']})"
    rows += [["reference", reference], ["direction", indicator.direction.replace("_", " ")]]
    if row["withheld"]:
        rows.append(["band", "withheld until its panel has verified the area"])
    else:
        rows.append(["band", _band(row) + escape(_marked(row))])
    where = [row["source_name"], row["sheet"], row["cell"]]
    nowhere = "a file that newer data have replaced" if row["status"] == "published" else "none"
    rows.append(["source", escape(", ".join(part for part in where if part)) or nowhere])
    layout = f", {LAYOUTS[row['layout']]}" if row["layout"] else ""
    rows.append(["publication", escape(f"{edition.publication(indicator.publication).title}{layout}")])
    if plausible:
        rows.append(["plausibility", escape(plausible)])
    if row["note"]:
        rows.append(["note", escape(row["note"])])
    return _pairs(f"{indicator.code} {escape(indicator.name)}", rows)


def _band(row: Mapping[Hashable, Any]) -> str:
    if pd.isna(row["points"]):
        return f"none: {escape(row['why_no_band'])}"
    if pd.isna(row["band"]):
        return f"none, {text_of(row['points'])} points of 2 by the edition's scale"
    named = RANGE if row["direction"] == "no_direction" else BANDS
    z = f"; {text_of(row['z'])} standard errors ({row['limits']} limits)" if text_of(row["z"]) else ""
    return f"{named.get(row['band'], text_of(row['band']))}{z}"
