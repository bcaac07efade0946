"""The two lanes, from one factory: what stands in them, indicator bands and 29 area scores.

Belongs here: thin steps that read what stands before them, call one function of the method, hand on a frame.
Does not belong here: any rule (method/), candidates (candidates.py), gates, what is published.
"""

from collections.abc import Callable, Iterator, Sequence

import dagster as dg
import pandas as pd
from pandera.pandas import DataFrameSchema
from sqlalchemy import exists, func, select

from ccg_pipeline.assets.metadata import METHODOLOGISTS, PIECES, code_version, picture_of, table_of, told
from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.framework.model import Area, Edition
from ccg_pipeline.framework.rules import LaneRule
from ccg_pipeline.method.assess import choose
from ccg_pipeline.method.scoring.areas import score_areas
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.uncertainty.columns import beside
from ccg_pipeline.orchestration.io_manager import Database, Piece
from ccg_pipeline.orchestration.partitions import (
    LOOK_BACK,
    MONTHS,
    YEAR_OF_MONTHS,
    YEARS,
    first_day,
    last_day,
)
from ccg_pipeline.orchestration.resources import Methodology
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import BY_NAME, observation
from ccg_pipeline.tables.areas import area_schema
from ccg_pipeline.tables.bands import band_schema
from ccg_pipeline.tables.conform import conform

METHOD_VERSION = ("ccg_pipeline.method", "ccg_pipeline.framework")


def partitions_of(lane: str) -> dg.TimeWindowPartitionsDefinition:
    """Return the partitions of a lane: months, or financial years."""
    return MONTHS if lane == "interim" else YEARS


def standing(database: Database, table: str, lane: str, partition_key: str, **more: str) -> pd.DataFrame:
    """Return what stands in a lane's table for one partition."""
    scope = {"lane": lane, "partition_key": partition_key, **more}
    with reading(database.engine()) as connection:
        return frames.read(connection, BY_NAME[table], scope)


def latest_observations(
    database: Database, lane: str, partition_key: str, edition: Edition, codes: Sequence[str]
) -> pd.DataFrame:
    """Return the observation of each indicator (of `codes`) and organisation that a lane takes.

    The database hands out the latest period of each, and the whole year of those that take the mean of it.
    """
    begin, end, rows = first_day(partition_key), last_day(partition_key), observation.c
    yearly = [one.code for one in edition.indicators if one.annual_value != "latest" and lane == "annual"]
    latest = (
        select(rows.indicator_code, rows.organisation_code, func.max(rows.period_end).label("latest"))
        .where(rows.period_end <= end)
        .group_by(rows.indicator_code, rows.organisation_code)
        .subquery()
    )
    is_latest = exists().where(
        latest.c.indicator_code == rows.indicator_code,
        latest.c.organisation_code == rows.organisation_code,
        latest.c.latest == rows.period_end,
    )
    of_the_year = rows.indicator_code.in_(yearly) & rows.period_end.between(begin, end)
    with reading(database.engine()) as connection:
        known = frames.read(connection, observation, {"indicator_code": list(codes)}, is_latest | of_the_year)
    return choose(known.drop(columns="partition_key"), edition, edition.lane(lane).key, end)


def guarded(
    frame: pd.DataFrame, schema: DataFrameSchema, what: str, lane: str, partition_key: str
) -> pd.DataFrame:
    """Return `frame` with the columns that say which lane and partition it is of, once it has its shape.

    Raises SchemaFault, which names `what`, the column and the first rows.
    """
    labelled = frame.assign(lane=lane, partition_key=partition_key)
    return conform(labelled, schema, f"{what} of {lane} {partition_key}")


