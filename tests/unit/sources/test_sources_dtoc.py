"""Delayed transfers of care: days of authorities carried to CCGs."""

from pathlib import Path

import pytest

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.reference.authorities import authority_weights, dtoc_authorities
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.result import Reading
from tests.unit.sources.readings import account, by_code
from tests.unit.sources.small_files import (
    Sheets,
    dtoc_sheets,
    without_ons_codes,
    write_workbook,
)

# York is wholly in 03Q, Hartlepool wholly in 00K, Derby wholly in 04R; Derbyshire is divided.
YORK = ("E06000014", "219", "York UA", [377, 390, 29, 796])
HARTLEPOOL = ("E06000001", "111", "Hartlepool UA", [10, 5, 0, 15])
WALES = ("-", "9900", "Resident In Wales", [3, 2, 0, 5])


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
    notes = of_ccgs.set_index("organisation_code")["note"]
    assert notes["10L"] == "the days of whole authorities"  # the Isle of Wight
    assert notes["99M"] == "apportioned by adults (assumed)"  # of Hampshire and of Surrey
    assert notes["10J"] == "the rate of Hampshire, which 10K, 10V, 11A share; apportioned by adults (assumed)"


def test_dtoc_ccgs_in_one_authority_have_its_rate_and_no_part_of_it_is_lost(
    tmp_path: Path, edition: Edition
) -> None:
    rows = by_code(read_file(write_workbook(tmp_path / "dtoc.xls", all_authorities()), edition))
    hampshire = rows.loc[["10J", "10K", "10V", "11A"]]
    weights = authority_weights().query("authority_name == 'Hampshire'").set_index("ccg_code")
    rate = 100_000 * rows.loc["E10000014", "numerator"] / weights["adults"].sum()
    assert hampshire["value"].to_numpy() == pytest.approx([rate] * 4, rel=1e-6)
    assert weights["weight"].sum() == pytest.approx(1)
    assert hampshire["denominator"].to_list() == pytest.approx(
        weights.loc[hampshire.index, "adults"].to_list()
    )


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


@pytest.mark.parametrize(
    ("days", "is_doubted"),
    [
        ([377, 390, 29, 796], False),
        ([377, 390, 29, 797], True),
        (["", 377, 390, 29], True),  # moved by a cell: 29 days of 796
        (["", 377, 390, 767], False),
        (["", 377, 390, 766], True),
        (["*", "*", 29, 796], False),
        (["*", "*", "*", 796], False),
    ],
)
def test_dtoc_parts_are_no_more_than_their_total(
    tmp_path: Path, edition: Edition, days: list[object], is_doubted: bool
) -> None:
    """Seen before: a row that was moved by a cell gave its CCGs 29 days, and nothing was said."""
    reading = dtoc(tmp_path, edition, ("E06000014", "219", "York UA", days))
    assert reading.quarantine["organisation_code"].eq("E06000014").any() == is_doubted


@pytest.mark.parametrize(
    ("york", "reason"),
    [
        (("E06000014", "219", "York", [1, 0, 0, 1]), ""),  # a name that is nobody's
        (("-", "9900", "Resident In Wales", [1, 0, 0, 1]), ""),
        (("-", "9900", "York UA", [1, 0, 0, 1]), "the name 'York UA' is another authority's"),
        (("E06000014", "111", "York UA", [1, 0, 0, 1]), "the code '111' is another authority's"),
        (
            ("E06000014", "219", "Hartlepool UA", [1, 0, 0, 1]),
            "the name 'Hartlepool UA' is another",
        ),
    ],
)
def test_dtoc_codes_and_name_are_of_one_authority(
    tmp_path: Path, edition: Edition, york: object, reason: str
) -> None:
    reasons = dtoc(tmp_path, edition, york).quarantine["reasons"].to_list()
    assert [reason in said for said in reasons] == [True] * bool(reason)


def test_dtoc_a_row_of_nobody_is_named_by_the_code_that_it_has(tmp_path: Path, edition: Edition) -> None:
    stranger = ("-", "9905", "Resident on the Moon", [1, 0, 0, 1])
    (reason,) = dtoc(tmp_path, edition, YORK, stranger).quarantine["reasons"]
    assert reason == "organisation code '9905' is no CCG of any year"


def test_dtoc_without_ons_codes_its_own_codes_say_whose_a_row_is(tmp_path: Path, edition: Edition) -> None:
    swapped = ("E06000001", "112", "Hartlepool UA", [10, 5, 0, 15])  # 112 is Middlesbrough's
    stranger = ("-", "999", "Atlantis", [1, 0, 0, 1])
    sheets = without_ons_codes(dtoc_sheets(YORK, swapped, WALES, stranger))
    reading = read_file(write_workbook(tmp_path / "dtoc.xls", sheets), edition)
    rows = by_code(reading)
    assert rows.loc["E06000014", "numerator"] == 796
    assert rows.loc["ENG", "numerator"] == 817
    assert rows.loc["9900", "numerator"] == 5
    (wrong_name, unknown) = reading.quarantine["reasons"]
    assert "the name 'Hartlepool UA' is another authority's" in wrong_name
    assert "999" in unknown


@pytest.mark.parametrize(
    ("before", "after", "code", "name"),
    [
        ("E06000048", "E06000057", "104", "Northumberland"),
        ("E08000020", "E08000037", "106", "Gateshead"),
    ],
)
def test_dtoc_an_authority_by_its_code_before_april_2013(
    tmp_path: Path, edition: Edition, before: str, after: str, code: str, name: str
) -> None:
    reading = dtoc(tmp_path, edition, (before, code, name, [1, 2, 3, 6]))
    assert by_code(reading).loc[after, "numerator"] == 6
    assert reading.quarantine.empty


def test_dtoc_an_authority_given_twice_or_unknown_is_quarantined(tmp_path: Path, edition: Edition) -> None:
    stranger = ("E06999999", "999", "Atlantis", [1, 0, 0, 1])
    reading = dtoc(tmp_path, edition, YORK, YORK, stranger)
    assert len(reading.quarantine) == 3
    assert by_code(reading).loc["E06000014", "status"] == "refused"
    assert by_code(reading).loc["03Q", "status"] == "refused"
