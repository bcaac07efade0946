"""`ccg quarantine`: the refused rows, what each would have changed, and amending them.

Belongs here: the options of these verbs, and handing what they ask for to the rooms that do it.
Does not belong here: effects (quality/quarantine.py), amendments (quality/corrections.py), prints.
"""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.progress import track
from sqlalchemy import Engine

from ccg_pipeline.cli.options import (
    Actor,
    Database,
    Landing,
    Month,
    Year,
    asked_round,
    console,
    errors,
    say,
    verbs_of,
)
from ccg_pipeline.cli.output import refuse_output, write
from ccg_pipeline.cli.prints import lists as printed_lists
from ccg_pipeline.cli.prints import quarantine as printed_quarantine
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.rounds import day_of, last_day
from ccg_pipeline.landing.files import LandingFolder
from ccg_pipeline.publish.export import FORMATS, exported, stamped
from ccg_pipeline.quality.corrections import Amending, NotAmended
from ccg_pipeline.quality.quarantine import Effect, Refusal, effect_of, quarantined, summary
from ccg_pipeline.release.as_known import assess_source_observations, source_observations_until
from ccg_pipeline.release.released import newest_scored
from ccg_pipeline.settings import actor, database_url, landing_path
from ccg_pipeline.sources.corrections import ALL_ROWS, Amendment, Kind
from ccg_pipeline.storage.corrections import all_lines
from ccg_pipeline.storage.database import open_for_reading, open_for_writing, reading
from ccg_pipeline.tables.exports import REFUSED_ROWS
from expert_panels import access_log
from expert_panels.foundation.fault import WrongUse

app = verbs_of(
    "The refused rows: every one with its file, sheet, row number and all reasons; amending them.",
    is_said_alone=True,
)

