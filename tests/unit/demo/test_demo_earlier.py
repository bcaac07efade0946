"""The judgements of the frameworks before: drawn for every CCG, in stated shares, tied to the truth."""

from collections import Counter

import numpy as np
import pytest

from ccg_pipeline.demo.country import the_country
from ccg_pipeline.demo.earlier import PUBLICATIONS, draw_earlier
from ccg_pipeline.demo.latent import draw_factors
from ccg_pipeline.demo.national import judgement_shares
from ccg_pipeline.framework.families import edition_named

COUNTRY = the_country()
FACTORS = draw_factors(2016, COUNTRY.plan)
DRAWN = draw_earlier(2016, COUNTRY, FACTORS, "2015-16")


def test_they_are_what_the_editions_read() -> None:
    told = {f"{publication}/{code}" for publication, codes in PUBLICATIONS.items() for code in codes}
    assert set(edition_named("assurance_2015_16").measures) <= told
    read = set(edition_named("scorecard_2015").measures)
    assert {one for one in told if one.startswith("scorecard/")} <= read


@pytest.mark.parametrize("code", [code for codes in PUBLICATIONS.values() for code in codes])
def test_labels_fall_in_their_shares(code: str) -> None:
    (figures,) = [one for own in DRAWN.values() for one in own if one.measure.code == code]
    counted = Counter(figures.labels[0])
    for one in judgement_shares("earlier_shares.csv")[code]:
        expected = 209 * one.share
        assert abs(counted[one.label] - expected) < 4 * np.sqrt(expected), one.label


def test_a_better_managed_ccg_is_led_better() -> None:
    (leadership,) = [one for one in DRAWN["assurance"] if one.measure.code == "leadership"]
    assert 0.4 < np.corrcoef(FACTORS.values[2], leadership.latent[0])[0, 1] < 0.8


def test_the_same_seed_gives_the_same_judgements() -> None:
    again = draw_earlier(2016, COUNTRY, FACTORS, "2015-16")
    for publication, own in DRAWN.items():
        for one, other in zip(own, again[publication], strict=True):
            assert (one.labels == other.labels).all()
