"""Candidate ratings and the overall rating: what the rules give, and what is laid before the panels.

Belongs here: thin steps that call one rule of the method, and the parts and fingerprints of their results.
Does not belong here: any rule (method/), bands and areas (lanes.py), gates (gates.py).
"""

from collections.abc import Iterator, Sequence

import dagster as dg
import pandas as pd

from ccg_pipeline.assets.lanes import (
    METHOD_VERSION,
    area_key,
    certainty_key,
    guarded,
    latest_observations,
    partitions_of,
    standing,
)
from ccg_pipeline.assets.metadata import METHODOLOGISTS, PIECES, code_version, table_of, told
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import LaneRule
from ccg_pipeline.method.assess import plans_progress
from ccg_pipeline.method.scoring.clinical import rate_panel
from ccg_pipeline.method.scoring.overall import rate_overall
from ccg_pipeline.method.uncertainty.columns import beside
from ccg_pipeline.orchestration.io_manager import Database, Piece
from ccg_pipeline.orchestration.resources import Methodology, launched_by
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.parts import OPEN, OVERALL, open_part, overall_part, panel_part
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.tables.candidates import candidate_schema
from ccg_pipeline.tables.overall import overall_schema


def candidate_key(lane: str, panel: str) -> dg.AssetKey:
    """Return the asset key of a panel's candidate ratings."""
    return dg.AssetKey([lane, "candidate", panel])


def _fingerprint_piece(
    context: dg.AssetExecutionContext, lane: str, part: str, sha256: dict[str, str], is_made_up: bool
) -> Piece:
    rows = [
        [lane, key, part, value, launched_by(dict(context.run.tags)), is_made_up]
        for key, value in sha256.items()
    ]
    columns = ["lane", "partition_key", "part", "sha256", "launched_by", "is_made_up"]
    return Piece(
        "lane_fingerprint",
        {"lane": lane, "partition_key": list(sha256), "part": part},
        pd.DataFrame(rows, columns=columns),
    )


def _kept_piece(part: str, contents: Sequence[str]) -> Piece:
    rows = {sha256_of(content): content for content in contents}
    frame = pd.DataFrame([[sha, part, content] for sha, content in rows.items()])
    return Piece("kept", {"sha256": sorted(rows)}, frame.set_axis(["sha256", "part", "content"], axis=1))


def candidates_asset(lane: LaneRule, edition: Edition) -> dg.AssetsDefinition:
    """Build the six assets `<lane>/candidate/<panel>`: what the rules give, before the panel has seen it."""
    specs = {
        rule.key: dg.AssetSpec(
            candidate_key(lane.key, rule.key),
            group_name=f"{lane.key}/candidates",
            owners=METHODOLOGISTS,
            kinds={"python", "pandas"},
            code_version=code_version(*METHOD_VERSION),
            description=(
                f"{rule.name}: what the edition's rule gives each CCG ({', '.join(lane.labels)}) from "
                f"{', '.join(rule.indicators)}. Not to be shown before the panel has verified it."
            ),
            metadata={"table": "candidate_rating", "scope": {"lane": lane.key, "panel": rule.key}},
        )
        for rule in edition.panels
    }

    @dg.multi_asset(
        name=f"{lane.key}_candidates",
        outs={key: dg.AssetOut.from_spec(spec, is_required=False) for key, spec in specs.items()},
        ins={
            "bands": dg.AssetIn(key=[lane.key, "indicator_bands"]),
            "certainty": dg.AssetIn(key=certainty_key(lane.key)),
        },
        deps=[area_key(lane.key, edition.area(rule.area)) for rule in edition.panels],
        partitions_def=partitions_of(lane.key),
        backfill_policy=dg.BackfillPolicy.single_run(),
        can_subset=True,
    )
    def candidates(
        context: dg.AssetExecutionContext,
        bands: pd.DataFrame,
        certainty: pd.DataFrame,
        database: Database,
        methodology: Methodology,
    ) -> Iterator[dg.MaterializeResult]:
        edition, keys = methodology.edition(), list(context.partition_keys)
        codes = list(ccgs()["ccg_code"])
        supplementary = {key: _supplementary(database, edition, lane.key, key) for key in keys}
        scores = {key: standing(database, "area_score", lane.key, key) for key in keys}
        bands_of = {key: bands[bands["partition_key"] == key] for key in keys}
        sure_of = {key: certainty[certainty["partition_key"] == key] for key in keys}
        for rule in edition.panels:
            if candidate_key(lane.key, rule.key) not in context.selected_asset_keys:
                continue
            schema = candidate_schema(edition, lane.key, rule.key, codes)
            what = f"candidate ratings ({rule.key})"
            rated = {}
            for key in keys:
                own = rate_panel(bands_of[key], supplementary[key], edition, rule.key, lane.key)
                rated[key] = guarded(beside(own, sure_of[key], "panel"), schema, what, lane.key, key)
            contents = {
                key: panel_part(edition, lane.key, key, rule.key, rated[key], bands_of[key], scores[key])
                for key in keys
            }
            together = pd.concat(list(rated.values()), ignore_index=True)
            is_made_up = bool(together["is_made_up"].any())
            shas = {key: sha256_of(content) for key, content in contents.items()}
            scope = {"lane": lane.key, "partition_key": keys, "panel": rule.key}
            yield told(
                [
                    Piece("candidate_rating", scope, together),
                    _fingerprint_piece(context, lane.key, rule.key, shas, is_made_up),
                    _kept_piece(rule.key, list(contents.values())),
                ],
                about=together,
                key=candidate_key(lane.key, rule.key),
                metadata={
                    # counts by grade are withheld until the panel has decided, so they are not shown here
                    "rated": int(together["grade"].notna().sum()),
                    "not rated": int(together["grade"].isna().sum()),
                    "subjects": table_of(pd.DataFrame(list(shas.items()), columns=["partition", "sha256"])),
                    "is_made_up": is_made_up,
                },
            )

    return candidates


