"""What the ccg command prints of the whole: a run's summary, the fit, files, quarantine.

Belongs here: laying out lists on a terminal, in groups, so that no line has to repeat what they share.
Does not belong here: one CCG's assessment (organisation.py), options and exit codes.
"""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Engine, func, select

from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.cli.prints.organisation import provenance, stamp, stamps
from ccg_pipeline.cli.typed import as_typed
from ccg_pipeline.framework.describe import fit_by_band, fit_by_grade
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rounds import last_day, words
from ccg_pipeline.orchestration.outcome import Outcome
from ccg_pipeline.publish.naming import how_many
from ccg_pipeline.publish.weights import weightings
from ccg_pipeline.quality.quarantine import SIGNS
from ccg_pipeline.quality.row_ledger import row_ledger, unaccounted
from ccg_pipeline.release.archive import latest_release
from ccg_pipeline.release.gates import SHOWS_THE_LEDGER
from ccg_pipeline.release.holds import held_back
from ccg_pipeline.release.released import Tables
from ccg_pipeline.settings import report_path
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.outside import kind_of
from ccg_pipeline.storage.sql import area_score, candidate_rating, gate, source_file
from ccg_pipeline.storage.sql import quarantine as quarantined
from expert_panels.foundation.fault import Fault

ROWS = ("rows_read", "rows_used", "rows_not_asked_for", "rows_not_an_organisation", "rows_quarantined")
NAMES = ("rows", "used", "not\nasked", "no\nCCG", "refused")


def summary(
    console: Console, engine: Engine, edition: Edition, wanted: Sequence[tuple[str, str]], outcome: Outcome
) -> None:
    """Print the short table that a run ends with: what was assessed, awaited and refused, where to look.

    `wanted`: the lanes and partition keys of the run, a column each.
    """
    with reading(engine) as connection:
        n_quarantined = connection.execute(select(func.count()).select_from(quarantined)).scalar_one()
        refused = frames.read(connection, source_file, {"state": "refused"})
        is_made_up = kind_of(connection) == "made_up"
    about = {f"{lane} {words(lane, key)}": _assessed(engine, edition, lane, key) for lane, key in wanted}
    warned = sorted(
        {one for one in outcome.warned if not one.endswith(f": {SHOWS_THE_LEDGER}")}
    )  # the table says it in better words
    rows: list[list[object]] = [
        [name, *(column[name] for column in about.values())] for name in next(iter(about.values()))
    ]
    rows += [
        ["rows quarantined", f"{n_quarantined:,}"],
        ["files refused", len(refused)],
        ["checks warned in this run", len(warned)],
    ]
    stamps(console, is_made_up)
    filled = ([*row, *[""] * (len(about) + 1 - len(row))] for row in rows)
    console.print(table_of(["", *about], filled, title=edition.title))
    for sentence in refused["refusal"]:
        console.print(f"Refused: {sentence}", markup=False, highlight=False)
    for check in warned:
        console.print(f"Warned: {check}", markup=False, highlight=False)
    for lane, key in wanted:
        if held := held_back(engine, edition, lane, key):
            console.print(f"Held back, {lane} {words(lane, key)}: {held}.", markup=False, highlight=False)
    url = engine.url.render_as_string()
    reports = {report_path(url, last_day(key).strftime("%Y-%m")) for _, key in wanted}
    if is_made_up:
        console.print(_next(wanted))
    console.print(_where_to_look(sorted(reports), n_quarantined, len(refused), len(outcome.run_ids)))


def _assessed(engine: Engine, edition: Edition, lane: str, key: str) -> dict[str, str]:
    scope = {"lane": lane, "partition_key": key}
    with reading(engine) as connection:
        scores = frames.read(connection, area_score, scope)
        rated = frames.read(connection, candidate_rating, scope)
        gates = frames.read(connection, gate, scope)
        release = latest_release(connection, lane, key)
    scored = scores[scores["score"].notna()]
    without = sorted(set(scores["area_code"]) - set(scored["area_code"]))
    n_rated = rated[rated["grade"].notna()].groupby("panel").size()
    states = dict(zip(gates["panel"], gates["state"], strict=True))
    return {
        "CCGs": str(scores["ccg_code"].nunique()),
        "areas scored": f"{scored['area_code'].nunique()} of {scores['area_code'].nunique()}",
        "areas not assessed, no data": ", ".join(without) or "none",
        "area scores": f"{len(scored):,} of {len(scores):,}",
        **{
            f"{rule.name} ratings": f"{n_rated.get(rule.key, 0)}, {states.get(rule.key, 'not ready')}"
            for rule in edition.panels
        },
        "released table": "none" if release is None else f"release {release.serial}",
    }


