"""A third framework, as data: three levels, geometric means, goalposts, fixed cuts, labels of its own.

Every figure of the tables can be worked out by hand: sugar 99 of 0 to 99 is 100, 0 is 1; a score is the
geometric mean of what is there, fruit counting three times as much as land.
"""

import math
from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.framework.composite_edition import CompositeEdition
from ccg_pipeline.framework.load_composite import load_composite_from
from ccg_pipeline.method.scoring.hierarchy_rating import rate
from tests.support.notations.method_tables import lines

ORCHARDS = load_composite_from(Path(__file__).parent / "orchards")
INDICATORS = ("sugar", "bruises", "tonnes", "worms", "salt", "fame")


def table(drawn: str) -> pd.DataFrame:
    """Values by orchard; '-' is missing."""
    frame = pd.DataFrame(lines(drawn)).set_index("orchard")
    numbers = [code for code in INDICATORS if code in frame]
    return frame.assign(**{code: pd.to_numeric(frame[code].replace("-", None)) for code in numbers})


# bruises and salt: lower is better. fame: one orchard alone has it, so it is left out for all.
RATED = """
    orchard | sugar | bruises | tonnes | worms | salt | fame | taste | fruit  | land   | award  | label
    best    | 99    | 0       | 99     | 99    | 0    | 99   | 100   | 100    | 100    | 100    | gold
    worst   | 0     | 99      | 0      | 0     | 99   | -    | 1     | 1      | 1      | 1      | leaf
    sweet   | 99    | 99      | 0      | 0     | 99   | -    | 10    | 3.1623 | 1      | 2.3714 | leaf
    rooted  | 0     | 99      | 0      | 99    | 0    | -    | 1     | 1      | 100    | 3.1623 | leaf
    fruity  | 99    | 0       | 99     | 0     | 99   | -    | 100   | 100    | 1      | 31.623 | bronze
    halved  | 99    | -       | 99     | 99    | -    | -    | 100   | 100    | 100    | 100    | gold
    edge    | 79    | 20      | 79     | 79    | 20   | -    | 80    | 80     | 80     | 80     | gold
    below   | 79    | 20      | 79     | 79    | 21   | -    | 80    | 80     | 79.498 | 79.874 | silver
    second  | 39    | 60      | 39     | 39    | 60   | -    | 40    | 40     | 40     | 40     | silver
    third   | 9     | 90      | 9      | 9     | 90   | -    | 10    | 10     | 10     | 10     | bronze
    last    | 9     | 90      | 9      | 9     | 91   | -    | 10    | 10     | 9.4868 | 9.8692 | leaf
    landed  | -     | -       | 99     | 99    | 0    | -    | -     | 100    | 100    | 100    | gold
"""


@pytest.mark.parametrize("given", lines(RATED), ids=lambda given: given["orchard"])
def test_an_orchard_is_scored_and_labelled_as_by_hand(given: dict[str, str]) -> None:
    found = rate(table(RATED), ORCHARDS)
    for aggregate in ("taste", "fruit", "land", "award"):
        expected = float(given[aggregate].replace("-", "nan"))
        score = found.scores.loc[given["orchard"], aggregate]
        assert score == pytest.approx(expected, rel=2e-5, nan_ok=True)
    assert found.ratings.loc[given["orchard"], "label"] == given["label"]
    assert found.ratings.loc[given["orchard"], "why_not_rated"] == ""
    assert found.left_out == {"fame": "1 organisations report it, and it takes more than 1."}


WHY = {
    "": "",
    "no score": "There is no score: too little of the hierarchy has data.",
    "too few": "1 of level theme have 1 members with data, and it takes 2.",
}
UNRATED = """
    orchard | sugar | bruises | tonnes | worms | salt | fame | why
    bare    | -     | -       | -      | -     | -    | -    | no score
    scant   | 99    | 0       | -      | -     | -    | -    | too few
    heavy   | -     | -       | 99     | -     | -    | -    | too few
    whole   | 99    | 0       | 99     | 99    | 0    | 1    |
    famed   | 99    | 0       | 99     | 99    | 0    | 1    |
"""


