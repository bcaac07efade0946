"""The declared layout: each kind of row, plans, and what such a file must say."""

from collections.abc import Callable

import pytest

from ccg_pipeline.sources.result import Reading, Refused
from tests.unit.sources.readings import account, by_code
from tests.unit.sources.small_files import (
    declared_row,
)


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
