"""`ccg export` and `ccg weights`: tables as files.

Belongs here: their options. Does not belong here: the formats (publish/export.py), which rows may leave
(release/released.py).
"""

from typing import Annotated

import typer

from ccg_pipeline.cli.asked_tables import tables_asked
from ccg_pipeline.cli.options import (
    AsAt,
    Database,
    EditionNamed,
    Format,
    Month,
    Output,
    Quarter,
    RoundNamed,
    Unreleased,
    Year,
    console,
    errors,
)
from ccg_pipeline.cli.output import refuse_output, write
from ccg_pipeline.cli.prints import lists as printed_lists
from ccg_pipeline.cli.prints import organisation as printed
from ccg_pipeline.cli.rounds import asked_for, export_round
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.publish.export import exported, stamped, with_head
from ccg_pipeline.publish.lane_tables import as_exported
from ccg_pipeline.publish.naming import how_many
from ccg_pipeline.publish.weights import weights_of
from ccg_pipeline.tables.dictionary import dictionary
from ccg_pipeline.tables.exports import DICTIONARY, exported_tables, released_tables, weights_table
from expert_panels.foundation.fault import WrongUse


def export(
    table: Annotated[
        str,
        typer.Argument(
            help="assessment, area_scores, ratings, indicator_grades, bands, overall; or dictionary. "
            "With --edition: scores, places, chances, changes, figures, organisations, measures, or all.",
            metavar="TABLE",
        ),
    ],
    file_format: Format = "csv",
    output: Output = None,
    month: Month = "",
    year: Year = "",
    database: Database = "",
    unreleased: Unreleased = False,
    as_at: AsAt = "",
    edition_named: EditionNamed = "",
    quarter: Quarter = "",
    round_name: RoundNamed = "",
) -> None:
    """Write a released table; an unreleased one only with `--unreleased`, logged and stamped.

    `dictionary` writes what every column of every exported table means, with its kind and unit. Of an
    edition, `all` writes a file a table into the folder that `--output` names.
    """
    if asked := asked_for(
        edition_named, month, quarter, year, round_name, {"--as-at": as_at, "--unreleased": unreleased}
    ):
        export_round(asked, table, file_format, output, database)
        return
    refuse_output(file_format, output)
    edition = load_edition()
    if table == DICTIONARY.name:
        write(exported(dictionary(exported_tables(edition)), file_format, DICTIONARY), output)
        return
    released = released_tables(edition)
    if table not in released:
        raise WrongUse(
            f"There is no table {table!r}: choose one of {', '.join((*released, DICTIONARY.name))}."
        )
    tables = tables_asked(database, month, year, unreleased, f"export {table}", as_at)
    frame = as_exported(table, tables.frames[table], edition.labels(tables.lane))
    rows = stamped(frame) if tables.release is None else with_head(frame, tables.header["ledger_head"])
    write(exported(rows, file_format, released[table]), output)
    errors.print(printed.provenance(tables), markup=False, highlight=False, soft_wrap=True)


def weights(
    name: Annotated[
        str, typer.Argument(help="dtoc, changes or a year; none lists them.", metavar="NAME")
    ] = "",
    file_format: Format = "csv",
    output: Output = None,
) -> None:
    """Write the weights by which figures of other organisations reach the CCGs, a row a part.

    Of local authorities (`dtoc`), and of the CCGs of another April (`2017`); `changes` are the steps from
    each CCG to its successor. Each row says what it rests on.
    """
    refuse_output(file_format, output)
    if not name:
        printed_lists.weights(console)
        return
    found = weights_of(name)
    write(exported(found, file_format, weights_table(name)), output)
    errors.print(f"{how_many(len(found), 'weight')}: {name}.", markup=False, highlight=False, soft_wrap=True)
