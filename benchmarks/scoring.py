"""How long the scoring alone takes: 60 indicators × 209 CCGs, both lanes, on figures drawn at random.

Run as `python -m benchmarks.scoring` (or as a file): prints seconds a lane and in all; the limit is 0.5 s.
"""

import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from ccg_pipeline.framework.indicators import Indicator
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.rated import rate_overall, rate_panel, score_areas
from ccg_pipeline.reference.organisations import ccgs

LIMIT_SECONDS = 0.5


def observed(edition: Edition, codes: list[str], rng: np.random.Generator) -> pd.DataFrame:
    """One observation an indicator and CCG, and a measure of participation: made up, nothing missing."""
    frames = [
        figures_of(indicator, edition, len(codes), rng).assign(organisation_code=codes)
        for indicator in edition.indicators
    ]
    taken_part = pd.DataFrame(
        {
            "indicator_code": "nda_participation",
            "value": rng.uniform(10, 100, len(codes)),
            "judgement": "",
            "organisation_code": codes,
        }
    )
    return pd.concat([*frames, taken_part], ignore_index=True).assign(
        organisation_kind="ccg",
        period_start=pd.Timestamp("2017-03-01"),
        period_end=pd.Timestamp("2017-03-31"),
        status="published",
        note="",
        publication="made_up",
        source_sha256="0" * 64,
        source_name="made_up.csv",
        sheet="",
        cell="row 1",
        published_on=pd.Timestamp("2017-05-11"),
        revised_on=pd.NaT,
        dates_provenance="found",
        layout="made_up",
        is_made_up=True,
    )


def figures_of(indicator: Indicator, edition: Edition, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Figures of one indicator for n CCGs, spread about three times as far as chance alone would."""
    if indicator.points_scale is not None:
        scale = edition.points_scale(indicator.points_scale)
        labels = rng.choice(scale.labels, n) if scale.is_judgement else np.full(n, "")
        return pd.DataFrame(
            {"indicator_code": indicator.code, "value": rng.uniform(0, 100, n), "judgement": labels}
        )
    centre = indicator.standard or 40.0
    denominator = np.round(rng.uniform(2_000, 20_000, n)) * indicator.scale / 100
    value = centre * (1 + 0.1 * rng.standard_normal(n))
    return pd.DataFrame(
        {
            "indicator_code": indicator.code,
            "numerator": value * denominator / indicator.scale,
            "denominator": denominator,
            "value": value,
            "lower_95": value - 3,
            "upper_95": value + 3,
            "judgement": "",
        }
    )


def score(latest: pd.DataFrame, edition: Edition, codes: list[str], lane: Lane) -> dict[str, pd.DataFrame]:
    """Everything that a lane computes from its observations."""
    bands = band_indicators(latest, edition, codes)
    tables = {"bands": bands, "areas": score_areas(bands, edition)}
    for panel in edition.panels:
        tables[panel.key] = rate_panel(bands, latest, edition, panel.key, lane)
    if edition.lane(lane).has_overall_rating:
        tables["overall"] = rate_overall(bands, edition, lane)
    return tables


def best_of(times: int, work: Callable[[], object]) -> float:
    """The shortest of several runs, in seconds: what the work costs when nothing else is in the way."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> float:
    """Print seconds a lane and in all, and give back the sum."""
    edition, codes = load_edition(), ccgs()["ccg_code"].tolist()
    latest = observed(edition, codes, np.random.default_rng(1))
    lanes: tuple[Lane, ...] = ("interim", "annual")
    total = 0.0
    for lane in lanes:
        seconds = best_of(5, partial(score, latest, edition, codes, lane))
        total += seconds
        print(f"scoring, {lane} lane, {len(edition.indicators)} × {len(codes)}: {seconds:.3f} s")
    print(f"scoring, both lanes: {total:.3f} s (limit {LIMIT_SECONDS} s)")
    return total


if __name__ == "__main__":
    main()
