"""Candidate ratings and the overall rating: what the rules give, and what is submitted to the panels.

Belongs here: thin steps that call one rule of the method, and hand on its rows with their fingerprints.
Does not belong here: any rule (method/), bands and areas (lanes.py), gates (gates.py).
"""

from collections.abc import Iterator

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.assets.lane import Lane, of_partition
from ccg_pipeline.assets.metadata import materialize_result, table_of
from ccg_pipeline.framework.lane_rules import PanelRule
from ccg_pipeline.method.assess import plans_progress
from ccg_pipeline.method.scoring.rated import rate_overall, rate_panel
from ccg_pipeline.method.uncertainty.columns import with_uncertainty
from ccg_pipeline.release.archive import part_pieces
from ccg_pipeline.release.forms import as_recorded
from ccg_pipeline.release.parts import OPEN, OVERALL, open_part, overall_part, panel_part
from ccg_pipeline.settings import launched_by
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.storage.pieces import Piece, rows_of
from ccg_pipeline.tables.candidates import CANDIDATE_RATING
from ccg_pipeline.tables.overall import OVERALL_RATING


def candidates_asset(lane: Lane) -> dg.AssetsDefinition:
    """Build `<lane>/candidate/<panel>` for each panel: what the rules give, before the panel has seen it."""
    edition = lane.edition
    specs = {
        rule.key: dg.AssetSpec(
            **lane.spec(
                "candidate",
                rule.key,
                group="candidates",
                table="candidate_rating",
                panel=rule.key,
                description=(
                    f"{rule.name}: what the edition's rule gives each CCG ({', '.join(lane.rule.labels)}) "
                    f"from {', '.join(rule.indicators)}. Not to be shown before the panel has verified it."
                ),
            )
        )
        for rule in edition.panels
    }

    @dg.multi_asset(
        name=f"{lane.name}_candidates",
        outs={key: dg.AssetOut.from_spec(spec, is_required=False) for key, spec in specs.items()},
        ins={
            "bands": dg.AssetIn(key=lane.key("indicator_bands")),
            "certainty": dg.AssetIn(key=lane.key("certainty")),
        },
        deps=[lane.key("area", edition.area(rule.area).slug) for rule in edition.panels],
        can_subset=True,
        **lane.step,
    )
    def candidates(
        context: dg.AssetExecutionContext,
        bands: pd.DataFrame,
        certainty: pd.DataFrame,
        database: dg.ResourceParam[Engine],
    ) -> Iterator[dg.MaterializeResult]:
        keys, by = list(context.partition_keys), launched_by(dict(context.run.tags))
        supplementary = {key: lane.supplementary(database, key) for key in keys}
        scores = {key: rows_of(database, "area_score", lane=lane.name, partition_key=key) for key in keys}

        def rated(rule: PanelRule, key: str) -> pd.DataFrame:
            own = rate_panel(of_partition(bands, key), supplementary[key], edition, rule.key, lane.name)
            own = with_uncertainty(own, of_partition(certainty, key), "panel")
            what = f"candidate ratings ({rule.key})"
            return lane.conforming(own, CANDIDATE_RATING, what, key, rule.key)

        for rule in edition.panels:
            if lane.key("candidate", rule.key) not in context.selected_asset_keys:
                continue
            ratings = {key: rated(rule, key) for key in keys}
            parts = {
                key: panel_part(edition, lane.name, key, rule.key, own, of_partition(bands, key), scores[key])
                for key, own in ratings.items()
            }
            parts = as_recorded(database, lane.name, rule.key, parts)
            together = pd.concat(list(ratings.values()), ignore_index=True)
            is_made_up = bool(together["is_made_up"].any())
            subjects = [(key, sha256_of(content)) for key, content in parts.items()]
            yield materialize_result(
                [
                    Piece("candidate_rating", lane.scope(keys, panel=rule.key), together),
                    *part_pieces(lane.name, rule.key, parts, by, is_made_up),
                ],
                about=together,
                key=lane.key("candidate", rule.key),
                metadata={
                    # counts by grade are withheld until the panel has decided, so they are not shown here
                    "rated": int(together["grade"].notna().sum()),
                    "not rated": int(together["grade"].isna().sum()),
                    "subjects": table_of(pd.DataFrame(subjects, columns=["partition", "sha256"])),
                    "is_made_up": is_made_up,
                },
            )

    return candidates


def open_key(lane: Lane) -> dg.AssetKey:
    """Return the asset key of what no panel verifies in a lane."""
    return lane.key("overall" if lane.rule.has_overall_rating else "open_areas")


def open_asset(lane: Lane) -> dg.AssetsDefinition:
    """Build what no panel verifies: `<lane>/open_areas`; `<lane>/overall` with the overall rating in it."""
    edition, has_overall = lane.edition, lane.rule.has_overall_rating
    overall_words = (
        " and the overall rating (performance 50 %, leadership 25 %, finance 25 %), with the plans' progress"
        if has_overall
        else ""
    )

    @lane.asset(
        lane.spec(
            *open_key(lane).path[1:],
            group="release",
            table="overall_rating",
            description=f"The areas that no panel verifies{overall_words}, as they will be released.",
        ),
        ins={
            "bands": dg.AssetIn(key=lane.key("indicator_bands")),
            "certainty": dg.AssetIn(key=lane.key("certainty")),
        },
        deps=[lane.key("area", area.slug) for area in edition.areas],
    )
    def open_areas(
        context: dg.AssetExecutionContext,
        bands: pd.DataFrame,
        certainty: pd.DataFrame,
        database: dg.ResourceParam[Engine],
    ) -> dg.MaterializeResult:
        keys = list(context.partition_keys)

        def overall_of(key: str) -> pd.DataFrame:
            if not has_overall:
                return rows_of(database, "overall_rating", lane=lane.name, partition_key=key)
            rated = rate_overall(of_partition(bands, key), edition, lane.name)
            rated = with_uncertainty(rated, of_partition(certainty, key), "overall")
            return lane.conforming(rated, OVERALL_RATING, "overall ratings", key)

        def open_part_of(key: str) -> str:
            none = pd.DataFrame(columns=["organisation_kind"])
            progress = plans_progress(lane.supplementary(database, key) if has_overall else none)
            scores = rows_of(database, "area_score", lane=lane.name, partition_key=key)
            return open_part(edition, lane.name, key, of_partition(bands, key), scores, progress)

        rated = {key: overall_of(key) for key in keys}
        together = pd.concat(list(rated.values()), ignore_index=True)
        is_made_up, by = bool(bands["is_made_up"].any()), launched_by(dict(context.run.tags))
        parts = {OPEN: {key: open_part_of(key) for key in keys}}
        if has_overall:
            parts[OVERALL] = {key: overall_part(edition, lane.name, key, own) for key, own in rated.items()}
        return materialize_result(
            [
                Piece("overall_rating", lane.scope(keys), together),
                *(
                    piece
                    for part, contents in parts.items()
                    for piece in part_pieces(
                        lane.name, part, as_recorded(database, lane.name, part, contents), by, is_made_up
                    )
                ),
            ],
            about=together,
            metadata={"rated overall": int(together["grade"].notna().sum()), "is_made_up": is_made_up},
        )

    return open_areas
