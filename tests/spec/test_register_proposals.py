"""Who is proposed for special measures: a problem over three released years in a row, and no capability."""

import pytest

from ccg_pipeline.reference.special_measures.proposals import Criterion, Round, criteria, propose

BY = (
    Criterion("performance", "rating", ("Inadequate",), "assumed", "a test"),
    Criterion("finance", "finance", ("Red",), "assumed", "a test"),
    Criterion("capability", "leadership", ("Red",), "assumed", "a test"),
)
YEARS = ("2014-15", "2015-16", "2016-17", "2017-18")


def rounds(said: str) -> list[Round]:
    """Years parted by |, each with rating, finance and leadership of CCG 99A; - is none."""
    found = []
    for year, labels in zip(YEARS, said.split("|"), strict=False):
        given = dict(zip(("rating", "finance", "leadership"), labels.split(), strict=True))
        found.append(
            Round(year, "release 1", {"99A": {key: one for key, one in given.items() if one != "-"}})
        )
    return found


@pytest.mark.parametrize(
    ("said", "problems"),
    [
        ("Inadequate Red Red|Inadequate Red Red|Inadequate Red Red", ("performance", "finance")),
        ("Inadequate Red Red|Inadequate Amber Red|Inadequate Red Red", ("performance",)),
        ("Inadequate Amber Red|Good Red Red|Inadequate Amber Red", None),  # not the same problem each year
        ("Inadequate Red Red|Inadequate Red Red", None),  # two years
        (
            "Good Green Green|Inadequate Red Red|Inadequate Red Red|Inadequate Red Red",
            ("performance", "finance"),
        ),
        ("Inadequate Red Red|Inadequate Red Red|Inadequate Red Red|Good Green Red", None),  # it is over
        ("Inadequate Red Green|Inadequate Red Green|Inadequate Red Red", ("performance", "finance")),
        ("Inadequate Red Red|Inadequate Red Red|Inadequate Red Amber", None),  # it can improve on its own
        ("Inadequate Red Red|Inadequate Red Red|Inadequate Red -", None),  # nobody judged whether it can
        ("Inadequate Red Red|- - Red|Inadequate Red Red", None),  # a year without figures is no problem
    ],
)
def test_who_is_proposed(said: str, problems: tuple[str, ...] | None) -> None:
    found = propose(rounds(said), BY)
    assert [one.problems for one in found] == ([] if problems is None else [problems])


def test_each_proposal_has_its_evidence() -> None:
    (found,) = propose(rounds("|".join(["Inadequate Amber Red"] * 3)), BY)
    assert found.evidence == (
        "2014-15, performance: rating is Inadequate (release 1)",
        "2015-16, performance: rating is Inadequate (release 1)",
        "2016-17, performance: rating is Inadequate (release 1)",
        "2016-17, capability: leadership is Red (release 1)",
    )


def test_the_criteria_of_the_framework_are_assumed_and_ask_for_capability() -> None:
    own = criteria("iaf_2016_17")
    assert [one.name for one in own] == ["performance", "finance", "capability"]
    assert {one.provenance for one in own} == {"assumed"}
    assert criteria("hdi_2022") == ()
