"""The stars of 4,536 hospitals, from a file in the declared layout to a release, as typed."""

from pathlib import Path

import numpy as np
import pandas as pd

from ccg_pipeline.framework.families import edition_named
from tests.support.worlds.declared_files import write_declared
from tests.support.worlds.terminal import Terminal
from tests.support.worlds.typed_edition import TypedEdition


def test_the_stars_of_4536_hospitals(shared: Path, tmp_path: Path, ccg: Terminal) -> None:
    expected, given = (
        pd.read_csv(
            shared / "vectors" / f"cms_hospital_stars_v202104_{name}.csv", dtype={"PROVIDER_ID": str}
        ).set_index("PROVIDER_ID")
        for name in ("expected", "input")
    )
    codes = [one.removeprefix("cms/") for one in edition_named("cms_stars_2021_04").measures]
    typed = TypedEdition(tmp_path, ccg, "cms_stars_2021_04", "2021")
    write_declared(
        typed.landing / "cms.csv", "cms", given.loc[expected.index, codes], ("2021-01-01", "2021-04-30")
    )
    typed.run()
    summary = typed.scores("summary").loc[expected.index]
    rated = expected["star"].notna()
    assert rated.sum() == 3355
    assert (summary["label"].astype(float)[rated] == expected["star"][rated]).all()
    assert summary["label"][~rated].isna().all()
    assert (np.abs(summary["score"] - expected["summary_score"])[rated] < 5e-9).all()
