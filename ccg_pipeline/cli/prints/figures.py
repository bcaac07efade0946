"""What the ccg command prints from a rating down: an area, an indicator of one CCG, an indicator of all.

Belongs here: laying out figures with what they are compared with, on a terminal.
Does not belong here: the whole of one CCG, and the stamps (organisation.py), finding or computing anything.
"""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ccg_pipeline.cli.prints.layout import table_of, text_of
from ccg_pipeline.cli.prints.organisation import head, marked, pairs, provenance, stamps, used
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.certainty.saying import CONDITION
from ccg_pipeline.publish.explanation import Explanation, among_similar
from ccg_pipeline.publish.naming import CONSEQUENCE, LAYOUTS, REFERENCES, band_in_words, side_in_words
from ccg_pipeline.publish.uncertainty_words import (
    against_reference,
    how_sure,
    interval,
    next_grade,
    with_gaps,
)
from ccg_pipeline.quality.kept_findings import OfFigures
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.released import Tables


def explanation(
    console: Console,
    tables: Tables,
    edition: Edition,
    ccg_code: str,
    found: Explanation,
    findings: OfFigures | None = None,
) -> None:
    """Print an area of a CCG from its rating down to the cell of each figure, and what is doubted of it."""
    head(console, tables, edition, ccg_code, escape(f": {found.area.code} {found.area.name}"))
    score = found.score
    figure = f"{score['score']:.2f}" if not pd.isna(score["score"]) else f"none, {score['why_no_score']}"
    rests = "" if pd.isna(score["n_used"]) else f", from {used(score)} indicators"
    rows = [["area score 0–2", escape(figure + rests + marked(score))]]
    if interval(score):
        rows.append(["95 % interval", f"{interval(score)}; {against_reference(score)}"])
        rows.append(["place", _place(score)])
        rows.append(
            ["to another band", escape(next_grade(score, edition)) or "no band within reach of the counts"]
        )
    if with_gaps(score):
        rows.append(["with gaps", with_gaps(score)])
    if score["note"] and not score["note"].startswith("rests on"):
        rows.append(["note", escape(score["note"])])
    if found.rating is not None:
        rows += _rating(found, found.rating, edition, tables.lane)
        if found.nearest:
            rows.append(["what would change it", escape(found.nearest)])
    console.print(pairs("", rows))
    if found.rating is not None and how_sure(found.rating, edition.labels(tables.lane)):
        console.print(CONDITION, highlight=False)
    for row in found.indicators.to_dict("records"):
        console.print()
        is_there = row["status"] == "published"  # of a figure that is not there nobody looked at anything
        plausible = _plausible(findings, row["indicator_code"], ccg_code) if findings and is_there else ""
        similar = among_similar(tables.frames["bands"], edition.indicator(row["indicator_code"]), ccg_code)
        console.print(_indicator(row, edition, plausible, similar))
    console.print(f"\n{provenance(tables)}", markup=False, highlight=False)


def of_one_indicator(
    console: Console,
    tables: Tables,
    edition: Edition,
    ccg_code: str,
    code: str,
    findings: OfFigures | None,
) -> None:
    """Print one indicator of a CCG: why it matters, its figure, what it is compared with, its cell."""
    indicator = edition.indicator(code)
    head(console, tables, edition, ccg_code, escape(f": {code} {indicator.name}"))
    console.print(f"{indicator.why_it_matters}\n", markup=False, highlight=False)
    bands = tables.frames["bands"]
    own = bands[(bands["ccg_code"] == ccg_code) & (bands["indicator_code"] == code)].to_dict("records")
    is_there = own[0]["status"] == "published"
    plausible = _plausible(findings, code, ccg_code) if findings and is_there else ""
    console.print(_indicator(own[0], edition, plausible, among_similar(bands, indicator, ccg_code)))
    console.print(f"\n{provenance(tables)}", markup=False, highlight=False)


