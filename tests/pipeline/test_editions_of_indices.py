"""Two published methods, written as data alone: ranks spread exponentially, and levels with changes.

The English Indices of Deprivation and the Social Scoreboard, on made-up figures; what must come out is worked
out here from the methods' own formulas, with nothing of the engine.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ccg_pipeline.method.engine.rows import score_table
from tests.spec.test_framework_outsiders import OUTSIDERS, run_of
from tests.support.worlds.declared_files import write_declared
from tests.support.worlds.terminal import Terminal
from tests.support.worlds.typed_edition import TypedEdition

GRADES = ("Best performers", "Better than average", "Good but to monitor", "On average",
          "Weak but improving", "To watch", "Critical situations")  # fmt: skip


def figures_of(name: str) -> pd.DataFrame:
    table = pd.read_csv(OUTSIDERS / name / "figures.csv", index_col="organisation")
    return table.set_axis([column.partition("/")[2] for column in table], axis=1)


def spread(x: "pd.Series[float]") -> "pd.Series[float]":
    """-23 ln(1 - R (1 - exp(-100 / 23))), R the rank by the number, 1 for the most deprived."""
    return -23 * np.log(1 - x.rank() / x.count() * (1 - np.exp(-100 / 23)))


def test_the_index_of_multiple_deprivation_is_that_of_its_formulas() -> None:
    x = figures_of("deprivation")
    normal = x.rank().sub(0.5).div(len(x)).apply(stats.norm.ppf)
    health = 0.3 * normal["years_lost"] + 0.7 * normal["illness"]
    education = spread(x["children"]) / 2 + spread(x["adults"]) / 2
    domains = {22.5: [x["income"], x["employment"]], 13.5: [education, health], 9.3: [x["crime"]]}
    weighted = [weight * spread(one) for weight, ones in domains.items() for one in ones]
    expected = sum(weighted[1:], weighted[0]) / (2 * 22.5 + 2 * 13.5 + 9.3)
    table = score_table(run_of("deprivation"))
    index = table[table["node"] == "index"].set_index("organisation")
    assert index["score"].to_numpy() == pytest.approx(expected.loc[index.index].to_numpy())
    assert index.loc[["A", "B", "J"], "label"].tolist() == ["Least deprived", "Ninth", "Most deprived"]


def category(level: float, change: float) -> str:
    """The category of a level and a change in standard deviations, more being better."""
    if np.isnan(level) or np.isnan(change):
        return ""
    if level > 0.5:
        return GRADES[2] if change < -1 else GRADES[0] if level > 1 else GRADES[1]
    if level >= -0.5:
        return GRADES[1] if change > 1 else GRADES[5] if change < -1 else GRADES[3]
    if change > 1:
        return GRADES[4]
    return GRADES[5] if level >= -1 else GRADES[6]


def test_the_social_scoreboard_goes_from_files_to_a_release(tmp_path: Path, ccg: Terminal) -> None:
    x = figures_of("social_scoreboard")
    typed = TypedEdition(tmp_path, ccg, str(OUTSIDERS / "social_scoreboard"), "2023")
    write_declared(typed.landing / "eurostat.csv", "eurostat", x, ("2023-01-01", "2023-12-31"))
    assert "8" in typed.run()
    rows = typed.table("scores").pivot(index="organisation_code", columns="node", values="label").fillna("")
    seen = set()
    for code, way in {"employment": 1, "poverty": -1, "neet": -1}.items():
        change = x[code] - x[f"{code}_before"]
        level, change = ((way * (one - one.mean()) / one.std()) for one in (x[code], change))
        expected = [category(*pair) for pair in zip(level, change, strict=True)]
        assert rows.loc[x.index, code].tolist() == expected
        seen |= set(expected)
    assert seen == {*GRADES, ""}
    second = rows.index[rows["convergence"] == "Second stage"]
    assert set(second) == {"Sud"}
    assert "the table's cell for" in typed("explain", "Sud", "employment")