def _next(wanted: Sequence[tuple[str, str]]) -> Table:
    """What to do after a run on made-up data, in order."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("[bold]Next[/]", "")
    for lane, key in wanted:
        option = f"--{'month' if lane == 'interim' else 'year'} {words(lane, key)}"
        verb = as_typed(f"ccg panel demonstrate {option}")
        table.add_row(verb, "the panels' made-up members sign, and it is released")
    table.add_row(as_typed("ccg publish site"), "all that is released, as pages: site/index.html")
    if Path("Makefile").is_file():
        table.add_row("make frameworks", "the four frameworks of the made-up year 2015-16, side by side")
    return table


def _where_to_look(reports: Sequence[Path], n_quarantined: int, n_refused: int, n_runs: int) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("[bold]Where to look[/]", "")
    table.add_row(as_typed("ccg panel status"), "the table submitted to each panel, and what it lacks")
    table.add_row(as_typed("ccg show CCG"), "the assessment of a CCG")
    table.add_row(as_typed("ccg explain CCG AREA"), "from a rating to the cell of each figure")
    if n_quarantined:
        table.add_row(as_typed("ccg quarantine"), "every refused row and why")
    if n_refused:
        table.add_row(as_typed("ccg files"), "every file and the account of its rows")
    for path in reports:
        if path.is_file():
            table.add_row("plausibility", escape(str(path)))
    table.add_row(as_typed("ccg ui"), f"{how_many(n_runs, 'run')} in Dagster")
    return table


def fit(console: Console, tables: Tables, edition: Edition) -> None:
    """Print counts by grade next to the published counts, and each indicator's share of CCGs by band."""
    stamps(console, tables.is_made_up)
    console.print("Shown, never tuned to: made-up figures need not give the published counts.")
    overall = tables.frames["overall"]
    grades = fit_by_grade(tables.frames["ratings"], edition, overall if len(overall) else None)
    names = {rule.key: rule.name for rule in edition.panels} | {"overall": "Overall"}
    rows: list[list[object]] = []
    for measure, own in grades.groupby("measure", sort=False):
        rows.append([f"— {names[str(measure)]}", "", "", ""])
        rows += own[["label", "grade", "ccgs", "published"]].to_numpy(dtype=object).tolist()
    title = f"CCGs by grade, {tables.lane} {words(tables.lane, tables.partition_key)}"
    heads = ["rating", "grade", "CCGs here", "CCGs published"]
    console.print(table_of(heads, rows, title, numbers=heads[2:]))
    for measure, own in grades[grades["source"] != ""].groupby("measure", sort=False):
        said = "; ".join(dict.fromkeys(own["provenance"] + ", " + own["source"]))
        console.print(f"{names[str(measure)]}, published: {said}", markup=False, highlight=False)
    console.print()
    console.print(_bands(tables, edition))
    console.print(f"\n{provenance(tables)}", markup=False, highlight=False)


def _bands(tables: Tables, edition: Edition) -> Table:
    bands = fit_by_band(tables.frames["bands"], edition)
    shares = ["share_0", "share_1", "share_2", "share_between", "share_none"]
    rows = [
        [f"{row['indicator_code']} {row['name']}", *(f"{100 * row[share]:.0f}" for share in shares)]
        for row in bands.to_dict("records")
    ]
    heads = ["indicator", "0 worse", "1", "2 better", "between", "none"]
    return table_of(heads, rows, "CCGs by band, % of all CCGs", numbers=heads[1:])


def weights(console: Console) -> None:
    """Print which weights there are to look at."""
    there = weightings()
    console.print(table_of(["NAME", "what", "by"], there.to_numpy(dtype=object).tolist(), "ccg weights NAME"))


def files(console: Console, engine: Engine) -> None:
    """Print the ledger of files: a line a file, whose counts add up to the rows read, and all together.

    Raises Fault where they do not.
    """
    with reading(engine) as connection:
        met, kind = row_ledger(connection), kind_of(connection)
    stamp(console, kind == "made_up")
    twice = met["name"].duplicated(keep=False)
    met["shown"] = met["name"] + (" (" + met["sha256"].str[:8] + ")").where(twice, "")
    rows: list[list[object]] = []
    for publication, own in met.groupby("publication"):
        rows.append([f"— {str(publication) or 'of no publication known here'}", *[""] * len(ROWS)])
        for _, one in own.iterrows():
            counts = [int(one[name]) for name in ROWS] if one["state"] == "read" else ["refused"]
            rows.append([one["shown"], *counts, *[""] * (len(ROWS) - len(counts))])
    if rows:
        console.print(table_of(["file", *NAMES], rows, "Files", numbers=NAMES))
    for sentence in met.loc[met["state"] == "refused", "refusal"]:
        console.print(f"Refused: {sentence}", markup=False, highlight=False)
    n_refused = int((met["state"] == "refused").sum())
    if faults := unaccounted(met):
        raise Fault(" ".join(faults))
    read, used, not_asked, of_no_ccg, refused = (int(met[name].sum()) for name in ROWS)
    console.print(
        f"{how_many(len(met), 'file')}, {n_refused} of them refused; {how_many(read, 'row')}, each of them "
        f"accounted for: {used:,} used, {not_asked:,} not asked for, {of_no_ccg:,} of no CCG, {refused:,} "
        "refused.",
        highlight=False,
    )


def quarantine(console: Console, engine: Engine) -> None:
    """Print every refused row under its file, with all its reasons, and how its id is made."""
    with reading(engine) as connection:
        rows, kind = frames.read(connection, quarantined, {}), kind_of(connection)
    stamp(console, kind == "made_up")
    for (name, sheet, sha256), own in rows.groupby(["source_name", "sheet", "source_sha256"]):
        columns = own.sort_values("row")[["row", "indicator_code", "organisation_code", "reasons"]]
        listed = [[str(row), *rest] for row, *rest in columns.itertuples(index=False)]
        title = (
            f"{name}, sheet {sheet}" if sheet else f"{name}"
        ) + f"; ids {str(sha256)[:SIGNS]}:{sheet}:ROW"
        console.print(table_of(["row", "indicator", "code", "why it was refused"], listed, title))
    console.print(f"{how_many(len(rows), 'row')} in quarantine.", highlight=False)