def of_all(console: Console, tables: Tables, edition: Edition, code: str) -> None:
    """Print one indicator of all CCGs, a line each in the order of their codes."""
    indicator = edition.indicator(code)
    stamps(console, tables.is_made_up)
    console.print(f"{indicator.why_it_matters}\n", markup=False, highlight=False)
    names = ccgs().set_index("ccg_code")["ccg_name"]
    bands = tables.frames["bands"]
    rows = [
        [
            row["ccg_code"],
            names[row["ccg_code"]],
            row["judgement"] or (text_of(row["value"]) or f"none, {row['status']}"),
            "withheld" if row["withheld"] else Text.from_markup(_band(row, in_short=True) + marked(row)),
        ]
        for row in bands[bands["indicator_code"] == code].sort_values("ccg_code").to_dict("records")
    ]
    title = f"{code} {indicator.name}, {indicator.unit}"
    console.print(table_of(["CCG", "name", "figure", "band"], rows, title, numbers=["figure"]))
    console.print(provenance(tables), markup=False, highlight=False)


def _place(row: pd.Series) -> str:
    ends = f"{row['rank_lower_95']} to {row['rank_upper_95']}"
    said = f"{ends} with 95 % for all CCGs at once"
    return said if pd.isna(row["rank"]) else f"{row['rank']}, and {said}"


def _rating(found: Explanation, rating: pd.Series, edition: Edition, lane: str) -> list[list[str]]:
    rows = [["panel rating", escape(f"{rating['rating'] or 'none'} ({rating['verification']})")]]
    if rating["why_no_rating"] not in ("", rating["verification"]):
        rows.append(["why no rating", escape(rating["why_no_rating"])])
    labels = edition.labels(lane)
    if how_sure(rating, labels):
        rows.append(["how sure", escape(how_sure(rating, labels))])
    if next_grade(rating, edition):
        rows.append(["to the next grade", escape(next_grade(rating, edition))])
    if rating["rule"]:
        each = ", ".join(f"{code} {grade or 'none'}" for code, grade in found.grades.items())
        rows.append(["by", escape(f"{rating['rule']} of the grades 1 (best) to 4 (worst): {each}")])
    return rows


def _plausible(findings: OfFigures, code: str, ccg_code: str) -> str:
    """Return what is doubted of a CCG's figure; what it decides is not said, since it may not be released."""
    if any(code == unchecked for unchecked, _ in findings.unchecked):
        return "not checked"
    own = [(one, figure.detail) for one, figure in findings.of(ccg_code) if one.indicator == code]
    said = [
        f"{one.title}: does not hold, {CONSEQUENCE[one.severity]}" + (f" ({detail})" if detail else "")
        for one, detail in own
    ]
    return "; ".join(said) or "meets all that is expected of it"


def _indicator(
    row: Mapping[Hashable, Any], edition: Edition, plausible: str = "", similar: str = ""
) -> Table:
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
    if similar:
        rows.append(["similar CCGs", similar])
    if row["withheld"]:
        rows.append(["band", "withheld until its panel has verified the area"])
    else:
        rows.append(["band", _band(row) + escape(marked(row))])
    where = [row["source_name"], row["sheet"], row["cell"]]
    nowhere = "a file that newer data have replaced" if row["status"] == "published" else "none"
    rows.append(["source", escape(", ".join(part for part in where if part)) or nowhere])
    layout = f", {LAYOUTS[row['layout']]}" if row["layout"] else ""
    rows.append(["publication", escape(f"{edition.publication(indicator.publication).title}{layout}")])
    if plausible:
        rows.append(["plausibility", escape(plausible)])
    if row["note"]:
        rows.append(["note", escape(row["note"])])
    return pairs(f"{indicator.code} {escape(indicator.name)}", rows)


def _band(row: Mapping[Hashable, Any], *, in_short: bool = False) -> str:
    if pd.isna(row["points"]):
        return f"none: {escape(row['why_no_band'])}"
    if pd.isna(row["band"]):
        return f"none, {text_of(row['points'])} points of 2 by the edition's scale"
    has_direction = row["direction"] != "no_direction"
    if in_short:
        return f"{row['band']:g}, {side_in_words(row['band'], has_direction)}"
    words = band_in_words(row["band"], row["reference_basis"], has_direction)
    z = "" if pd.isna(row["z"]) else f"; {row['z']:.2f} standard errors ({row['limits']} limits)"
    return f"{row['band']:g}, {words}{z}"
