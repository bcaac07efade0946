"""Each publication's own rules, on small files in its layout."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.reference.authorities import authority_weights, dtoc_authorities
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.reading import OBSERVATION_COLUMNS, QUARANTINE_COLUMNS, Reading, Refused
from tests.unit.sources.readings import account, by_code
from tests.unit.sources.small_files import (
    Sheets,
    cancer_record,
    declared_row,
    dtoc_sheets,
    ois_row,
    ois_sheets,
    rtt_sheets,
    write_json,
    write_lines,
    write_lsoas,
    write_workbook,
)

# York is wholly in 03Q, Hartlepool wholly in 00K, Derby wholly in 04R; Derbyshire is divided.
YORK = ("E06000014", "219", "York UA", [377, 390, 29, 796])
HARTLEPOOL = ("E06000001", "111", "Hartlepool UA", [10, 5, 0, 15])
WALES = ("-", "9900", "Resident In Wales", [3, 2, 0, 5])


def rtt(folder: Path, edition: Edition, sheets: Sheets) -> Reading:
    return read_file(write_workbook(folder / "rtt.xls", sheets), edition)


def test_rtt_takes_the_total_of_functions_of_ccgs_and_x24_and_england(
    tmp_path: Path, edition: Edition
) -> None:
    reading = rtt(tmp_path, edition, rtt_sheets(("00C", 200, 190), ("X24", 100, 80)))
    rows = by_code(reading)
    assert rows["organisation_kind"].to_dict() == {"00C": "ccg", "X24": "nhs_england", "ENG": "england"}
    assert rows["value"].to_dict() == pytest.approx({"00C": 95.0, "X24": 80.0, "ENG": 90.0})
    assert account(reading) == (6, 3, 3, 0, 0)
    one = rows.loc["00C"]
    assert (one["numerator"], one["denominator"], one["sheet"], one["cell"]) == (
        190,
        200,
        "Commissioner",
        "row 11",
    )
    assert (one["period_start"], one["period_end"]) == (
        pd.Timestamp("2016-04-01"),
        pd.Timestamp("2016-04-30"),
    )
    assert (one["published_on"], one["revised_on"]) == (
        pd.Timestamp("2016-06-09"),
        pd.Timestamp("2017-05-11"),
    )
    assert (one["dates_provenance"], one["layout"], one["is_made_up"]) == ("found", "published", False)
    assert tuple(reading.observations.columns) == OBSERVATION_COLUMNS
    assert tuple(reading.quarantine.columns) == QUARANTINE_COLUMNS


def test_rtt_settles_each_kind_of_row(tmp_path: Path, edition: Edition) -> None:
    sheets = rtt_sheets(
        ("00C", 200, 190),
        ("00D", 200, 201),  # more within 18 weeks than there are
        ("00J", 200, "many"),
        ("99Z", 10, 9),  # nobody's code
        ("00F", 10, 9),  # a CCG until March 2015: read as it is, restated later
        ("13Q", 10, 9),  # a hub
        ("00K", 7, 6), ("00K", 8, 6),  # twice
    )  # fmt: skip
    sheets["Commissioner"].append(["", "Note: figures are provisional"])
    sheets["Commissioner"].append(["", "", "", "", "IP999", "Total", 1, 5, 4, 0.8])
    reading = rtt(tmp_path, edition, sheets)
    reasons = reading.quarantine.set_index("row")["reasons"].to_dict()
    assert list(reasons.values()) == [
        "numerator is above denominator; value '100.5' is above 100 %",
        "numerator is 'many', which is no figure",
        "organisation code '99Z' is no CCG of any year",
        "the organisation has more than one row for this period",
        "the organisation has more than one row for this period",
        "the row has figures but no organisation code",
    ]
    statuses = by_code(reading)["status"].to_dict()
    assert statuses == {
        "00C": "published",
        "00D": "refused",
        "00J": "refused",
        "00K": "refused",
        "00F": "published",
        "ENG": "published",
    }
    assert account(reading) == (20, 3, 9, 2, 6)
    assert reading.quarantine["raw"].iloc[0].startswith('{"Region Code": "Y54", "CCG Code": "00D"')


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda sheets: sheets.pop("Commissioner"), "lacks the sheet 'Commissioner'"),
        (lambda sheets: sheets.pop("National"), "has no sheet 'National'"),
        (lambda sheets: sheets["Commissioner"][8].pop(8), "lacks the column 'Total within 18 weeks'"),
        (
            lambda sheets: sheets["National"][8].pop(4),
            "has no column 'Total within 18 weeks' in sheet 'National'",
        ),
        (lambda sheets: sheets["Commissioner"].__delitem__(slice(9, None)), "has a header but no rows"),
        (lambda sheets: sheets["Commissioner"][3].__setitem__(2, "Aprl 2016"), "'Period:' says 'Aprl 2016'"),
        (lambda sheets: sheets["Commissioner"].pop(3), "'Period:' is missing"),
        (lambda sheets: sheets["Commissioner"][4].__setitem__(2, "soon"), "'Published:' says 'soon'"),
        (lambda sheets: sheets["National"][3].__setitem__(2, "May 2016"), "are about different periods"),
    ],
)
def test_rtt_with_a_fault_of_structure_is_refused_and_known_to_be_rtt(
    tmp_path: Path, edition: Edition, spoil: Callable[[Sheets], object], said: str
) -> None:
    sheets = rtt_sheets(("00C", 200, 190))
    spoil(sheets)
    with pytest.raises(Refused) as caught:
        rtt(tmp_path, edition, sheets)
    assert said in str(caught.value)
    assert str(caught.value).startswith("rtt.xls: ")
    assert caught.value.publication == "rtt"


def test_rtt_with_its_header_three_rows_down_reads_the_same(tmp_path: Path, edition: Edition) -> None:
    sheets = rtt_sheets(("00C", 200, 190))
    before = rtt(tmp_path, edition, sheets).observations
    for rows in sheets.values():
        rows[8:8] = [[], [], ["", "A line that was not there before"]]
    after = rtt(tmp_path, edition, sheets).observations
    same = ["organisation_code", "numerator", "denominator", "value", "status", "period_end", "published_on"]
    pd.testing.assert_frame_equal(before[same], after[same])
    assert list(after["cell"]) == ["row 14", "row 14"]


def test_a_preamble_that_says_made_up_makes_the_file_made_up(tmp_path: Path, edition: Edition) -> None:
    sheets = rtt_sheets(("00C", 200, 190))
    sheets["Commissioner"][6][2] = "Made up"
    reading = rtt(tmp_path, edition, sheets)
    assert reading.source_file.is_made_up
    assert reading.observations["is_made_up"].all()


def dtoc(folder: Path, edition: Edition, *authorities: object, beds: bool = False) -> Reading:
    sheets = dtoc_sheets(*authorities, beds=beds)  # type: ignore[arg-type]  # rows of authorities
    return read_file(write_workbook(folder / "dtoc.xls", sheets), edition)


@pytest.mark.parametrize("beds", [False, True])
def test_dtoc_carries_days_to_ccgs_and_never_beds(tmp_path: Path, edition: Edition, beds: bool) -> None:
    reading = dtoc(tmp_path, edition, YORK, HARTLEPOOL, WALES, beds=beds)
    rows = by_code(reading)
    kinds = rows["organisation_kind"].value_counts().to_dict()
    assert kinds == {"ccg": 209, "local_authority": 2, "england": 1, "outside_england": 1}
    assert rows.loc["ENG", "numerator"] == 816
    assert rows.loc["E06000014", "numerator"] == 796
    hartlepool = rows.loc["00K"]  # its CCG also holds Stockton, which has no row here
    assert hartlepool["status"] == "missing"
    assert "Stockton" in hartlepool["note"]
    assert account(reading) == (4, 4, 0, 0, 0)


def test_dtoc_of_all_authorities_keeps_their_days_and_says_it_is_apportioned(
    tmp_path: Path, edition: Edition
) -> None:
    reading = read_file(write_workbook(tmp_path / "dtoc.xls", all_authorities()), edition)
    rows = reading.observations
    of_ccgs = rows[rows["organisation_kind"] == "ccg"]
    assert (of_ccgs["status"] == "published").all()
    assert of_ccgs["numerator"].sum() == pytest.approx(sum(range(1, 152)), rel=1e-12)
    assert (of_ccgs["value"] == 100_000 * of_ccgs["numerator"] / of_ccgs["denominator"]).all()
    assert (of_ccgs["note"] == "apportioned by number of LSOAs (assumed)").all()


def all_authorities() -> Sheets:
    """Authority number n of the 151 has n delayed days."""

    known = dtoc_authorities()
    days = range(1, len(known) + 1)
    return dtoc_sheets(
        *(
            (ons, code, name, [n, 0, 0, n])
            for ons, code, name, n in zip(
                known["authority_code"], known["dtoc_code"], known["authority_name"], days, strict=True
            )
        )
    )


@pytest.mark.parametrize(
    ("days", "status", "quarantined"),
    [
        ([1, 0, 0, "none yet"], "refused", 1),
        ([1, 0, 0, 2], "refused", 1),  # the parts are not the total
        ([1, 0, 0, -1], "refused", 1),
        (["-", "-", "-", "-"], "missing", 0),
        (["*", "*", "*", "*"], "suppressed", 0),
    ],
)
def test_dtoc_an_authority_without_a_figure_leaves_every_ccg_it_feeds_without_one(
    tmp_path: Path, edition: Edition, days: list[object], status: str, quarantined: int
) -> None:

    sheets = all_authorities()
    row = sheets["LA - by responsible org"][12]
    authority, row[5:] = str(row[2]), days
    reading = read_file(write_workbook(tmp_path / "dtoc.xls", sheets), edition)
    fed = set(authority_weights().query("authority_code == @authority")["ccg_code"])
    rows = reading.observations
    without = rows[rows["organisation_kind"].eq("ccg") & rows["status"].ne("published")]
    assert set(without["organisation_code"]) == fed
    assert (without["status"] == status).all()
    assert without["value"].isna().all()
    assert reading.source_file.rows_quarantined == quarantined
    assert by_code(reading).loc[authority, "status"] == status


def test_dtoc_an_authority_given_twice_or_unknown_is_quarantined(tmp_path: Path, edition: Edition) -> None:
    stranger = ("E06999999", "999", "Atlantis", [1, 0, 0, 1])
    reading = dtoc(tmp_path, edition, YORK, YORK, stranger)
    assert len(reading.quarantine) == 3
    assert by_code(reading).loc["E06000014", "status"] == "refused"
    assert by_code(reading).loc["03Q", "status"] == "refused"


def lsoas(code: str, *points: tuple[float, float, float]) -> list[str]:
    return [f'{code},{population},1,1,{deprivation},"{rate:,}"' for population, deprivation, rate in points]


LINE = [(1000, 0.0, 500.0), (2000, 0.5, 1500.0), (1500, 1.0, 2500.0), (1, 0.2, 9999999.0)]


def test_lsoa_admissions_gives_one_gradient_a_ccg_without_slivers(tmp_path: Path, edition: Edition) -> None:
    reading = read_file(
        write_lsoas(tmp_path / "lsoas.csv", *lsoas("00C", *LINE), *lsoas("00D", *LINE[:2])), edition
    )
    rows = by_code(reading)
    one = rows.loc["00C"]
    assert one[["value", "lower_95", "upper_95"]].to_list() == pytest.approx([2000.0] * 3)
    assert one["note"] == "1 of 4 small areas with a population of 1 or less left out"
    assert one["cell"] == "rows 2-5"
    assert one["dates_provenance"] == "assumed"
    assert (rows.loc["00D", "status"], rows.loc["00D", "note"]) == (
        "missing",
        "too few small areas for a gradient",
    )
    assert account(reading) == (6, 6, 0, 0, 0)


def test_lsoa_admissions_refuses_the_ccg_of_a_row_in_quarantine(tmp_path: Path, edition: Edition) -> None:
    bad = [
        "00D,1000,1,1,0.5,many",
        "00D,-5,1,1,0.5,1",
        "00D,5,1,1,1.5,1",
        "00D,5,1,1,,1",
        "00Z,5,1,1,0.5,1",
        "00D,5",
    ]
    path = write_lsoas(tmp_path / "lsoas.csv", *lsoas("00C", *LINE), *lsoas("00D", *LINE), *bad)
    reading = read_file(path, edition)
    rows = by_code(reading)
    assert (rows.loc["00C", "status"], rows.loc["00D", "status"]) == ("published", "refused")
    assert account(reading) == (14, 8, 0, 0, 6)
    assert list(reading.quarantine["row"]) == [10, 11, 12, 13, 14, 15]
    assert reading.quarantine["reasons"].iloc[-1].startswith("the row has not the 6 cells of the header")


@pytest.mark.parametrize(
    ("code", "quarantined"),
    [
        ("00J", 1),  # another CCG's
        ("OOC", 1),  # nobody's
        ("", 1),
        ("UNKNOWN", 0),  # said to be nobody's, and yet among the rows of one
    ],
)
def test_lsoa_admissions_refuses_a_ccg_with_a_row_under_another_code_among_its_own(
    tmp_path: Path, edition: Edition, code: str, quarantined: int
) -> None:
    lines = lsoas("00C", *LINE)
    lines[1] = lines[1].replace("00C", code)
    reading = read_file(write_lsoas(tmp_path / "lsoas.csv", *lines, *lsoas("00D", *LINE)), edition)
    statuses = by_code(reading)["status"].to_dict()
    assert (statuses["00C"], statuses["00D"]) == ("refused", "published")
    assert by_code(reading).loc["00C", "cell"] == "rows 2-5"
    assert reading.source_file.rows_quarantined == quarantined


def test_lsoa_admissions_that_are_there_twice_refuse_their_ccg(tmp_path: Path, edition: Edition) -> None:
    lines = lsoas("00C", *LINE)
    sliver = lines[3]  # slivers repeat one another
    reading = read_file(write_lsoas(tmp_path / "lsoas.csv", *lines, sliver, lines[0]), edition)
    assert by_code(reading).loc["00C", "status"] == "refused"
    assert set(reading.quarantine["reasons"]) == {"the small area is there twice"}
    assert list(reading.quarantine["row"]) == [2, 7]


def test_lsoa_admissions_takes_its_period_from_the_sidecar_before_the_edition(
    tmp_path: Path, edition: Edition
) -> None:
    path = write_lsoas(tmp_path / "lsoas.csv", *lsoas("00C", *LINE))
    assert by_code(read_file(path, edition)).loc["00C", "period_end"] == pd.Timestamp("2016-03-31")
    write_lines(
        tmp_path / "lsoas.csv.meta.yaml",
        "period_start: 2016-04-01", "period_end: 2017-03-31", "published_on: 2017-11-09", "is_made_up: true",
    )  # fmt: skip
    row = by_code(read_file(path, edition)).loc["00C"]
    assert (row["period_end"], row["published_on"]) == (
        pd.Timestamp("2017-03-31"),
        pd.Timestamp("2017-11-09"),
    )
    assert row["is_made_up"]


def test_cancer_stage_reads_counts_as_text_and_both_years(tmp_path: Path, edition: Edition) -> None:
    records = [
        cancer_record("National", "95,426", "209,005", 45.7),
        cancer_record("00C", "240", "458", 52.4),
        cancer_record("00C", "210", "420", 50, year=2012),
        cancer_record("00F", "475", "908", 52.3),
        cancer_record("00D", "561", "1,202", 50.1),
        cancer_record("00J", "10", "20", 50, year="soon"),
    ]
    reading = read_file(write_json(tmp_path / "stage.json", records), edition)
    rows = reading.observations.set_index(["organisation_code", "period_end"])["value"]
    assert rows["ENG", pd.Timestamp("2013-12-31")] == pytest.approx(100 * 95426 / 209005)
    assert rows["00C", pd.Timestamp("2012-12-31")] == 50.0
    assert list(reading.quarantine["reasons"]) == [
        "value '50.1' is not what its counts give",
        "Reporting period 'soon' is no period",
    ]
    assert account(reading) == (6, 4, 0, 0, 2)


def iapt_lines(
    year: int, code: str, recovery: object, finished: object, not_at_caseness: object
) -> list[str]:
    kind = "England" if code == "All" else "CCG"
    start = f"{year}-{year % 100 + 1},{year}-04-01,{year + 1}-03-31,{kind},{code},{code},Total,NULL,NULL"
    counts = {"recovery": recovery, "finished_course_treatment": finished, "not_at_caseness": not_at_caseness}
    return [
        *(f"{start},{name},count,{value}" for name, value in counts.items()),
        f"{start},recovery,percentage,50",
    ]


def iapt(folder: Path, edition: Edition, *lines: str) -> Reading:
    header = (
        "reporting_period,start_date,end_date,org_type,org_code,org_name,variable_type,variable_a,variable_b,"
        "measure_name,measure_statistic,value"
    )
    return read_file(write_lines(folder / "iapt.csv", header, *lines), edition)


def test_iapt_counts_recovery_among_those_at_caseness(tmp_path: Path, edition: Edition) -> None:
    reading = iapt(
        tmp_path, edition,
        *iapt_lines(2017, "All", 263295, 554709, 36767),
        *iapt_lines(2017, "00C", 575, 1145, 60),
        *iapt_lines(2017, "00D", "*", 1145, 60),
        *iapt_lines(2017, "00J", 575, "-", 60),
        *iapt_lines(2017, "14L", 575, 1145, 60),  # Manchester, from April 2017
        *iapt_lines(2017, "01H", 570, 1140, 60),  # Cumbria's code, another area since April 2017
        *iapt_lines(2016, "01H", 575, 1145, 60),
        *iapt_lines(2017, "13Q", 575, 1145, 60),
        *iapt_lines(2017, "UNKNOWN", 575, 1145, 60),
    )  # fmt: skip
    rows = reading.observations.set_index(["organisation_code", "period_start"])
    year = pd.Timestamp("2017-04-01")
    assert rows.loc[("ENG", year), "value"] == pytest.approx(50.834843)
    assert rows.loc[("00C", year), ["numerator", "denominator"]].to_list() == [575, 1085]
    assert rows.loc[("00C", year), "cell"] == "rows 6-8"
    assert rows["status"].to_dict() == {
        ("ENG", year): "published",
        ("00C", year): "published",
        ("00D", year): "suppressed",
        ("00J", year): "missing",
        ("14L", year): "published",
        ("01H", year): "published",
        ("01H", pd.Timestamp("2016-04-01")): "published",
    }
    assert account(reading) == (36, 21, 9, 6, 0)


def test_iapt_a_fault_in_one_row_refuses_the_rate_and_quarantines_that_row(
    tmp_path: Path, edition: Edition
) -> None:
    reading = iapt(
        tmp_path, edition, *iapt_lines(2016, "00C", 575, "lots", 60), *iapt_lines(2016, "00D", 9, 8, 1)
    )
    assert list(reading.observations["status"]) == ["refused", "refused"]
    assert reading.quarantine.set_index("row")["reasons"].to_dict() == {
        3: "value is 'lots', which is no figure",
        6: "numerator is above denominator",
        7: "numerator is above denominator",
        8: "numerator is above denominator",
    }


def test_iapt_a_measure_given_twice_refuses_the_rate(tmp_path: Path, edition: Edition) -> None:
    lines = iapt_lines(2016, "00C", 575, 1145, 60)
    reading = iapt(tmp_path, edition, *lines, lines[0])
    assert list(reading.observations["status"]) == ["refused"]
    assert list(reading.quarantine["row"]) == [2, 6]


def test_ccg_ois_takes_persons_of_the_indicator_asked_for(tmp_path: Path, edition: Edition) -> None:
    rows = [
        ois_row("National", 5000, 1_000_000, 5.0),
        ois_row("00C", 6, 1250, 4.8),
        ois_row("00C", 3, 600, 5.0, gender="Male"),
        ois_row("00D", "*", 1000, "*"),
        ois_row("16C", 6, 1250, 4.8),
    ]
    reading = read_file(write_workbook(tmp_path / "ois.xls", ois_sheets(*rows)), edition)
    assert by_code(reading)["value"].dropna().to_dict() == pytest.approx({"ENG": 5.0, "00C": 4.8, "16C": 4.8})
    assert by_code(reading).loc["00D", "status"] == "suppressed"
    assert by_code(reading).loc["00C", "published_on"] == pd.Timestamp("2016-10-31")
    assert account(reading) == (5, 4, 1, 0, 0)


def test_ccg_ois_of_another_indicator_is_not_asked_for(tmp_path: Path, edition: Edition) -> None:
    path = write_workbook(tmp_path / "ois.xls", ois_sheets(ois_row("00C", 6, "lots", 4.8), number="1.2"))
    assert account(read_file(path, edition)) == (1, 0, 1, 0, 0)


def dementia_lines(
    code: str, register: object, estimate: object, kind: str = "CCG", rate: object = ""
) -> list[str]:
    start = f"{kind},{code},Somewhere,31MAR2017"
    measures = {
        "DEMENTIA_REGISTER_65_PLUS": register,
        "DEMENTIA_ESTIMATE_65_PLUS": estimate,
        "DIAG_RATE_65_PLUS": rate,
    }
    return [
        *(f"{start},{name},{value}" for name, value in measures.items()),
        f"{start},DEMENTIA_REGISTER_0_64,12",
    ]


def test_dementia_diagnoses_reads_one_level_of_many(tmp_path: Path, edition: Edition) -> None:
    lines = [
        *dementia_lines("ENG", 434_000, 640_000.0, kind="NATIONAL", rate=67.8),
        *dementia_lines("00C", 700, 1000),
        *dementia_lines("00D", 1010, 1000),  # more than estimated: possible of an estimate
        *dementia_lines("00J", 700, 1000, rate=71),
        *dementia_lines("E12000001", 700, 1000, kind="PHE_CENTRE"),
    ]
    path = write_lines(tmp_path / "dementia.csv", "ORG_TYPE,ORG_CODE,NAME,ACH_DATE,MEASURE,VALUE", *lines)
    reading = read_file(path, edition)
    rows = by_code(reading)
    assert rows["value"].dropna().to_dict() == pytest.approx({"ENG": 67.8125, "00C": 70.0, "00D": 101.0})
    assert rows.loc["00J", "status"] == "refused"
    assert rows.loc["00C", "period_start"] == pd.Timestamp("2017-03-01")
    assert account(reading) == (20, 9, 5, 3, 3)


def test_declared_settles_each_kind_of_row(read_declared: Callable[..., Reading]) -> None:
    reading = read_declared(
        declared_row("101a", "00C", "10", "40"),
        declared_row("101a", "ENG", "1000", "9000"),
        declared_row("101a", "00D", "10", "40"), declared_row("101a", "00D", "10", "40"),
        declared_row("101a", "99Z", "10", "40"),
        declared_row("101a", "E54000005", "10", "40"),
        declared_row("129a", "00C", "10", "40"),
        declared_row("999z", "00C", "10", "40"),
        declared_row("101a", "14L", "10", "40"),
        declared_row("101a", "13Q", "10", "40"),
        declared_row("101a", "00J", "10", "40") + ",more",
        declared_row("101a", "00K", "10", "40").replace("2016-06-30", "30.6.2016"),
    )  # fmt: skip
    assert by_code(reading)["status"].to_dict() == {
        "00C": "published", "ENG": "published", "00D": "refused", "00J": "refused", "14L": "published",
    }  # fmt: skip
    assert account(reading) == (12, 3, 1, 1, 7)
    assert set(reading.quarantine["reasons"]) == {
        "the organisation has more than one row for this period",
        "organisation code '99Z' is no CCG of any year",
        "the indicator is not about organisations like 'E54000005'",
        "indicator '129a' does not come from satod",
        "the row has not the 15 cells of the header",
        "period_end '30.6.2016' is no date",
    }
    assert reading.source_file.layout == "made_up"
    assert reading.source_file.is_made_up
    assert reading.source_file.publication == "satod"


def test_declared_progress_of_plans_is_a_judgement_by_plan(read_declared: Callable[..., Reading]) -> None:
    rows = [
        declared_row("stp_progress", code, publication="stp_progress", judgement=said)
        for code, said in (("E54000005", "Advanced"), ("E54000006", "*"), ("00C", "Advanced"))
    ]
    found = by_code(read_declared(*rows))
    assert found["status"].to_dict() == {"E54000005": "published", "E54000006": "suppressed"}
    assert found.loc["E54000005", "judgement"] == "Advanced"
    assert found.loc["E54000005", "organisation_kind"] == "stp"


@pytest.mark.parametrize(
    ("rows", "said", "publication"),
    [
        (
            [declared_row("101a", "00C"), declared_row("101a", "00D", publication="hes")],
            "the same in every row",
            "",
        ),
        ([declared_row("101a", "00C", publication="gossip")], "declares the publication 'gossip'", ""),
        ([declared_row("101a", "00C").replace("made_up", "real")], "its layout 'real' is neither", "satod"),
        ([], "has a header but no rows", ""),
    ],
)
def test_declared_files_must_say_one_publication_and_layout(
    read_declared: Callable[..., Reading], rows: list[str], said: str, publication: str
) -> None:
    with pytest.raises(Refused, match=said) as caught:
        read_declared(*rows)
    assert caught.value.publication == publication


def test_declared_returns_of_somebody_are_not_made_up(read_declared: Callable[..., Reading]) -> None:
    reading = read_declared(declared_row("101a", "00C", "10", "40").replace("made_up", "declared"))
    assert not reading.source_file.is_made_up
    assert set(reading.observations["layout"]) == {"assumed"}
