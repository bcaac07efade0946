"""What the ccg command prints of refused rows: what they would have changed, and their amendments.

Belongs here: laying these out on a terminal.
Does not belong here: the plain list of refused rows (lists.py), finding an effect (quality/quarantine.py).
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from rich.console import Console
from sqlalchemy import Engine

from ccg_pipeline.cli.prints import changes as printed_changes
from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.cli.prints.organisation import stamp
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rounds import words
from ccg_pipeline.publish.export import UNRELEASED
from ccg_pipeline.publish.naming import how_many
from ccg_pipeline.quality.quarantine import Effect, row_id
from ccg_pipeline.storage.corrections import WHOLE_FILE, Line, in_force
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.outside import kind_of


def effects(console: Console, rows: pd.DataFrame, lane: str, key: str) -> None:
    """Print each refused row's id, reasons and what it would have changed in a lane's month or year."""
    stamp(console, bool(rows["is_made_up"].any()))
    if rows.empty:
        console.print("No row is refused.")
        return
    columns = ["row_id", "reasons", "would_change", "of_others"]
    heads = ["row", "why it was refused", "would have changed", "rows of others"]
    title = f"Refused rows, {lane} {words(lane, key)}"
    console.print(table_of(heads, rows[columns].to_numpy(dtype=object).tolist(), title))
    console.print(f"{UNRELEASED}; this view was logged.", markup=False, highlight=False)


def effect(console: Console, engine: Engine, found: Effect, edition: Edition, lane: str, key: str) -> None:
    """Print a refused row whole, and what a lane's month or year is without it and with it."""
    with reading(engine) as connection:
        is_made_up = kind_of(connection) == "made_up"
    refusal = found.refusal
    where = f", sheet {refusal.sheet}" if refusal.sheet else ""
    console.print(f"{refusal.source_name}{where}, row {refusal.row}", style="bold", highlight=False)
    console.print(f"Refused by {refusal.refused_by}: {refusal.reasons}", markup=False, highlight=False)
    cells = [(name, "" if cell is None else str(cell)) for name, cell in refusal.cells.items()]
    console.print(table_of(["column", "cell"], cells))
    own = found.of_ccg(edition)
    if len(own):
        heads = ["CCG", "what", "without the row", "with it"]
        title = f"{lane.capitalize()} {words(lane, key)}"
        console.print(table_of(heads, own.to_numpy(dtype=object).tolist(), title))
    elif found.is_later:
        console.print("Nothing yet: the data period of the row ends later.")
    elif found.figures.empty:
        console.print("Nothing can be taken from the row as it stands: see what --set COLUMN=VALUE gives.")
    printed_changes.moves(
        console, found.moves, f"Without the row, and with it, {lane} {words(lane, key)}", is_made_up, 12
    )


def amendments(console: Console, lines: Sequence[Line], today: date) -> None:
    """Print the record, a line an act; of each row, whether what was said last is in force."""
    holding = {line.seq for line in in_force(lines, today)}
    last = {line.about: line.seq for line in lines}
    rows = []
    for line in lines:
        state = "in force" if line.seq in holding else "lapsed"
        if last[line.about] != line.seq:
            state = "replaced"
        elif line.action == "revoke":
            state = ""
        cells = ", ".join(f"{name} = {value}" for name, value in line.cells.items())
        is_of_row = line.row != WHOLE_FILE[1]
        about = f"row {row_id(line.source_sha256, line.sheet, line.row)}" if is_of_row else "the whole"
        until = f", until {line.until}" if is_of_row and line.action != "revoke" else ""
        said = f"{line.action} {about} of {line.source_name}{f': {cells}' if cells else ''}{until}"
        said += f"; {line.actor}: {line.reason}"
        rows.append([line.at[:10], state, said])
    if rows:
        console.print(table_of(["on", "now", "what, who and why"], rows, "Amendments of rows and files"))
    console.print(f"{len(holding)} in force on {today}, of {how_many(len(lines), 'line')}.", highlight=False)
