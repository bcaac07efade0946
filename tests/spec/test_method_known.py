"""What is known of a figure, of several files that speak of it: a small table in, a row out."""

from datetime import date

import pandas as pd
import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.method.assess import current_observations, published_by

EDITION = load_edition()
FILES = {  # file: (published_on, revised_on, status, value)
    "first": ("2017-05-11", None, "published", 10.0),
    "revised": ("2017-05-11", "2017-06-08", "published", 11.0),
    "later": ("2017-06-08", None, "published", 12.0),
    "marked": ("2017-05-11", None, "suppressed", None),
    "other": ("2017-05-11", None, "published", 13.0),
    "same": ("2017-05-11", None, "published", 10.0),
    "undated": (None, None, "published", 14.0),
}
ORDER = {"first": "1", "other": "2", "same": "3", "marked": "9", "revised": "4", "later": "5", "undated": "8"}
"""How the files' sha256 begin."""


def said(*files: str) -> pd.DataFrame:
    """One figure, as these files have it."""
    rows = [
        {
            "indicator_code": "122b",
            "organisation_code": "02N",
            "organisation_kind": "ccg",
            "period_start": "2017-03-01",
            "period_end": "2017-03-31",
            "published_on": FILES[file][0],
            "revised_on": FILES[file][1],
            "status": FILES[file][2],
            "value": FILES[file][3],
            "source_name": f"{file}.csv",
            "source_sha256": ORDER[file] * 64,
        }
        for file in files
    ]
    nothing = dict.fromkeys(("numerator", "denominator", "lower_95", "upper_95"), float("nan"))
    frame = pd.DataFrame(rows).assign(**nothing, judgement="", note="", sheet="", cell="row 2")
    dates = ("period_start", "period_end", "published_on", "revised_on")
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in dates}).astype({"value": "float64"})


OTHERWISE = "{}.csv of the same date says otherwise"


@pytest.mark.parametrize(
    ("files", "counts", "note"),
    [
        (["first"], "first", ""),
        (["first", "later"], "later", ""),
        (["first", "revised"], "revised", ""),
        (["undated", "first"], "first", ""),  # a file without any date comes before every other
        (["first", "same"], "same", ""),  # the same date and the same figure: by sha256, and nothing to say
        (["first", "other"], "other", OTHERWISE.format("first")),
        (["first", "marked"], "first", OTHERWISE.format("marked")),  # a figure goes before a mark
        (["revised", "later"], "later", OTHERWISE.format("revised")),  # revised and published on one day
        (["first", "other", "later"], "later", ""),  # what was in dispute before does not matter any more
        (["first", "same", "other"], "same", OTHERWISE.format("other")),
    ],
)
def test_the_word_of_the_latest_file_counts(files: list[str], counts: str, note: str) -> None:
    for order in (files, files[::-1]):
        (row,) = current_observations(said(*order), EDITION).to_dict("records")
        assert (row["source_name"], row["note"]) == (f"{counts}.csv", note)


BEFORE = "{}.csv of the same date, which landed before, said otherwise"


@pytest.mark.parametrize(
    ("landed", "counts", "note"),
    [
        ({"first": "1", "other": "2"}, "other", BEFORE.format("first")),
        ({"first": "2", "other": "1"}, "first", BEFORE.format("other")),  # whatever their sha256 are
        ({"first": "1", "marked": "2"}, "marked", BEFORE.format("first")),  # a mark that came later counts
        ({"first": "", "other": "1"}, "other", BEFORE.format("first")),  # landed before this was recorded
        ({"first": "2", "same": "1"}, "first", ""),
        ({"first": "2", "later": "1"}, "later", ""),  # the date goes before
        ({"first": "1", "other": "1"}, "other", OTHERWISE.format("first")),  # they landed together
        ({"first": "1", "other": "1", "same": "2"}, "same", BEFORE.format("other")),
    ],
)
def test_of_files_of_the_same_date_the_one_that_landed_last_counts(
    landed: dict[str, str], counts: str, note: str
) -> None:
    for order in (list(landed), list(landed)[::-1]):
        rows = said(*order).assign(landed_at=[landed[file] for file in order])
        (row,) = current_observations(rows, EDITION).to_dict("records")
        assert (row["source_name"], row["note"]) == (f"{counts}.csv", note)


def test_a_dispute_is_said_beside_what_the_row_says_already() -> None:
    (row,) = current_observations(said("first", "other").assign(note="apportioned"), EDITION).to_dict(
        "records"
    )
    assert row["note"] == "apportioned; first.csv of the same date says otherwise"


@pytest.mark.parametrize(
    ("day", "files"),
    [
        ("2017-05-10", ["undated"]),
        ("2017-05-11", ["undated", "first"]),
        ("2017-06-07", ["undated", "first"]),
        ("2017-06-08", ["undated", "first", "revised", "later"]),
    ],
)
def test_a_file_is_out_from_the_day_it_was_published_or_revised(day: str, files: list[str]) -> None:
    out = published_by(said("undated", "first", "revised", "later"), date.fromisoformat(day))
    assert list(out["source_name"]) == [f"{file}.csv" for file in files]
