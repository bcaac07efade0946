"""What is scored in a lane: indicator bands and area scores.

Belongs here: thin steps that read what they need, call one function of the method, hand on a frame.
Does not belong here: any rule (method/), candidates (candidates.py), gates, what is published.
"""

from collections.abc import Iterator

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.assets.lane import Lane, each, of_partition
from ccg_pipeline.assets.metadata import materialize_result, picture_of, table_of
from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.rated import score_areas
from ccg_pipeline.method.uncertainty.columns import with_uncertainty
from ccg_pipeline.storage.pieces import Piece
from ccg_pipeline.tables.areas import AREA_SCORE
from ccg_pipeline.tables.bands import INDICATOR_BAND


def bands_asset(lane: Lane) -> dg.AssetsDefinition:
    """Build `<lane>/indicator_bands`: every indicator of every CCG against its reference value."""
    edition = lane.edition

    @lane.asset(
        lane.spec(
            "indicator_bands",
            group="bands",
            table="indicator_band",
            description=(
                f"{lane.rule.title}: the latest data period of each of {len(edition.indicators)} indicators "
                "for each CCG, its reference value, its distance from it in standard errors, turned for "
                "direction once, and its band: 0 worse than that, 1 like it, 2 better."
            ),
        ),
        deps=[dg.AssetDep(OBSERVATIONS, partition_mapping=lane.months)],
    )
    def indicator_bands(
        context: dg.AssetExecutionContext, database: dg.ResourceParam[Engine]
    ) -> dg.MaterializeResult:
        keys, codes = list(context.partition_keys), lane.codes

        def bands_of(key: str) -> pd.DataFrame:
            latest = lane.observations(database, key, edition.indicator_codes)
            return lane.conforming(band_indicators(latest, edition, codes), INDICATOR_BAND, "bands", key)

        bands = each(keys, bands_of)
        return materialize_result(
            [Piece("indicator_band", lane.scope(keys), bands)],
            about=bands,
            metadata={
                "rows": len(bands),
                "CCGs": bands["ccg_code"].nunique(),
                "bands": picture_of("Bands", _counts(bands)),
                "no band, why": table_of(
                    bands.loc[bands["why_no_band"] != "", "why_no_band"].value_counts().reset_index()
                ),
                "is_made_up": bool(bands["is_made_up"].any()),
            },
        )

    return indicator_bands


def _counts(bands: pd.DataFrame) -> dict[str, int]:
    """Return how many rows have which band."""
    counts, has_points = bands["band"].value_counts(), bands["points"].notna()
    return {
        "0 worse than the reference": int(counts.get(0, 0)),
        "1 like it": int(counts.get(1, 0)),
        "2 better than it": int(counts.get(2, 0)),
        "by points": int((bands["band"].isna() & has_points).sum()),
        "no band": int((~has_points).sum()),
    }


def areas_asset(lane: Lane) -> dg.AssetsDefinition:
    """Build an asset `<lane>/area/<area>` for each area, made in one step and grouped by domain."""
    edition = lane.edition
    domains = {domain.code: domain.name.lower().replace(" ", "_") for domain in edition.domains}
    specs = {
        area.slug: dg.AssetSpec(
            **lane.spec(
                "area",
                area.slug,
                group=domains[area.domain],
                table="area_score",
                area_code=area.code,
                description=(
                    f"{area.name}: mean of the points of its indicators "
                    f"({', '.join(one.code for one in edition.indicators_of(area.code))}), 0 to 2. "
                    "Our own construct: NHS England published no rating of an area."
                ),
            )
        )
        for area in edition.areas
    }

    @dg.multi_asset(
        name=f"{lane.name}_areas",
        outs={slug: dg.AssetOut.from_spec(spec, is_required=False) for slug, spec in specs.items()},
        ins={
            "bands": dg.AssetIn(key=lane.key("indicator_bands")),
            "certainty": dg.AssetIn(key=lane.key("certainty")),
        },
        can_subset=True,
        **lane.step,
    )
    def areas(
        context: dg.AssetExecutionContext, bands: pd.DataFrame, certainty: pd.DataFrame
    ) -> Iterator[dg.MaterializeResult]:
        keys = list(context.partition_keys)

        def scores_of(key: str) -> pd.DataFrame:
            scored = score_areas(of_partition(bands, key), edition)
            scored = with_uncertainty(scored, of_partition(certainty, key), "area")
            return lane.conforming(scored, AREA_SCORE, "area scores", key)

        scores = each(keys, scores_of)
        for area in edition.areas:
            if lane.key("area", area.slug) not in context.selected_asset_keys:
                continue
            own = scores[scores["area_code"] == area.code].reset_index(drop=True)
            yield materialize_result(
                [Piece("area_score", lane.scope(keys, area_code=area.code), own)],
                about=own,
                key=lane.key("area", area.slug),
                metadata={
                    "scored": int(own["score"].notna().sum()),
                    "not scored": int(own["score"].isna().sum()),
                    "is_official": False,
                    "is_made_up": bool(own["is_made_up"].any()),
                },
            )

    return areas
