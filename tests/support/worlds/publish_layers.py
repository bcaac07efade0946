"""A lane of four CCGs, banded and rated by the edition from small made-up observations, and cut into parts.

Belongs here: frames as the lanes hand them to the publish room, and a release put together from them.
Does not belong here: any expectation about them.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from ccg_pipeline.framework.indicators import Indicator
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.rated import rate_overall, rate_panel, score_areas
from ccg_pipeline.method.uncertainty.columns import estimate_uncertainty, with_uncertainty
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.reference.special_measures.register import the_register
from ccg_pipeline.release.parts import OPEN, OVERALL, open_part, overall_part, panel_part, tables_of
from ccg_pipeline.release.tables import SHOWN, assessed_tables
from ccg_pipeline.sources.result import OBSERVATION_COLUMNS
from ccg_pipeline.storage.frames import typed
from ccg_pipeline.storage.sql import BY_NAME
from tests.support.notations.method_tables import EDITION

CCGS = ("00C", "01C", "02N", "13T")
KEYS = {"interim": "2017-03", "annual": "2016-04-01"}
DATES = {"period_start": "2017-03-01", "period_end": "2017-03-31", "published_on": "2017-05-11"}


def figures(indicator: Indicator, place: int) -> dict[str, object]:
    """What a publication says of CCG number `place`: the later the CCG, the higher the value."""
    nothing = {"numerator": math.nan, "denominator": math.nan, "lower_95": math.nan, "upper_95": math.nan}
    if indicator.points_scale is not None:
        scale = EDITION.points_scale(indicator.points_scale)
        if scale.is_judgement:
            judgement = scale.labels[place % len(scale.labels)]
            return {**nothing, "value": math.nan, "judgement": judgement}
        return {**nothing, "value": 3.0 * place}
    if indicator.standard_error == "interval":
        value = 20.0 + place
        return {**nothing, "value": value, "lower_95": value - 0.5, "upper_95": value + 0.5}
    counts = {"numerator": 40.0 + 15 * place, "denominator": 200.0}
    value = indicator.scale * counts["numerator"] / counts["denominator"]
    return {**nothing, **counts, "value": value}


@cache
def observed() -> pd.DataFrame:
    """One observation an indicator and CCG, from one file a publication."""
    rows = [
        {
            "indicator_code": indicator.code,
            "organisation_code": code,
            "organisation_kind": "ccg",
            "judgement": "",
            "publication": indicator.publication,
            "source_sha256": "ab" * 32,
            "source_name": f"{indicator.publication}.csv",
            "cell": f"row {place + 2}",
            **figures(indicator, place),
        }
        for indicator in EDITION.indicators
        for place, code in enumerate(CCGS)
    ]
    frame = pd.DataFrame(rows).assign(
        status="published", note="", sheet="", dates_provenance="found", layout="published", is_made_up=True
    )
    frame = frame.assign(**{name: pd.Timestamp(day) for name, day in DATES.items()}, revised_on=pd.NaT)
    return frame[list(OBSERVATION_COLUMNS)]


def progress_of_plans() -> pd.DataFrame:
    """The plans' progress: the first is known, others are not."""
    first = ccgs().set_index("ccg_code").loc[CCGS[0], "stp_code"]
    day = pd.Timestamp("2017-03-31")
    return pd.DataFrame([{"stp_code": first, "judgement": "Advanced", "period_end": day}])


@dataclass
class Layers:
    """The frames of a lane's partition, and what is made of them."""

    lane: Lane
    bands: pd.DataFrame
    areas: pd.DataFrame
    ratings: dict[str, pd.DataFrame]
    overall: pd.DataFrame

    @property
    def key(self) -> str:
        return KEYS[self.lane]

    def panel_part(self, panel: str) -> str:
        ratings = self.ratings[panel]
        return panel_part(EDITION, self.lane, self.key, panel, ratings, self.bands, self.areas)

    def open_part(self) -> str:
        return open_part(EDITION, self.lane, self.key, self.bands, self.areas, progress_of_plans())

    def contents(self) -> dict[str, str]:
        """The bytes of every part."""
        contents = {OPEN: self.open_part(), **{panel: self.panel_part(panel) for panel in self.ratings}}
        if EDITION.lane(self.lane).has_overall_rating:
            contents[OVERALL] = overall_part(EDITION, self.lane, self.key, self.overall)
        return contents

    def parts(self) -> dict[str, dict[str, pd.DataFrame]]:
        """Every part as it is read back: from its bytes, with the dtypes of its tables."""
        return {
            part: {
                name: typed(frame, BY_NAME[name]) if name in BY_NAME else frame
                for name, frame in tables_of(content).items()
            }
            for part, content in self.contents().items()
        }

    def header(self, **states: str) -> dict[str, Any]:
        """A release's header in which every body has verified, but for those (and `overall`) in `states`."""
        said = {rule.key: {"verification": states.get(rule.key, "verified")} for rule in EDITION.panels}
        return {
            "lane": self.lane,
            "partition_key": self.key,
            "edition": EDITION.key,
            "is_made_up": True,
            "panels": said,
            "overall": {"verification": states.get(OVERALL, "verified")}
            if EDITION.lane(self.lane).has_overall_rating
            else None,
        }

    def tables(
        self, parts: dict[str, dict[str, pd.DataFrame]] | None = None, **states: str
    ) -> dict[str, pd.DataFrame]:
        """The released tables; a panel that withholds has no part among them, as when they are released."""
        header = self.header(**states)
        parts = parts or self.parts()
        shown = {
            part: frames
            for part, frames in parts.items()
            if part == OPEN or {**header["panels"], OVERALL: header["overall"]}[part]["verification"] in SHOWN
        }
        wanted = ccgs()[ccgs()["ccg_code"].isin(CCGS)]
        return assessed_tables(header, shown, EDITION, wanted, the_register())


def made_of(lane: Lane) -> Layers:
    """The layers of a lane, a copy for each test to change."""
    made = _made(lane)
    ratings = {panel: frame.copy() for panel, frame in made.ratings.items()}
    return Layers(lane, made.bands.copy(), made.areas.copy(), ratings, made.overall.copy())


@cache
def _made(lane: Lane) -> Layers:
    where = {"lane": lane, "partition_key": KEYS[lane]}
    bands = band_indicators(observed(), EDITION, list(CCGS)).assign(**where)
    supplementary = observed().iloc[:0]
    sure = estimate_uncertainty(bands, supplementary, EDITION, lane)
    ratings = {
        rule.key: with_uncertainty(
            rate_panel(bands, supplementary, EDITION, rule.key, lane), sure, "panel"
        ).assign(**where)
        for rule in EDITION.panels
    }
    overall = rate_overall(bands, EDITION, "annual")
    overall = (
        with_uncertainty(overall, sure, "overall")
        if EDITION.lane(lane).has_overall_rating
        else overall.iloc[:0]
    )
    areas = with_uncertainty(score_areas(bands, EDITION), sure, "area").assign(**where)
    return Layers(lane, bands, areas, ratings, overall.assign(**where))
