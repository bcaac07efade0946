"""Bands of real figures of which there are so many that chance hardly matters: waits, and delayed days."""

from datetime import date
from pathlib import Path

import pandas as pd

from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.latest import latest_for_month, latest_for_year
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.sources.catalogue import read_file
from tests.support.notations.method_tables import EDITION, one_by_code


def test_plain_limits_put_190_of_209_ccgs_outside_and_widened_ones_do_not(shared: Path) -> None:
    files = sorted((shared / "landing" / "rtt").glob("*.xls"))
    observed = pd.concat([read_file(file, EDITION).observations for file in files], ignore_index=True)
    latest = latest_for_month(observed, EDITION, date(2015, 5, 31))
    bands = one_by_code(band_indicators(latest, EDITION, ccgs()["ccg_code"].tolist()), "129a")

    assert (bands["period_end"] == pd.Timestamp("2015-05-31")).all()
    assert (bands["reference_value"] == 92).all()
    plain = (bands["value"] - 92) / bands["standard_error"]
    assert (plain.abs() >= 1.96).sum() == 190
    assert (bands["limits"] == "overdispersed").all()
    assert (bands["phi"] > 1).all()
    assert bands["band"].notna().all()
    assert (bands["band"] != 1).sum() < 60


def test_plain_limits_put_199_of_209_ccgs_outside_for_a_year_of_delayed_days(shared: Path) -> None:
    files = sorted((shared / "landing" / "dtoc").glob("*.xls"))
    observed = pd.concat([read_file(file, EDITION).observations for file in files], ignore_index=True)
    latest = latest_for_year(observed, EDITION, date(2017, 3, 31))
    bands = one_by_code(band_indicators(latest, EDITION, ccgs()["ccg_code"].tolist()), "127e")

    assert bands["note"].str.contains("mean of 12 months (assumed)", regex=False).all()
    ccg_rate = 100_000 * bands["numerator"].sum() / bands["denominator"].sum()
    plain = (bands["value"] - ccg_rate) / (100_000 * (ccg_rate / 100_000 / bands["denominator"]) ** 0.5)
    assert (plain.abs() >= 1.96).sum() == 199
    assert (bands["limits"] == "overdispersed").all()
    assert (bands["band"] != 1).sum() < 60
