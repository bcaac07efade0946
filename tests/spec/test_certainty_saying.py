"""What is said next to a rating: its words at, below and above each edge, and the whole sentence."""

import pytest

from ccg_pipeline.method.certainty.saying import counts_of_100, sentence, words_of
from tests.support.notations.method_tables import lines

LABELS = ("Outstanding", "Good", "Requires improvement", "Inadequate")

# Of a rating of Good: chances of each grade when the same care is measured again
WORDS = """
    Outstanding | Good   | Requires improvement | Inadequate | words
    0           | 1      | 0                    | 0          | holds
    0.05        | 0.95   | 0                    | 0          | holds
    0.0501      | 0.9499 | 0                    | 0          | likely to hold
    0.33        | 0.67   | 0                    | 0          | likely to hold
    0.3301      | 0.6699 | 0                    | 0          | may not hold
    0.2         | 0.4    | 0.3                  | 0.1        | may not hold
    0           | 0.5    | 0.5                  | 0          | may not hold
    0           | 0.4999 | 0.5001               | 0          | would probably not be repeated
    0           | 0.1    | 0.82                 | 0.08       | would probably not be repeated
    0           | 0      | 1                    | 0          | would probably not be repeated
"""


@pytest.mark.parametrize("given", lines(WORDS), ids=lambda given: f"Good {given['Good']}, {given['words']}")
def test_the_words_of_a_chance(given: dict[str, str]) -> None:
    assert words_of({label: float(given[label]) for label in LABELS}, "Good") == given["words"]


SENTENCES = """
    chances         | gives
    0 0.1 0.82 0.08 | about 10 in 100 measurements would give Good, 82 Requires improvement, 8 Inadequate
    0 1 0 0         | about 100 in 100 measurements would give Good
    0.004 0.996 0 0 | about 100 in 100 measurements would give Good
    0.2 0.8 0 0     | about 80 in 100 measurements would give Good, 20 Outstanding
    0 0.001 0.999 0 | fewer than 1 in 100 measurements would give Good, 100 Requires improvement
    .3 .4 .3 0      | about 40 in 100 measurements would give Good, 30 Outstanding, 30 Requires improvement
"""


@pytest.mark.parametrize("given", lines(SENTENCES), ids=lambda given: given["chances"])
def test_the_sentence(given: dict[str, str]) -> None:
    chances = dict(zip(LABELS, map(float, given["chances"].split()), strict=True))
    said = f"Good, by the figures of 2016/17. Were the same measured again, {given['gives']}."
    assert sentence(chances, "Good", "2016/17") == said


@pytest.mark.parametrize("shares", [(1 / 3, 1 / 3, 1 / 3), (0.005,) * 200, (0.125,) * 8, (0.9, 0.05)])
def test_counts_add_up_to_a_hundred(shares: tuple[float, ...]) -> None:
    assert sum(counts_of_100({str(i): share for i, share in enumerate(shares)}).values()) == 100
