"""What the ccg command prints of one CCG, and the stamps that its tables carry.

Belongs here: laying out on a terminal what other rooms return of a CCG.
Does not belong here: how any table is laid out (layout.py), what is printed of the whole (lists.py), options
and exit codes (verbs.py, main.py), finding or computing anything.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ccg_pipeline.cli.prints.layout import grade_text, table_of, text_of
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rounds import last_day, words
from ccg_pipeline.method.certainty.saying import CONDITION
from ccg_pipeline.method.scoring.moderated import BLOCKS
from ccg_pipeline.publish.special_measures import standings_in_words
from ccg_pipeline.publish.uncertainty_words import (
    NO_OFFICIAL_GRADE,
    distinguishable,
    how_sure,
    interval,
    next_grade,
    with_gaps,
)
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.holds import released_although
from ccg_pipeline.release.released import Tables
from ccg_pipeline.release.tables import MADE_UP, NOT_OFFICIAL, is_overridden


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
    through = "".join(f" {one}" for one in released_although(tables.header.get("let_through", ())))
    return (
        f"Release {tables.release.serial} ({where}), sha256 {tables.release.sha256}, "
        f"sign-off ledger up to {tables.header['ledger_head']}."
        + (f" Not verified: {without}." * bool(without))
        + through
    )


def head(console: Console, tables: Tables, edition: Edition, ccg_code: str, about: str = "") -> None:
    """Print the stamps, of which CCG what follows is, and of which round."""
    stamps(console, tables.is_made_up)
    names = ccgs().set_index("ccg_code")["ccg_name"]
    title = f"{edition.lane(tables.lane).title}, {words(tables.lane, tables.partition_key)}"
    console.print(f"\n[bold]{escape(names[ccg_code])}[/] ({ccg_code}){about}\n{title}", highlight=False)


def _notes(console: Console, notes: Iterable[tuple[str, str]]) -> None:
    for about, note in notes:
        if note:
            console.print(f"{about}: {note}", markup=False, highlight=False)


def used(row: pd.Series, none: str = "withheld") -> str:
    """Return on how many of its members a score or a rating rests."""
    return none if pd.isna(row["n_used"]) else f"{row['n_used']} of {row['n_expected']}"


def marked(row: Mapping[Hashable, Any] | pd.Series) -> str:
    """Return what is behind a figure that is out without a verification; '' behind any other."""
    return f", {row['verification']}" if is_overridden(row["verification"]) else ""


def assessment(console: Console, tables: Tables, edition: Edition, ccg_code: str) -> None:
    """Print the assessment of one CCG: the overall rating, its panel areas, its area scores by domain."""
    wide = tables.frames["assessment"]
    row = wide[wide["ccg_code"] == ccg_code].iloc[0]
    head(console, tables, edition, ccg_code, escape(f", {row['region_name']}, {row['stp_name']}"))
    if "overall_rating" in row.index:
        console.print(_overall(row, tables, edition))
    day = last_day(tables.partition_key)
    for said in standings_in_words(tables.register, ccg_code, day):
        console.print(said, markup=False, highlight=False)
    ratings, scores = tables.frames["ratings"], tables.frames["area_scores"]
    own = [one for _, one in ratings[ratings["ccg_code"] == ccg_code].iterrows()]
    labels = edition.labels(tables.lane)
    lines = [
        [
            edition.panel(one["panel"]).name,
            grade_text(one["rating"] or "no rating", _whole(one["grade"]), len(labels)),
            distinguishable(one, labels),
            used(one),
            one["verification"],
        ]
        for one in own
    ]
    console.print(table_of(["panel area", "rating", "how sure", "indicators", "verification"], lines))
    _notes(console, ((edition.panel(one["panel"]).name, how_sure(one, labels)) for one in own))
    if any(how_sure(one, labels) for one in own):
        console.print(CONDITION, highlight=False)
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
                rests = withheld or used(one) + marked(one)
                lines.append([f"{area.code} {area.name}", score, sure, rests])
    heads = ["area", "score", "95 %", "indicators"]
    console.print(table_of(heads, lines, numbers=["score"]))
    console.print(NO_OFFICIAL_GRADE, highlight=False)
    bands = tables.frames["bands"]
    landed = bands[(bands["ccg_code"] == ccg_code) & bands["period_end"].notna()]["area_code"]
    without = [code for code in by_area if code not in set(landed)]
    _notes(console, [(", ".join(without), "no file with a figure has landed.")] if without else [])
    notes = (
        (code, " ".join(filter(None, (one["why_no_score"], with_gaps(one), _unless_counted(one["note"])))))
        for code, one in by_area.items()
        if not pd.isna(one["n_used"]) and code not in without
    )
    _notes(console, notes)
    console.print(f"\n{provenance(tables)}", markup=False, highlight=False)


def _unless_counted(note: str) -> str:
    return "" if note.startswith("rests on") else note


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
        ["how sure", escape(how_sure(sure, labels)) or "none"],
        ["to the next grade", escape(next_grade(sure, edition)) or "none"],
        ["performance score", text_of(row["performance_score"]) or "none"],
        ["leadership (165a)", judged["leadership"]],
        ["finance (141b)", judged["finance"]],
        ["rests on", f"{100 * row['weight_used']:.0f} % of the weights"],
        ["plan's progress", row["stp_plan_progress"] or "none"],
        ["plan (161a)", row["stp_161a_judgement"] or "none"],
    ]
    return pairs("", rows)


def _judgement(row: pd.Series, block: str) -> str:
    """A judgement, and where the committee moderated it the one before and why."""
    judgement, before = row[f"{block}_judgement"] or "none", row[f"{block}_judgement_before"]
    why = " ".join(row[f"{block}_moderation_reason"].split())
    return escape(f"{judgement}, moderated from {before}: {why}" if before else judgement)


def pairs(title: str, rows: Iterable[Sequence[str]]) -> Table:
    """Return two columns without heads: what, and what it is. The texts are escaped already."""
    table = Table(title=title or None, title_justify="left", title_style="bold", box=None, show_header=False)
    table.add_column(no_wrap=True, min_width=17, style="dim")
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _whole(value: object) -> int | None:
    return None if pd.isna(value) else int(value)  # type: ignore[call-overload]  # a grade of a frame