def _supplementary(database: Database, edition: Edition, lane: str, partition_key: str) -> pd.DataFrame:
    codes = [one.code for one in edition.supplementary]
    return latest_observations(database, lane, partition_key, edition, codes)


def open_key(lane: LaneRule) -> dg.AssetKey:
    """Return the asset key of what no panel verifies in a lane."""
    return dg.AssetKey([lane.key, "overall" if lane.has_overall_rating else "open_areas"])


def open_asset(lane: LaneRule, edition: Edition) -> dg.AssetsDefinition:
    """Build what no panel verifies: `interim/open_areas`; `annual/overall` with the overall rating in it."""
    overall_words = (
        " and the overall rating (performance 50 %, leadership 25 %, finance 25 %), with the plans' progress"
        if lane.has_overall_rating
        else ""
    )

    @dg.asset(
        dagster_type=PIECES,
        key=open_key(lane),
        ins={
            "bands": dg.AssetIn(key=[lane.key, "indicator_bands"]),
            "certainty": dg.AssetIn(key=certainty_key(lane.key)),
        },
        deps=[area_key(lane.key, area) for area in edition.areas],
        partitions_def=partitions_of(lane.key),
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name=f"{lane.key}/release",
        owners=METHODOLOGISTS,
        kinds={"python", "pandas"},
        code_version=code_version(*METHOD_VERSION),
        description=f"The areas that no panel verifies{overall_words}, as they will be released.",
        metadata={"table": "overall_rating", "scope": {"lane": lane.key}},
    )
    def open_areas(
        context: dg.AssetExecutionContext,
        bands: pd.DataFrame,
        certainty: pd.DataFrame,
        database: Database,
        methodology: Methodology,
    ) -> dg.MaterializeResult:
        edition, keys = methodology.edition(), list(context.partition_keys)
        schema = overall_schema(edition, list(ccgs()["ccg_code"]))
        contents, overall_contents, rated = {}, {}, []
        for key in keys:
            own = bands[bands["partition_key"] == key]
            if lane.has_overall_rating:
                sure = certainty[certainty["partition_key"] == key]
                rated_overall = beside(rate_overall(own, edition, lane.key), sure, "overall")
                overall = guarded(rated_overall, schema, "overall ratings", lane.key, key)
                progress = plans_progress(_supplementary(database, edition, lane.key, key))
                overall_contents[key] = overall_part(edition, lane.key, key, overall)
            else:
                overall = standing(database, "overall_rating", lane.key, key)
                progress = plans_progress(pd.DataFrame(columns=["organisation_kind"]))
            rated.append(overall)
            scores = standing(database, "area_score", lane.key, key)
            contents[key] = open_part(edition, lane.key, key, own, scores, progress)
        together = pd.concat(rated, ignore_index=True)
        is_made_up = bool(bands["is_made_up"].any())
        pieces = [Piece("overall_rating", {"lane": lane.key, "partition_key": keys}, together)]
        for part, of_part in ((OPEN, contents), (OVERALL, overall_contents)):
            if of_part:
                shas = {key: sha256_of(content) for key, content in of_part.items()}
                pieces.append(_fingerprint_piece(context, lane.key, part, shas, is_made_up))
                pieces.append(_kept_piece(part, list(of_part.values())))
        return told(
            pieces,
            about=together,
            metadata={
                "rated overall": int(together["grade"].notna().sum()),
                "is_made_up": is_made_up,
            },
        )

    return open_areas