def each(keys: Sequence[str], make: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """Return what `make` gives for each partition, one below the other."""
    return pd.concat([make(key) for key in keys], ignore_index=True)


def bands_asset(lane: LaneRule, edition: Edition) -> dg.AssetsDefinition:
    """Build `<lane>/indicator_bands`: every indicator of every CCG beside its reference value."""

    @dg.asset(
        dagster_type=PIECES,
        key=[lane.key, "indicator_bands"],
        deps=[
            dg.AssetDep(
                OBSERVATIONS, partition_mapping=LOOK_BACK if lane.key == "interim" else YEAR_OF_MONTHS
            )
        ],
        partitions_def=partitions_of(lane.key),
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name=f"{lane.key}/bands",
        owners=METHODOLOGISTS,
        kinds={"python", "pandas"},
        code_version=code_version(*METHOD_VERSION),
        description=(
            f"{lane.title}: the latest data period of each of {len(edition.indicators)} indicators for each "
            "CCG, its reference value, its distance from it in standard errors, turned for direction once, "
            "and its band: 0 worse, 1 within limits, 2 better."
        ),
        metadata={"table": "indicator_band", "scope": {"lane": lane.key}},
    )
    def indicator_bands(
        context: dg.AssetExecutionContext, database: Database, methodology: Methodology
    ) -> dg.MaterializeResult:
        edition, keys = methodology.edition(), list(context.partition_keys)
        codes = list(ccgs()["ccg_code"])
        schema = band_schema(edition, codes)

        def bands_of(key: str) -> pd.DataFrame:
            latest = latest_observations(database, lane.key, key, edition, edition.indicator_codes)
            return guarded(band_indicators(latest, edition, codes), schema, "bands", lane.key, key)

        bands = each(keys, bands_of)
        counts = bands["band"].value_counts()
        return told(
            [Piece("indicator_band", {"lane": lane.key, "partition_key": keys}, bands)],
            about=bands,
            metadata={
                "rows": len(bands),
                "CCGs": bands["ccg_code"].nunique(),
                "bands": picture_of(
                    "Bands",
                    {
                        "0 worse": int(counts.get(0, 0)),
                        "1 within limits": int(counts.get(1, 0)),
                        "2 better": int(counts.get(2, 0)),
                        "by points": int((bands["band"].isna() & bands["points"].notna()).sum()),
                        "no band": int(bands["points"].isna().sum()),
                    },
                ),
                "no band, why": table_of(
                    bands.loc[bands["why_no_band"] != "", "why_no_band"].value_counts().reset_index()
                ),
                "is_made_up": bool(bands["is_made_up"].any()),
            },
        )

    return indicator_bands


def certainty_key(lane: str) -> dg.AssetKey:
    """Return the asset key of how sure everything of a lane is."""
    return dg.AssetKey([lane, "certainty"])


def area_key(lane: str, area: Area) -> dg.AssetKey:
    """Return the asset key of an area in a lane."""
    return dg.AssetKey([lane, "area", area.slug])


def areas_asset(lane: LaneRule, edition: Edition) -> dg.AssetsDefinition:
    """Build the 29 assets `<lane>/area/<area>`, made in one step and grouped by domain."""
    domains = {domain.code: domain.name for domain in edition.domains}
    specs = {
        area.slug: dg.AssetSpec(
            area_key(lane.key, area),
            group_name=f"{lane.key}/{domains[area.domain].lower().replace(' ', '_')}",
            owners=METHODOLOGISTS,
            kinds={"python", "pandas"},
            code_version=code_version(*METHOD_VERSION),
            description=(
                f"{area.name}: mean of the points of its indicators "
                f"({', '.join(one.code for one in edition.indicators_of(area.code))}), 0 to 2. "
                "Our own construct: NHS England published no rating of an area."
            ),
            metadata={"table": "area_score", "scope": {"lane": lane.key, "area_code": area.code}},
        )
        for area in edition.areas
    }

    @dg.multi_asset(
        name=f"{lane.key}_areas",
        outs={slug: dg.AssetOut.from_spec(spec, is_required=False) for slug, spec in specs.items()},
        ins={
            "bands": dg.AssetIn(key=[lane.key, "indicator_bands"]),
            "certainty": dg.AssetIn(key=certainty_key(lane.key)),
        },
        partitions_def=partitions_of(lane.key),
        backfill_policy=dg.BackfillPolicy.single_run(),
        can_subset=True,
    )
    def areas(
        context: dg.AssetExecutionContext,
        bands: pd.DataFrame,
        certainty: pd.DataFrame,
        methodology: Methodology,
    ) -> Iterator[dg.MaterializeResult]:
        edition, keys = methodology.edition(), list(context.partition_keys)
        schema = area_schema(edition, list(ccgs()["ccg_code"]))

        def scores_of(key: str) -> pd.DataFrame:
            own = bands[bands["partition_key"] == key]
            sure = certainty[certainty["partition_key"] == key]
            scored = beside(score_areas(own, edition), sure, "area")
            return guarded(scored, schema, "area scores", lane.key, key)

        scores = each(keys, scores_of)
        for area in edition.areas:
            if area_key(lane.key, area) not in context.selected_asset_keys:
                continue
            own = scores[scores["area_code"] == area.code].reset_index(drop=True)
            scope = {"lane": lane.key, "partition_key": keys, "area_code": area.code}
            yield told(
                [Piece("area_score", scope, own)],
                about=own,
                key=area_key(lane.key, area),
                metadata={
                    "scored": int(own["score"].notna().sum()),
                    "not scored": int(own["score"].isna().sum()),
                    "is_official": False,
                    "is_made_up": bool(own["is_made_up"].any()),
                },
            )

    return areas
