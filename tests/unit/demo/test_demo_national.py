import pytest
from pydantic import ValidationError

from ccg_pipeline.demo.national import NationalValue, judgement_shares, national_values, releases
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import Edition, Indicator


@pytest.fixture(scope="module")
def edition() -> Edition:
    return load_edition()


def indicators() -> list[Indicator]:
    return list(load_edition().indicators)


def test_every_measure_of_the_edition_has_a_national_value(edition: Edition) -> None:
    drawn = {one.code for one in edition.indicators} | {"nda_participation"}
    assert set(national_values()) == drawn


def test_every_publication_with_figures_has_a_calendar(edition: Edition) -> None:
    with_figures = {one.key for one in edition.publications if one.read_for == "figures"}
    # the plans' progress is drawn with 161a and comes out with it
    assert set(releases()) | {"stp_progress"} == with_figures


def test_labels_are_those_of_the_edition_best_first(edition: Edition) -> None:
    judged = {one.code: one.points_scale for one in edition.indicators if one.kind == "judgement"}
    assert set(judgement_shares()) == set(judged)
    for code, key in judged.items():
        assert key is not None
        labels = [share.label for share in judgement_shares()[code]]
        assert labels == list(edition.points_scale(key).labels), code


def test_shares_of_labels_are_the_whole() -> None:
    for code, labels in judgement_shares().items():
        assert sum(one.share for one in labels) == pytest.approx(1), code


@pytest.mark.parametrize("indicator", indicators(), ids=lambda one: one.code)
def test_a_row_has_what_its_kind_needs(indicator: Indicator) -> None:
    value = national_values()[indicator.code]
    in_other_room = indicator.publication in ("dtoc", "lsoa_admissions")
    counted = value.denominator_per_1000 is not None or value.out_of is not None
    assert (value.top is not None) == (indicator.kind in ("proportion", "milestones"))
    assert (value.standard_error is not None) == (
        indicator.kind in ("mean", "index", "judgement")
    ) or in_other_room
    assert counted == (indicator.kind in ("proportion", "rate", "milestones"))
    if indicator.kind == "proportion":
        assert 0 < value.national_first < 100
        assert 0 < value.national_last < 100


GOOD = {
    "indicator": "999z", "national_first": "1", "national_last": "1", "top": None, "out_of": None,
    "spread": "1",
    "count_noise": "1", "standard_error": "1", "denominator_basis": "", "denominator_per_1000": None,
    "denominator_is": None, "base": None, "level": "ccg", "deprivation": "0.6", "pressure": "0.6",
    "management": "0.5", "suppressed_below": "0", "suppressed_share": "0", "missing_share": "0",
    "provenance": "memory", "source": "x", "shape_provenance": "assumed", "shape_source": "x",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"pressure": "0.7"}, "explain more than everything"),
        ({"denominator_per_1000": "2"}, "in four columns or not at all"),
        ({"provenance": "guess"}, "provenance"),
        ({"spread": "0"}, "spread"),
        ({"unknown": "1"}, "unknown"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(change: dict[str, str], why: str) -> None:
    NationalValue.model_validate(GOOD)
    with pytest.raises(ValidationError, match=why):
        NationalValue.model_validate(GOOD | change)
