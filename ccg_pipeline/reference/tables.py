"""Reading the fact tables packaged with this room.

Belongs here: from a file name in ``reference/data`` to a frame with true types and no missing text.
Does not belong here: what any table means (the module that serves it says so), published files themselves.

Every table holds facts derived from published files; ``tests/published/test_reference_tables.py``
derives each of them again from those files and compares. That test is the record of how each was made.
"""

from importlib.resources import files

import pandas as pd

_DATA = files("ccg_pipeline.reference") / "data"


def read_table(name: str, dates: tuple[str, ...] = (), counts: tuple[str, ...] = ()) -> pd.DataFrame:
    """The packaged table ``name``: text, but ``dates`` datetime64 (NaT = none) and ``counts`` int64."""
    with (_DATA / f"{name}.csv").open(encoding="utf-8") as stream:
        frame = pd.read_csv(stream, dtype=str, keep_default_na=False)
    for column in dates:
        frame[column] = pd.to_datetime(frame[column].replace("", None), format="%Y-%m-%d").astype(
            "datetime64[ns]"
        )
    return frame.astype(dict.fromkeys(counts, "int64"))


def read_rows(name: str) -> list[dict[str, str]]:
    """The packaged table ``name``, each row by its columns, all of it text."""
    return [{str(key): str(cell) for key, cell in row.items()} for row in read_table(name).to_dict("records")]
