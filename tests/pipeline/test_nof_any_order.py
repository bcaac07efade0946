"""Quarters of the NHS Oversight Framework alone, and in whatever order their files come."""

import shutil
from pathlib import Path

import pandas as pd

from tests.support.worlds.terminal import Terminal

ORDER = ("3", "1", "2")


def test_a_quarter_alone_and_in_any_order(shared: Path, tmp_path: Path, ccg: Terminal) -> None:
    files = sorted((shared / "landing" / "nof").glob("*.csv"))
    landing = tmp_path / "landing"
    landing.mkdir()
    of = ["--edition", "nof_2025_26", "--database", f"sqlite:///{tmp_path}/ccg.db"]

    def typed(*words: str) -> str:
        answer = ccg.type(*words, *of)
        assert answer.code == 0, answer.err
        return answer.said

    def table(name: str, key: str) -> pd.DataFrame:
        typed("export", name, "--quarter", key, "--output", str(tmp_path / "out.csv"))
        return pd.read_csv(tmp_path / "out.csv")

    alone = {}
    for quarter in ORDER:
        key = f"2025-Q{quarter}"
        for path in files:
            if f"-q{quarter}-" in path.name:
                shutil.copy(path, landing)
        typed("run", "--landing", str(landing), "--quarter", key)
        alone[key] = table("scores", key)
        code = alone[key]["organisation_code"].iloc[0]
        assert "Release 1" in typed("show", code, "--quarter", key)
        assert "mean" in typed("explain", code, "average", "--quarter", key)
        assert "League table" in typed("league", "--quarter", key)
        has_one_before = quarter == "2"
        assert table("changes", key).empty is not has_one_before
        assert alone[key]["score"].notna().sum() > 500
    # of a quarter whose earlier ones came later everything stays but what these tell of
    typed("run", "--landing", str(landing), "--quarter", "2025-Q3")
    now = table("scores", "2025-Q3")
    same = [name for name in now if name not in ("lower_95", "upper_95", "how_sure")]
    by = ["node", "organisation_code"]
    before, after = (one[same].sort_values(by, ignore_index=True) for one in (alone["2025-Q3"], now))
    pd.testing.assert_frame_equal(after, before)
    assert set(table("changes", "2025-Q3")["since"]) == {"2025-Q2"}