@pytest.mark.parametrize("given", lines(UNRATED), ids=lambda given: given["orchard"])
def test_who_is_not_rated_says_why_and_has_neither_grade_nor_label(given: dict[str, str]) -> None:
    row = rate(table(UNRATED), ORCHARDS).ratings.loc[given["orchard"]]
    assert row["why_not_rated"] == WHY[given["why"]]
    assert (row["label"] == "", pd.isna(row["grade"])) == (given["why"] != "", given["why"] != "")


def test_one_of_the_named_aggregates_must_qualify() -> None:
    rule = ORCHARDS.eligibility
    assert rule is not None
    strict = rule.model_copy(update={"one_of": ("soil",)})
    found = rate(
        table(RATED).assign(worms=math.nan, salt=math.nan, fame=math.nan), with_rules(eligibility=strict)
    )
    assert set(found.ratings["why_not_rated"]) == {
        "None of soil has 1 members with data.",
        WHY["too few"],
    }
    assert set(found.left_out) == {"worms", "salt", "fame"}  # nobody has them


def with_rules(**rules: object) -> CompositeEdition:
    changed = ORCHARDS.model_copy(update=rules)
    changed.__dict__.pop("hierarchy", None)
    return changed


CLUSTERED = """
    orchard | sugar | bruises | tonnes | worms | salt | fame | region | label
    a       | 99    | 0       | 99     | 99    | 0    | -    | north  | ripe
    b       | 98    | 1       | 98     | 98    | 1    | -    | north  | ripe
    c       | 50    | 49      | 50     | 50    | 49   | -    | north  | unripe
    d       | 50    | 49      | 50     | 50    | 49   | -    | south  | ripe
    e       | 9     | 89      | 9      | 9     | 89   | -    | south  | unripe
    f       | 8     | 90      | 8      | 8     | 90   | -    | south  | unripe
    g       | 99    | 0       | 99     | 99    | 0    | -    | west   |
    h       | -     | -       | -      | -     | -    | -    | east   |
"""


@pytest.mark.parametrize("given", lines(CLUSTERED), ids=lambda given: given["orchard"])
def test_clusters_are_found_within_each_group_of_peers(given: dict[str, str]) -> None:
    made_up = {"provenance": "assumed", "source": "Made up"}
    grades = {
        "labels": ["ripe", "unripe"],
        "by": "exact_clusters",
        "peers": {"by": "column", "column": "region", **made_up},
        **made_up,
    }
    edition = with_rules(grades=type(ORCHARDS.grades).model_validate(grades))
    ratings = rate(table(CLUSTERED), edition).ratings
    assert ratings.loc[given["orchard"], "label"] == given["label"]
    assert ratings.loc["g", "why_not_rated"] == (
        "Its peers cannot be parted into 2 grades: 1 different values cannot make 2 groups."
    )


def test_a_missing_value_may_be_the_mean_of_its_indicator() -> None:
    measures = ORCHARDS.measures.model_copy(update={"missing": "mean_of_the_indicator"})
    given = table(RATED).loc[["best", "worst", "halved"]]
    scores = rate(given, with_rules(measures=measures)).scores
    # bruises of the two others are 0 and 99, so 49.5 stands in: 50.5 of 1 to 100
    assert scores.loc["halved", "taste"] == pytest.approx(math.sqrt(100 * 50.5))


def test_a_table_that_does_not_fit_is_refused() -> None:
    given = table(RATED)
    with pytest.raises(ValueError, match="no column 'salt', which edition orchards needs"):
        rate(given.drop(columns="salt"), ORCHARDS)
    with pytest.raises(ValueError, match="No indicator of edition orchards is reported by enough"):
        rate(given.iloc[:1], ORCHARDS)
    with pytest.raises(ValueError, match="best stands twice"):
        rate(given.rename(index={"worst": "best"}), ORCHARDS)


def test_every_number_of_the_edition_says_where_it_comes_from() -> None:
    numbers = list(ORCHARDS.numbers())
    assert {number.provenance for number in numbers} == {"assumed"}
    said = {number.item: number.value for number in numbers}
    assert said["grades / cuts / 2"] == 40
    assert said["levels / theme / mean"] == "geometric"
    assert said["bruises / worst"] == 99
