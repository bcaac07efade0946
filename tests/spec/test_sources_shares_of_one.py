"""Per cent that come as shares of one, without counts: 0.69 where 69 is meant."""

from pathlib import Path

import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.declared import COLUMNS

CODES = list(ccgs()["ccg_code"])
ROW = "declared,{publication},{code},2016-07-01,2016-12-31,2017-02-01,{ccg},,{n},{d},{value},,,,\n"


@pytest.mark.parametrize(
    ("values", "counts", "quarantined"),
    [
        ([0.69 + at / 1000 for at in range(10)], False, 10),
        ([0.69 + at / 1000 for at in range(9)], False, 0),  # so few may be small
        ([0.69] * 9 + [1.0], False, 10),
        ([0.69] * 9 + [1.01], False, 0),  # one is above 1
        ([0.0] * 5 + [1.0] * 5, False, 0),  # whole per cent
        ([0.5] * 10, True, 0),  # 5 of 1,000 each
        ([69.0 + at / 10 for at in range(10)], False, 0),
    ],
)
def test_shares_of_one_are_quarantined(
    tmp_path: Path, values: list[float], counts: bool, quarantined: int
) -> None:
    n, d = (5, 1000) if counts else ("", "")
    path = tmp_path / "declared.csv"
    lines = [
        ROW.format(publication="gp_patient_survey", code="128b", ccg=ccg, n=n, d=d, value=value)
        for ccg, value in zip(CODES, values, strict=False)
    ]
    path.write_text(",".join(COLUMNS) + "\n" + "".join(lines), encoding="utf-8")
    reading = read_file(path, load_edition())
    assert reading.source_file.rows_quarantined == quarantined
    if quarantined:
        assert reading.quarantine["reasons"].str.contains("share of one, and per cent are meant").all()
