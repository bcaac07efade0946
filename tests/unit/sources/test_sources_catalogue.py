"""A file is known by what it holds; what nobody knows is listed with what comes nearest."""

from pathlib import Path

import pytest

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.catalogue import READERS, read_file, read_landing, recognise
from ccg_pipeline.sources.result import Reading, Refused
from tests.unit.sources.readings import without
from tests.unit.sources.small_files import (
    DECLARED_HEADER,
    FINGERTIPS_HEADER,
    NOF_HEADER,
    cancer_record,
    cancer_waits_sheets,
    declared_row,
    dtoc_sheets,
    fingertips_row,
    ld_care_csv,
    mar_row,
    mar_sheets,
    ois_row,
    ois_sheets,
    primary_care_row,
    primary_care_sheets,
    profile_sheets,
    rtt_sheets,
    write_archive,
    write_json,
    write_lines,
    write_lsoas,
    write_workbook,
)

IAPT_HEADER = (
    "reporting_period,start_date,end_date,org_type,org_code,org_name,variable_type,variable_a,variable_b,"
    "measure_name,measure_statistic,value"
)
NOF_ROW = "Q3 2025/26,Ambulance trust,RRU,London,OF0017,30.88,7"


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    """A sound file of every layout that was seen, and of the declared one, under names that say nothing."""
    folder = tmp_path / "landing"
    (folder / "more").mkdir(parents=True)
    write_workbook(folder / "rtt", rtt_sheets(("00C", 200, 190)))
    write_workbook(folder / "dtoc", dtoc_sheets(("E06000014", "219", "York UA", [377, 390, 29, 796])))
    write_workbook(folder / "cancer_waits_monthly", cancer_waits_sheets(("00C", 60, 45)))
    write_workbook(folder / "mar", mar_sheets(mar_row("00C", 600)))
    write_workbook(folder / "ccg_ois", ois_sheets(ois_row("00C", 6, 1250, 4.8)))
    write_workbook(folder / "ccg_ois_profile", profile_sheets())
    write_json(folder / "cancer_stage", [cancer_record("00C", "240", "458", 52.4)])
    write_lsoas(folder / "more" / "lsoa_admissions", "00C,5,1,1,0.5,1", "00C,6,1,1,0.7,1")
    write_lines(
        folder / "more" / "iapt", IAPT_HEADER, ",2016-04-01,2017-03-31,CCG,00C,,Total,,,recovery,count,1"
    )
    write_lines(
        folder / "dementia_diagnoses",
        "ORG_TYPE,ORG_CODE,NAME,ACH_DATE,MEASURE,VALUE",
        "CCG,00C,,31MAR2017,DEMENTIA_REGISTER_65_PLUS,1",
    )
    write_workbook(
        folder / "primary_care_dementia", primary_care_sheets(primary_care_row("National", "ENG", 1, 2))
    )
    write_lines(folder / "nof", NOF_HEADER, NOF_ROW)
    write_workbook(
        folder / "nof_workbook",
        {"About": [["No table"]], "Data": [[*NOF_HEADER.split(",")], [*NOF_ROW.split(",")]]},
    )
    write_archive(folder / "ld_care", {"2016-17.csv": ld_care_csv("00L,LDOB001,12")})
    write_lines(folder / "fingertips", FINGERTIPS_HEADER, fingertips_row("E92000001", "England", 19.1))
    write_lines(folder / "satod", DECLARED_HEADER, declared_row("101a", "00C", "10", "40"))
    return folder


def test_every_layout_is_recognised_by_what_it_holds(landing: Path) -> None:
    found = {path.name: recognise(path) for path in landing.rglob("*") if path.is_file()}
    seen = [name for name, reader in READERS.items() if reader.status == "published" or name == "fingertips"]
    names = {name: name for name in [*seen, "satod"] if name != "declared"}
    assert found == names | {
        "primary_care_dementia": "dementia_diagnoses",
        "nof_workbook": "nof",
        "cancer_waits_monthly": "cancer_waits",
    }


INDICATORS = {name: code for name, reader in READERS.items() for code in reader.indicators}


