"""The weights by which figures of other organisations reach the CCGs can be looked at."""

import pytest

from ccg_pipeline.publish.weights import CHANGES, YEARS, weightings, weights_of
from ccg_pipeline.reference.organisations import FIRST_YEAR, LAST_YEAR, ccgs
from expert_panels.foundation.fault import WrongUse

TABLES = [name for name in weightings()["weights"] if name != CHANGES]


@pytest.mark.parametrize("name", TABLES)
def test_each_table_divides_whole_figures_and_says_what_that_rests_on(name: str) -> None:
    rows = weights_of(name)
    assert rows.groupby("from_code")["weight"].sum().to_numpy() == pytest.approx(1.0, abs=1e-12)
    assert set(rows["to_code"]) == set(ccgs()["ccg_code"])
    assert not (rows == "").any(axis=None)
    assert rows.notna().all(axis=None)
    assert set(rows.loc[rows["weight"] < 1, "provenance"]) <= {"assumed"}
    assert set(rows.loc[rows["provenance"] == "found", "weight"]) == {1.0}


def test_every_april_with_other_ccgs_has_its_weights() -> None:
    of_2016 = ccgs()[["ccg_code", "ons_code"]]
    seen = [of_2016]
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        own = ccgs(year)[["ccg_code", "ons_code"]]
        assert (year in YEARS) is not any(own.equals(one) for one in seen)
        seen.append(own)


def test_a_ccg_that_was_divided_has_assumed_residents_and_one_that_was_not_has_published_ones() -> None:
    rows = weights_of(CHANGES).set_index(["from_code", "to_code", "change_date"])["residents_provenance"]
    of_2017 = rows.xs("2017-04-01", level="change_date").to_dict()
    assert of_2017 == {
        ("01H", "01H"): "assumed", ("01H", "01K"): "assumed", ("01K", "01K"): "found",
        ("06W", "06W"): "found", ("06Y", "06W"): "assumed", ("06Y", "06Y"): "assumed",
        ("00W", "14L"): "found", ("01M", "14L"): "found", ("01N", "14L"): "found",
    }  # fmt: skip
    norfolk = rows.xs("26A", level="to_code").droplevel("change_date")
    assert norfolk.to_dict() == {
        "06M": "found",
        "06V": "found",
        "06W": "assumed",
        "06Y": "assumed",
        "07J": "found",
    }
    assert set(rows.xs("13T", level="to_code")) == {""}  # how many lived in each of the three is not known


def test_another_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        WrongUse, match=r"There are no weights '2016': choose one of dtoc, changes, 2013, 2017"
    ):
        weights_of("2016")
