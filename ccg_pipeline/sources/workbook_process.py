"""Reading one workbook in a process of its own: bytes on standard input, sheets pickled on standard output.

Belongs here: nothing but calling python-calamine within limits of memory and size. Run as a script by
``documents``; it imports nothing of this project, so that starting it costs 30 ms.
Does not belong here: what the sheets mean.

Why a process: a single damaged byte in an .xls can put a cell in column 56,000 or in row 65,000, and the
reader then asks for 100 GB at once, which ends the whole process without an exception. Here only this one
ends.
"""

import contextlib
import io
import pickle
import resource
import sys
from collections.abc import Sequence

import python_calamine

MEMORY = 2 * 2**30  # bytes of address space; the largest published workbook here needs less than a tenth
CELLS = 5_000_000  # of one sheet, empty ones included; the largest published sheet here has 270,000
COLUMNS = {b"\xd0\xcf": 256, b"PK": 16_384}  # what Excel itself allows in .xls and in .xlsx


def main() -> None:
    """Answer with ``("sheets", [(name, rows), ...])`` or ``("refused", reason)``."""
    with contextlib.suppress(ValueError, OSError):  # a system that sets its own limits keeps them
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read()
    answer: tuple[str, object]
    try:
        answer = "sheets", _sheets(data)
    except (python_calamine.CalamineError, ValueError, OSError, MemoryError) as error:
        answer = "refused", str(error) or type(error).__name__
    pickle.dump(answer, sys.stdout.buffer, protocol=5)


def _sheets(data: bytes) -> list[tuple[str, Sequence[Sequence[object]]]]:
    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets: list[tuple[str, Sequence[Sequence[object]]]] = []
    for each in workbook.sheets_metadata:
        if each.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue  # a chart has no cells
        sheet = workbook.get_sheet_by_name(each.name)
        rows, columns = sheet.total_height + 1, sheet.total_width + 1  # both count from nought
        if columns > COLUMNS[data[:2]] or rows * columns > CELLS:
            raise ValueError(f"sheet {each.name!r} claims {rows} rows and {columns} columns")
        sheets.append((each.name, sheet.to_python(skip_empty_area=False)))
    return sheets


if __name__ == "__main__":
    main()