Id = Annotated[str, typer.Argument(help="Id of a row, as the list prints it.", metavar="ID")]
Ids = Annotated[
    str,
    typer.Argument(help="Id of a row, as the list prints it; ending in `:all`, every row.", metavar="ID"),
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is said with every figure that rests on it.")]
Until = Annotated[str, typer.Option("--until", help="Last day on which it is in force: 2017-12-31.")]
Cells = Annotated[
    list[str] | None,
    typer.Option("--set", help="COLUMN=VALUE, the column by its heading in the file; once for each cell."),
]


def _amending(database: str, landing: Path | None) -> Amending:
    engine = open_for_writing(database or database_url())
    folder = str((landing or Path(landing_path())).absolute())
    return Amending(engine, LandingFolder(path=folder), load_edition())


def _logged(engine: Engine, what: str, subject: str) -> None:
    access_log.record(engine, actor(), what, subject)


def _round(engine: Engine, month: str, year: str) -> tuple[str, str]:
    return asked_round(month, year) if month or year else newest_scored(engine)


def _set(cells: list[str] | None) -> dict[str, str]:
    pairs = [one.partition("=") for one in cells or []]
    if wrong := [name for name, sign, _ in pairs if not sign or not name.strip()]:
        raise NotAmended(f"--set {wrong[0]!r}: write it as COLUMN=VALUE.")
    return {name.strip(): value for name, _, value in pairs}


@app.callback()
def listed(
    context: typer.Context,
    effect: Annotated[
        bool, typer.Option("--effect", help="What each would have changed; unreleased, so logged.")
    ] = False,
    file_format: Annotated[str, typer.Option("--format", help=" | ".join(FORMATS))] = "csv",
    output: Annotated[Path | None, typer.Option(help="File to write; without, a print.")] = None,
    month: Month = "",
    year: Year = "",
    landing: Landing = None,
    database: Database = "",
) -> None:
    """Print every refused row with its file, sheet, row number and all reasons, or write them whole."""
    if context.invoked_subcommand is not None:
        return
    if output is not None:
        refuse_output(file_format, output)
    engine = (open_for_writing if effect else open_for_reading)(database or database_url())
    with reading(engine) as connection:
        rows = quarantined(connection)
    if effect:
        amending = _amending(database, landing)
        lane, key = _round(amending.engine, month, year)
        _logged(amending.engine, "quarantine --effect", f"{lane} {key}")
        rows = stamped(_with_effects(rows, amending, lane, key))
    if output is not None:
        write(exported(rows, file_format, REFUSED_ROWS), output)
        console.print(f"Wrote {len(rows):,} refused rows.", highlight=False)
    elif effect:
        printed_quarantine.effects(console, rows, lane, key)
    else:
        printed_lists.quarantine(console, engine)


def _with_effects(rows: pd.DataFrame, amending: Amending, lane: str, key: str) -> pd.DataFrame:
    """Return the refused rows with would_change and of_others, or why that cannot be told."""
    told = []
    of_a_lane = _Lane(amending, lane, key)
    shown = track(rows["row_id"], "effects", console=errors, transient=True, disable=not errors.is_terminal)
    for row_id in shown:
        try:
            told.append(summary(of_a_lane.effect(amending.refusal(row_id)), amending.edition))
        except NotAmended as why:
            told.append({"would_change": str(why), "of_others": ""})
    return rows.assign(**pd.DataFrame(told, columns=["would_change", "of_others"]))


class _Lane:
    """A lane's month or year as it stands, assessed once for any number of refused rows."""

    def __init__(self, amending: Amending, lane: str, key: str) -> None:
        self._amending, self._lane, self._end = amending, lane, last_day(key)
        self._said = source_observations_until(amending.engine, self._end)
        self._stands = assess_source_observations(self._said, amending.edition, lane, self._end)

    def effect(self, refusal: Refusal, cells: dict[str, str] | None = None) -> Effect:
        kind: Kind = "correct" if cells else "suppose"
        amendment = Amendment(refusal.sheet, refusal.row, kind, tuple(sorted((cells or {}).items())))
        read = self._amending.reading_with(refusal, amendment)
        edition = self._amending.edition
        return effect_of(refusal, self._said, self._stands, read.observations, edition, self._lane, self._end)


@app.command()
def show(
    row_id: Id,
    cells: Cells = None,
    month: Month = "",
    year: Year = "",
    landing: Landing = None,
    database: Database = "",
) -> None:
    """Print one refused row whole, and its CCG's band, area score and ratings with and without it.

    With `--set`, the row as it would be with other cells. Nothing of it is released, so the view is logged.
    """
    amending = _amending(database, landing)
    refusal = amending.refusal(row_id)
    if refusal.row == ALL_ROWS:
        raise WrongUse(f"{row_id}: show one row, by its number.")
    lane, key = _round(amending.engine, month, year)
    _logged(amending.engine, f"quarantine show {refusal.id}", f"{lane} {key}")
    effect = _Lane(amending, lane, key).effect(refusal, _set(cells))
    printed_quarantine.effect(console, amending.engine, effect, amending.edition, lane, key)


@app.command()
def waive(
    row_id: Ids, actor: Actor, reason: Reason, until: Until, landing: Landing = None, database: Database = ""
) -> None:
    """Take a refused row in as it stands, where what was doubted can be true, up to and with a day."""
    refusal = _amending(database, landing).waive(row_id, actor, reason, day_of(until, "--until"))
    _recorded(refusal, f"is taken in as it stands until {until}")


@app.command()
def correct(
    row_id: Ids,
    actor: Actor,
    reason: Reason,
    until: Until,
    cells: Cells = None,
    landing: Landing = None,
    database: Database = "",
) -> None:
    """Give cells of a refused row other values, up to and with a day. The file itself is never edited.

    Where one cause refused many rows of a sheet, end the id in `:all` instead of the number: then it is of
    every row, and `--set "value=*100"` is each row's own value times 100.
    """
    amending = _amending(database, landing)
    refusal = amending.correct(row_id, _set(cells), actor, reason, day_of(until, "--until"))
    _recorded(refusal, f"is corrected until {until}")


@app.command()
def revoke(
    row_id: Ids, actor: Actor, reason: Reason, landing: Landing = None, database: Database = ""
) -> None:
    """Take an amendment back: the row is quarantined again at the next run."""
    _recorded(_amending(database, landing).revoke(row_id, actor, reason), "is quarantined again")


def _recorded(refusal: Refusal, what: str) -> None:
    row = "every row" if refusal.row == ALL_ROWS else f"row {refusal.row}"
    said = f"Recorded: {row} of {refusal.source_name} {what}, from the next `ccg run` on."
    say(said)


@app.command()
def amendments(database: Database = "") -> None:
    """Print the record of amendments: who waived, corrected or revoked what, why, and what is in force."""
    engine = open_for_reading(database or database_url())
    printed_quarantine.amendments(console, all_lines(engine), LandingFolder(path="").day())
