"""What the ccg command prints: summaries and tables for a terminal, with the stamp every print carries.

Belongs here: laying out on a terminal what other rooms return.
Does not belong here: options and exit codes (cli.py), finding or computing anything.
"""

from collections.abc import Sequence

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Engine, func, select

from ccg_pipeline.framework.describe import fit_by_band, fit_by_grade, numbers_table
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.publish.assessment import MADE_UP, NOT_OFFICIAL
from ccg_pipeline.publish.explanation import Explanation
from ccg_pipeline.publish.naming import words
from ccg_pipeline.publish.released import Tables
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.run import Outcome
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.tables import area_score, gate, source_file
from ccg_pipeline.storage.tables import quarantine as quarantined


def _text(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    return escape(str(value))


def _table(frame: pd.DataFrame, title: str = "", names: Sequence[str] = ()) -> Table:
    table = Table(title=title or None, title_justify="left")
    for name in names or frame.columns:
        table.add_column(str(name))
    for row in frame.itertuples(index=False):
        table.add_row(*(_text(value) for value in row))
    return table


def _stamp(console: Console, is_made_up: bool) -> None:
    if is_made_up:
        console.print(f"[bold reverse] {MADE_UP} [/]")
    console.print(NOT_OFFICIAL, style="italic")


def summary(
    console: Console, engine: Engine, edition: Edition, lane: str, partition_key: str, outcome: Outcome
) -> None:
    """Print the short table that a run ends with: what was assessed, awaited and refused, where to look."""
    scope = {"lane": lane, "partition_key": partition_key}
    with reading(engine) as connection:
        scores = frames.read(connection, area_score, scope)
        gates = frames.read(connection, gate, scope)
        n_quarantined = connection.execute(select(func.count()).select_from(quarantined)).scalar_one()
        refused = frames.read(connection, source_file, {"state": "refused"})
    _stamp(console, bool(scores["is_made_up"].any()))
    table = Table(title=f"{edition.lane(lane).title}, {words(lane, partition_key)}", title_justify="left")
    table.add_column("what")
    table.add_column("figure")
    scored = scores[scores["score"].notna()]
    table.add_row("CCGs", str(scores["ccg_code"].nunique()))
    table.add_row("areas of each", str(scores["area_code"].nunique()))
    table.add_row("area scores", f"{len(scored):,} of {len(scores):,}")
    not_assessed = sorted(set(scores["area_code"]) - set(scored["area_code"]))
    if not_assessed:
        table.add_row("areas not assessed (no data)", ", ".join(not_assessed))
    needs = gates["missing"].where(gates["missing"] == "", "; needs " + gates["missing"])
    states = dict(zip(gates["panel"], gates["state"] + needs, strict=True))
    for rule in edition.panels:
        table.add_row(f"panel: {rule.name}", states.get(rule.key, "not ready"))
    table.add_row("rows quarantined", f"{n_quarantined:,}" + (" (ccg quarantine)" if n_quarantined else ""))
    table.add_row("files refused", f"{len(refused)}" + (" (ccg files)" if len(refused) else ""))
    table.add_row("checks warned", f"{len(set(outcome.warned))}")
    console.print(table)
    for sentence in refused["refusal"]:
        console.print(f"Refused: {sentence}", markup=False)
    for check in sorted(set(outcome.warned)):
        console.print(f"Warned: {check}", markup=False)
    console.print(
        "Where to look: `ccg show CCG`, `ccg explain CCG AREA`, `ccg panel status`; `make ui` shows the runs "
        + ", ".join(run_id[:8] for run_id in outcome.run_ids),
        markup=False,
    )


def provenance(tables: Tables) -> str:
    """Return the line that says which release a table is of, or that it is of none."""
    made_up = "made-up data; " if tables.is_made_up else ""
    where = f"{made_up}{tables.lane} {words(tables.lane, tables.partition_key)}"
    where += f", edition {tables.header['edition']}"
    if tables.release is None:
        return f"UNRELEASED ({where}): not verified by the panels, not for publication; this view was logged."
    return (
        f"Release {tables.release.serial} ({where}), sha256 {tables.release.sha256}, "
        f"sign-off ledger up to {tables.header['ledger_head']}."
    )


def assessment(console: Console, tables: Tables, edition: Edition, ccg_code: str) -> None:
    """Print the assessment of one CCG: its ratings, its area scores by domain, the overall rating."""
    row = tables.frames["assessment"].set_index("ccg_code").loc[ccg_code]
    _stamp(console, tables.is_made_up)
    console.print(
        f"[bold]{_text(row['ccg_name'])}[/] ({ccg_code}), {_text(row['region_name'])}, "
        f"{_text(row['stp_name'])}"
    )
    if "overall_rating" in row.index:
        console.print(
            f"Overall: [bold]{row['overall_rating'] or 'no rating: ' + row['overall_why_no_rating']}[/] "
            f"(score {_text(row['overall_score'])} of 2; performance {_text(row['performance_score'])}, "
            f"leadership {row['leadership_judgement']}, finance {row['finance_judgement']}; "
            f"plan: {row['stp_plan_progress'] or 'no progress rating'}, 161a {row['stp_161a_judgement']})"
        )
    ratings = tables.frames["ratings"]
    own = ratings[ratings["ccg_code"] == ccg_code]
    shown = own[["panel", "rating", "verification", "n_used", "n_expected", "why_no_rating"]].copy()
    shown["panel"] = [edition.panel(panel).name for panel in shown["panel"]]
    shown.loc[shown["why_no_rating"] == shown["verification"], "why_no_rating"] = ""
    console.print(_table(shown, "Panel areas", ["area", "rating", "verification", "used", "of", "why none"]))
    scores = tables.frames["area_scores"]
    own = scores[scores["ccg_code"] == ccg_code]
    domains = {domain.code: domain.name for domain in edition.domains}
    shown = own[["domain", "area_code", "area", "score", "n_used", "n_expected", "why_no_score"]].copy()
    shown["domain"] = shown["domain"].map(lambda code: domains.get(code, code))
    shown["area"] = [edition.area(code).name for code in shown["area_code"]]
    names = ["domain", "area", "name", "score 0–2", "indicators", "of", "why none"]
    console.print(_table(shown, "Areas", names))
    console.print(provenance(tables), markup=False)


def explanation(
    console: Console, tables: Tables, edition: Edition, ccg_code: str, found: Explanation
) -> None:
    """Print an area of a CCG from its rating down to the cell of each figure."""
    _stamp(console, tables.is_made_up)
    names = ccgs().set_index("ccg_code")["ccg_name"]
    console.print(f"[bold]{escape(names[ccg_code])}[/] ({ccg_code}), {found.area.code} {found.area.name}")
    score = found.score
    console.print(
        f"Area score {_text(score['score']) or 'none'} of 2 from {score['n_used']} of {score['n_expected']} "
        f"indicators. {score['why_no_score']} {score['note']}".strip()
    )
    if found.rating is not None:
        rating = found.rating
        console.print(
            f"Panel rating: {rating['rating'] or 'none'} ({rating['verification']}). {rating['rule']} "
            f"{rating['detail']} {rating['why_no_rating']}".strip(),
            markup=False,
        )
    for row in found.indicators.itertuples(index=False):
        console.print(_indicator(row, edition))
    console.print(provenance(tables), markup=False)


def _indicator(row: object, edition: Edition) -> Table:
    cell = row._asdict()  # type: ignore[attr-defined]  # a named tuple, which pandas types as object
    indicator = edition.indicator(cell["indicator_code"])
    table = Table(title=f"{indicator.code} {escape(indicator.name)}", show_header=False, title_justify="left")
    figure = f"{_text(cell['value'])} {indicator.unit}" if cell["judgement"] == "" else cell["judgement"]
    table.add_row("value", figure if cell["status"] == "published" else cell["status"])
    if _text(cell["numerator"]):
        table.add_row("counts", f"{_text(cell['numerator'])} of {_text(cell['denominator'])}")
    if _text(cell["lower_95"]):
        table.add_row("95 % interval", f"{_text(cell['lower_95'])} to {_text(cell['upper_95'])}")
    table.add_row("data period", f"{_text(cell['period_start'])} to {_text(cell['period_end'])}")
    basis = f"{cell['reference_basis']}, {cell['reference_provenance']}"
    table.add_row("reference", f"{_text(cell['reference_value']) or 'none'} ({basis})")
    table.add_row("direction", indicator.direction.replace("_", " "))
    if cell["withheld"]:
        table.add_row("band", "withheld until its panel has verified the area")
    else:
        z = f", {_text(cell['z'])} standard errors ({cell['limits']} limits)" if _text(cell["z"]) else ""
        table.add_row("band", f"{_text(cell['band']) or 'none'}{z} {escape(cell['why_no_band'])}".strip())
        table.add_row("points", _text(cell["points"]) or "none")
    where = [cell["source_name"], cell["sheet"], cell["cell"]]
    table.add_row("source", escape(", ".join(part for part in where if part)) or "no file")
    table.add_row(
        "publication", f"{edition.publication(indicator.publication).title} ({cell['layout']} layout)"
    )
    if cell["note"]:
        table.add_row("note", escape(cell["note"]))
    return table


def method(console: Console, edition: Edition) -> None:
    """Print every number and choice of the method that is this project's assumption, and how many are not."""
    numbers = numbers_table(edition)
    assumed = numbers[numbers["provenance"] == "assumed"].drop(columns="provenance")
    console.print(_table(assumed, f"{edition.title}: assumed, not NHS England's"))
    counts = numbers["provenance"].value_counts()
    console.print(
        "; ".join(f"{name}: {counts.get(name, 0)}" for name in ("found", "derived", "memory", "assumed"))
    )


def fit(console: Console, tables: Tables, edition: Edition) -> None:
    """Print counts by grade beside the published counts, and each indicator's share of CCGs by band."""
    _stamp(console, tables.is_made_up)
    console.print("Shown, never tuned to: made-up figures need not give the published counts.")
    overall = tables.frames["overall"]
    grades = fit_by_grade(tables.frames["ratings"], edition, overall if len(overall) else None)
    console.print(_table(grades.drop(columns=["lane", "partition_key", "is_made_up"]), "By grade"))
    bands = fit_by_band(tables.frames["bands"], edition)
    console.print(_table(bands.drop(columns=["lane", "partition_key", "is_made_up"]), "By band"))
    console.print(provenance(tables), markup=False)


def files(console: Console, engine: Engine) -> None:
    """Print the ledger of files: a line a file, whose counts add up to the rows read."""
    with reading(engine) as connection:
        met = frames.read(connection, source_file, {})
    columns = ["name", "publication", "state", "rows_read", "rows_used", "rows_not_asked_for"]
    columns += ["rows_not_an_organisation", "rows_quarantined"]
    met = met.sort_values(["publication", "name"])
    names = [
        "file",
        "publication",
        "state",
        "rows",
        "used",
        "not asked for",
        "no organisation",
        "quarantined",
    ]
    console.print(_table(met[columns], "Files", names))
    for row in met[met["refusal"] != ""].itertuples(index=False):
        console.print(f"Refused: {row.refusal}", markup=False)
    console.print(f"{len(met)} files, {met['rows_read'].sum():,} rows.")


def quarantine(console: Console, engine: Engine) -> None:
    """Print every refused row, with all its reasons."""
    with reading(engine) as connection:
        rows = frames.read(connection, quarantined, {})
    columns = ["source_name", "sheet", "row", "indicator_code", "organisation_code", "reasons"]
    if len(rows):
        console.print(
            _table(rows[columns], "Quarantine", ["file", "sheet", "row", "indicator", "code", "why"])
        )
    console.print(f"{len(rows)} rows in quarantine.")
