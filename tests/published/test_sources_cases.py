"""The small files that once went wrong, in ../shared/cases: what is read of each, or why it is refused."""

from pathlib import Path

import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.wanted import Wanted, wanted_by
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.result import Reading, Refused

REFUSED = {
    "05_rtt_other_total_code/rtt_no_total_rows.xlsx": "no row of its sheet 'Commissioner' has 'c_999'",
    "05_rtt_other_total_code/rtt_total_code_Total.xlsx": "'Treatment Function Code', but 'c_100', 'total'",
    "14_file_kinds_misnamed/desktop.ini": "Windows keeps settings of a folder; delete it",
    "14_file_kinds_misnamed/password.xlsx": "protected by a password; open it and save it without one",
    "14_file_kinds_misnamed/spreadsheetml2003.xls": "is an XML spreadsheet of Excel 2003; open it and save",
}
READ = {
    # file: observations, their figures published, rows quarantined
    "09_declared_names_swapped/102a_names_swapped.csv": (5, 3, 2),
    "13_cancer_waits_2021/cwt_commissioner_jul_2021.xlsx": (106, 106, 0),
    "14_file_kinds_misnamed/saved.ods": (4, 4, 0),
    "14_file_kinds_misnamed/semicolon.csv": (5, 5, 0),
    "14_file_kinds_misnamed/tab.csv": (5, 5, 0),
    "14_file_kinds_misnamed/zip_one_csv.zip": (5, 5, 0),
}


@pytest.fixture(scope="module")
def wanted() -> Wanted:
    return wanted_by(load_edition())


@pytest.mark.parametrize(("name", "said"), REFUSED.items())
def test_what_is_refused(shared: Path, wanted: Wanted, name: str, said: str) -> None:
    with pytest.raises(Refused) as caught:
        read_file(shared / "cases" / name, wanted)
    assert said in str(caught.value)
    assert "download it again" not in str(caught.value)


@pytest.mark.parametrize(("name", "counted"), READ.items())
def test_what_is_read(shared: Path, wanted: Wanted, name: str, counted: tuple[int, int, int]) -> None:
    reading = read_file(shared / "cases" / name, wanted)
    published = int((reading.observations["status"] == "published").sum())
    assert (len(reading.observations), published, len(reading.quarantine)) == counted


def test_the_62_day_wait_of_july_2021(shared: Path, wanted: Wanted) -> None:
    path = shared / "cases" / "13_cancer_waits_2021" / "cwt_commissioner_jul_2021.xlsx"
    reading: Reading = read_file(path, wanted)
    row = reading.observations.set_index("organisation_code").loc["02P"]
    assert (row["numerator"], row["denominator"], str(row["period_end"].date())) == (46, 63, "2021-07-31")
    assert row["value"] == pytest.approx(73.01587)
    assert (row["indicator_code"], row["layout"]) == ("122b", "published")