@pytest.mark.parametrize("code", sorted(set(INDICATORS.values())))
def test_without_an_indicator_files_are_read_and_its_rows_are_not_asked_for(
    landing: Path, edition: Edition, code: str
) -> None:
    before, after = dict(read_landing(landing, edition)), dict(read_landing(landing, without(edition, code)))
    for path, reading in before.items():
        if path.name == "satod" and code == "101a":
            continue  # without its only indicator nobody reads a publication that has no layout of its own
        later = after[path]
        assert isinstance(reading, Reading)
        assert isinstance(later, Reading)
        kept = reading.observations[reading.observations["indicator_code"] != code]
        assert later.observations.reset_index(drop=True).equals(kept.reset_index(drop=True))
        assert later.source_file.rows_read == reading.source_file.rows_read
        assert later.source_file.rows_quarantined == reading.source_file.rows_quarantined == 0


def test_a_landing_folder_is_read_in_order_without_what_is_no_source_file(
    landing: Path, edition: Edition
) -> None:
    (landing / "_truth").mkdir()
    write_lines(landing / "_truth" / "latent.csv", "indicator_code,value", "101a,1")
    write_lines(landing / ".hidden", "a,b", "1,2")
    write_lines(landing / "cancer_stage.meta.yaml", "published_on: 2016-01-01")
    write_lines(landing / "gossip.csv", "a,b", "1,2")
    read = list(read_landing(landing, edition))
    names = [str(path.relative_to(landing)) for path, _ in read]
    assert names == sorted(names)
    assert len(names) == 17
    outcomes = {path.name: outcome for path, outcome in read}
    assert isinstance(outcomes.pop("gossip.csv"), Refused)
    assert all(isinstance(outcome, Reading) for outcome in outcomes.values())


def test_a_file_of_nothing_known_names_the_nearest_and_what_it_lacks(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "figures.csv", "CCG,population,admissions", "00C,1,2")
    with pytest.raises(Refused) as caught:
        recognise(path)
    assert str(caught.value) == (
        "figures.csv: is no publication known here; the nearest is the file of emergency admissions by small "
        "area and deprivation, of which it lacks the column 'expectedadmissions' and 2 more."
    )
    assert caught.value.publication == ""


def test_a_file_that_lacks_one_thing_is_refused_as_one_of_its_publication(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "figures.csv", IAPT_HEADER.replace("value", "figure"), "a")
    with pytest.raises(
        Refused, match="like the annual IAPT file by CCG, but lacks the column 'value'"
    ) as caught:
        recognise(path)
    assert caught.value.publication == "iapt"


def test_a_refusal_always_ends_as_one_sentence(landing: Path, edition: Edition) -> None:
    for path in sorted(landing.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            path.write_bytes(data[: len(data) // 2])
    for path, outcome in read_landing(landing, edition):
        if isinstance(outcome, Refused):
            assert str(outcome).startswith(f"{path.name}: ")
            assert str(outcome).endswith(".")
            assert "\n" not in str(outcome)


def test_a_table_saved_as_another_kind_is_known_by_its_columns(tmp_path: Path) -> None:
    lines = [line.split(",") for line in (DECLARED_HEADER, declared_row("101a", "00C", "10", "40"))]
    with pytest.raises(
        Refused, match=r"has the columns of a file in the declared layout, but is a workbook, "
    ):
        recognise(write_workbook(tmp_path / "declared.xls", {"Sheet1": [list(line) for line in lines]}))
    sheet = mar_sheets(mar_row("00C", 600))["Commissioner"]
    text = [",".join(map(str, row)) for row in sheet]
    with pytest.raises(Refused, match=r"but is a CSV file, .*; put it here as it was published\.") as caught:
        recognise(write_lines(tmp_path / "mar.csv", *text))
    assert caught.value.publication == "mar"


def test_an_archive_of_files_that_are_read_one_by_one_is_to_be_unpacked(
    tmp_path: Path, edition: Edition
) -> None:
    text = "\n".join([DECLARED_HEADER, declared_row("101a", "00C", "10", "40")])
    path = write_archive(tmp_path / "two.zip", {"a.csv": text, "readme.txt": "figures\n"})
    with pytest.raises(Refused, match="unpack it and put the files of it here one by one"):
        read_file(path, edition)
