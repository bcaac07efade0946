"""Names as people write them."""

import pytest

from ccg_pipeline.framework.rounds import words
from ccg_pipeline.publish.naming import LAYOUTS, REFERENCES
from ccg_pipeline.tables import observations


@pytest.mark.parametrize(
    ("lane", "key", "written"),
    [
        ("interim", "2017-03", "2017-03"),
        ("annual", "2016-04-01", "2016-17"),
        ("annual", "2099-04-01", "2099-00"),
        ("annual", "1999-04-01", "1999-00"),
        ("annual", "2008-04-01", "2008-09"),
    ],
)
def test_a_partition_is_written_as_people_write_it(lane: str, key: str, written: str) -> None:
    assert words(lane, key) == written


def test_every_layout_and_reference_that_a_row_may_have_has_its_words() -> None:
    assert set(LAYOUTS) == set(observations.LAYOUTS)
    assert set(REFERENCES) == {"standard", "england_published", "england_from_ccgs", "none"}
    assert "assumed" in LAYOUTS["assumed"]
    assert "made-up" in LAYOUTS["made_up"]
