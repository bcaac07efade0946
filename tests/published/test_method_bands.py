"""Bands of real figures: the waiting times of May 2015, with so many people that chance hardly matters."""

from datetime import date
from pathlib import Path

import pandas as pd
from method_tables import EDITION, one_by_code

from ccg_pipeline.method.banding import band_indicators
from ccg_pipeline.method.latest import latest_for_month
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.sources.catalogue import read_file


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
