"""One published figure that several CCGs have: one rate, one error, one band and one draw.

CCGs have the figure of their authority (127e), all the counts of their partnership (124a), or a part of a
figure of a CCG that was made of them. The same counts from other rows of a file are other figures.
"""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.certainty.drawing import drawers_of, drawn
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.on_bands import OnBands
from ccg_pipeline.method.scoring.restatement import restate
from ccg_pipeline.method.uncertainty.simulation import run_of_bands, uncertainty
from tests.support.notations.method_tables import EDITION, lines, observations, one_by_code

CCGS = ["01A", "02B", "03C", "04D"]

# Parts of 600 days of 300,000 adults in 01A to 03C, and as high a rate of 04D
WHOSE = """
    what                 | indicator | value | of 02B   | count           | thousands | row     | one
    of an authority      | 127e      | 200   | 200      | 200 200 200 200 | 100       | 9 9 9 8 | 01A 02B 03C
    of rows of their own | 127e      | 200   | 200      | 200 200 200 200 | 100       | 6 7 9 8 |
    another rate         | 127e      | 200   | 201      | 200 201 200 200 | 100       | 9 9 9 8 | 01A 03C
    all but rounding     | 127e      | 200   | 200.0001 | 200 200 200 200 | 100       | 9 9 9 8 | 01A 02B 03C
    of a partnership     | 124a      | 60    | 60       | 90 90 90 91     | 1500      | 6 7 8 9 | 01A 02B 03C
    not carried so       | 105b      | 60    | 60       | 90 90 90 91     | 150       | 6 7 8 9 |
"""


def observed(given: dict[str, str]) -> pd.DataFrame:
    values = [given["value"], given["of 02B"], given["value"], given["value"]]
    columns = [given[name].split() for name in ("count", "row")]
    rows = [
        f"{given['indicator']} | {ccg} | {value} | {count} | {given['thousands']}000 | row {row}"
        for ccg, value, count, row in zip(CCGS, values, *columns, strict=True)
    ]
    head = "indicator | ccg | value | numerator | n | cell"
    return observations("\n".join([head, *rows, f"{given['indicator']} | ENG | 150 | | | row 2"]))


def are_one(bands: pd.DataFrame, indicator: str) -> list[str]:
    """Which CCGs have one distance, one draw of it, and one of what it would be, measured again."""
    z = one_by_code(bands, indicator)["z"]
    run = run_of_bands(OnBands.of(bands, EDITION), bands)
    facts = drawn(drawers_of(EDITION.nodes, run.facts, ())[0], run.facts, 1, 0, 20)
    measure = EDITION.indicator(indicator).measure
    found: set[str] = set()
    for (i, one), (j, other) in combinations(enumerate(z.index), 2):
        draws = [kind.values[measure] for kind in facts]
        if all((own[:, i] == own[:, j]).all() for own in draws):
            assert z[one] == z[other]
            found |= {one, other}
    return sorted(found)


@pytest.mark.parametrize("given", lines(WHOSE), ids=lambda given: given["what"])
def test_who_has_one_figure(given: dict[str, str]) -> None:
    bands = band_indicators(observed(given), EDITION, CCGS)
    assert are_one(bands, given["indicator"]) == given["one"].split()
    rows, n = one_by_code(bands, given["indicator"]), len(given["one"].split())
    noted = [code for code, note in rows["note"].items() if f"one figure of {n} CCGs" in note]
    assert noted == given["one"].split()


def test_the_error_of_parts_is_that_of_all_their_counts_and_of_copies_that_of_one() -> None:
    parts, alone, copies, own = (
        one_by_code(band_indicators(observed(one), EDITION, CCGS), one["indicator"])["standard_error"]
        for one in (lines(WHOSE)[place] for place in (0, 1, 4, 5))
    )
    assert parts["01A"] == pytest.approx(alone["01A"] / np.sqrt(3))
    assert parts["04D"] == alone["04D"]
    assert copies["01A"] == pytest.approx(np.sqrt(150 / 1.5))
    assert own["01A"] == pytest.approx(np.sqrt(150 * 100_000 / 150_000))


def test_parts_of_a_ccg_that_was_made_of_them_are_one_figure() -> None:
    made = observations("indicator | ccg | numerator | n | value\n123a | 14L | 300 | 500 | 60")
    made[["period_start", "period_end"]] = pd.Timestamp("2017-04-01"), pd.Timestamp("2017-04-30")
    bands = band_indicators(restate(made, EDITION), EDITION, ["00W", "01M", "01N", "01C"])
    assert are_one(bands, "123a") == ["00W", "01M", "01N"]
    assert one_by_code(bands, "123a").loc["00W", "standard_error"] == pytest.approx(np.sqrt(50 * 50 / 500))


def test_copies_count_once_for_england_and_nobody_is_above_who_has_the_same_figure() -> None:
    latest = observed(lines(WHOSE)[4])
    latest = latest[latest["organisation_code"] != "ENG"]
    bands = band_indicators(latest, EDITION, CCGS)
    england = one_by_code(bands, "124a")["reference_value"].iloc[0]
    assert england == pytest.approx(1e6 * (90 + 91) / (2 * 1_500_000))
    table = uncertainty(bands, latest, EDITION, "annual", seed=1, draws=200, versions=1, samples=1)
    own = table.area_draws[[one.code for one in EDITION.areas].index("124")]
    assert (own[:, :3] == own[:, :1]).all()
