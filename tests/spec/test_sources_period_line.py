"""The line "Period:" above a publisher's table: what it may say, and what counts where it cannot be read."""

from datetime import date, datetime
from pathlib import Path

import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.sources.dating import period_in_preamble
from ccg_pipeline.sources.documents import open_document
from ccg_pipeline.sources.result import Refused

RTT = load_edition().publication("rtt")
MARCH, APRIL = ((date(2017, 3, 1), date(2017, 3, 31)), (date(2017, 4, 1), date(2017, 4, 30)))
SIDECAR = "period_start: 2017-04-01\nperiod_end: 2017-04-30\n"
CELLS = [
    # what the cell holds; the period without a sidecar, and with one that says April
    ("March 2017", MARCH, MARCH),
    (datetime(2017, 3, 1), MARCH, MARCH),  # typed as Mar-17
    (date(2017, 3, 1), MARCH, MARCH),
    (datetime(2017, 3, 2), None, APRIL),  # a day, and no month
    ("2017-03-01", None, APRIL),
    ("spring", None, APRIL),
    ("", None, APRIL),
]


@pytest.mark.parametrize(("cell", "alone", "beside"), CELLS)
def test_the_line_says_the_period_or_else_the_sidecar(
    tmp_path: Path, cell: object, alone: tuple[date, date] | None, beside: tuple[date, date]
) -> None:
    path = tmp_path / "file.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    if alone is None:
        with pytest.raises(Refused, match=r"'Period:' says (nothing|.*, which is no month); give period"):
            period_in_preamble(open_document(path), RTT, {"period": cell})
    else:
        assert period_in_preamble(open_document(path), RTT, {"period": cell}) == alone
    (tmp_path / "file.csv.meta.yaml").write_text(SIDECAR, encoding="utf-8")
    assert period_in_preamble(open_document(path), RTT, {"period": cell}) == beside
