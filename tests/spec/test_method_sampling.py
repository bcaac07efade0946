"""One event that brings many counts: limits are wider for it, and draws spread as much.

Delayed days (127e) have a sampling phi of 20, items of antibiotics (107a) one of 3; 125a counts deaths, of
which each is an event of its own.
"""

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.certainty.drawing import drawers_of
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.on_bands import OnBands
from ccg_pipeline.method.uncertainty.simulation import run_of_bands
from tests.support.notations.method_tables import EDITION, lines, observations, one_by_code

# The standard error of one count, √(England · scale / n), and √phi times it
DISPERSED = """
    indicator | value | n      | england | plain    | of events
    127e      | 460   | 100000 | 400     | 20       | 89.4427
    107a      | 1.1   | 100000 | 1.161   | 0.003407 | 0.005902
    107b      | 9     | 9000   | 10      | 0.316228 | 0.447214
    128c      | 20    | 240000 | 20      | 0.08165  | 7.0711
    125a      | 6     | 20000  | 5       | 0.5      | 0.5
"""


def banded(given: dict[str, str], ccgs: list[str]) -> pd.DataFrame:
    """The same figure for all of some CCGs, and England's."""
    rows = [f"{given['indicator']} | {ccg} | {given['value']} | {given['n']}" for ccg in ccgs]
    england = f"{given['indicator']} | ENG | {given['england']} | "
    return band_indicators(
        observations("\n".join(["indicator | ccg | value | n", *rows, england])), EDITION, ccgs
    )


@pytest.mark.parametrize("given", lines(DISPERSED), ids=lambda given: given["indicator"])
def test_limits_and_figures_measured_again_spread_by_the_same_error(given: dict[str, str]) -> None:
    ccgs, wanted = ["01A", "02B"], float(given["of events"])
    bands = banded(given, ccgs)
    row = one_by_code(bands, given["indicator"]).loc["01A"]
    assert row["standard_error"] == pytest.approx(wanted, rel=1e-3)
    phi = EDITION.indicator(given["indicator"]).sampling_phi or 1
    assert wanted == pytest.approx(float(given["plain"]) * phi**0.5, rel=1e-3)

    run = run_of_bands(OnBands.of(bands, EDITION, ccgs), bands)
    drawer = drawers_of(EDITION.nodes, run.facts, ())[0][EDITION.indicator(given["indicator"]).measure]
    again = drawer.again(np.random.default_rng(1), np.full((20_000, 2), row["reference_value"]))
    assert again.std() == pytest.approx(wanted, rel=0.03)


ALONE = """
    ccgs    | why
    01A     | Its limits are to be widened, and too few CCGs have a figure to say by how much.
    01A 02B |
"""


@pytest.mark.parametrize("given", lines(ALONE), ids=lambda given: given["ccgs"])
def test_of_one_ccg_alone_it_is_not_known_how_wide_limits_are(given: dict[str, str]) -> None:
    ccgs = given["ccgs"].split()
    rows = [f"128a | {ccg} | 1000 | 980 | 1020" for ccg in ccgs]
    latest = observations("\n".join(["indicator | ccg | value | low | high", *rows, "128a | ENG | 850 | | "]))
    row = one_by_code(band_indicators(latest, EDITION, ["01A", "02B"]), "128a").loc["01A"]
    assert row["why_no_band"] == given["why"]
    assert pd.isna(row["z"]) == bool(given["why"])


def test_every_indicator_whose_events_bring_many_counts_says_so_and_is_widened() -> None:
    dispersed = [one for one in EDITION.indicators if one.sampling_phi is not None]
    assert [one.code for one in dispersed] == (
        ["104a", "105a", "107a", "107b", "127b", "127c", "127e", "127f", "128a", "128c"]
    )
    assert all(one.overdispersion and one.sampling_phi_provenance == "assumed" for one in dispersed)
