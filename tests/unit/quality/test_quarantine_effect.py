"""What a refused row would change: nothing in a month that ends before its data period does."""

from datetime import date
from pathlib import Path

import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.quality.quarantine import Refusal, effect_of, summary
from ccg_pipeline.release.as_known import assess_source_observations
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.declared import COLUMNS

EDITION = load_edition()
ROW = "declared,satod,101a,{first},{last},{last},00C,NHS Darlington CCG,{count},400,,,,,\n"
FIRST, LAST = ("2017-01-01", "2017-03-31"), ("2017-04-01", "2017-06-30")


@pytest.mark.parametrize(
    ("end", "said"),
    [(date(2017, 6, 29), "nothing yet: its data period ends later"), (date(2017, 6, 30), "00C 101a value")],
)
def test_a_row_of_a_later_period_changes_nothing_yet(tmp_path: Path, end: date, said: str) -> None:
    observations = []
    for count, (first, last) in enumerate((FIRST, LAST), start=40):
        path = tmp_path / f"{last}.csv"
        path.write_text(
            ",".join(COLUMNS) + "\n" + ROW.format(count=count, first=first, last=last), encoding="utf-8"
        )
        observations.append(read_file(path, EDITION).observations)
    before, later = (one.assign(landed_at="") for one in observations)
    refusal = Refusal("f" * 64, "later.csv", "satod", "", 2)
    without = assess_source_observations(before, EDITION, "interim", end)
    effect = effect_of(refusal, before, without, later, EDITION, "interim", end)
    assert said in summary(effect, EDITION)["would_change"]
    assert effect.is_later is said.startswith("nothing yet")
