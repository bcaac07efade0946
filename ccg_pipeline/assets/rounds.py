"""The assets of an edition's round, for any framework: its nodes, its scores and places, its parts.

Belongs here: thin steps that read figures, call one function of the method, hand on rows; one factory.
Does not belong here: any rule (method/), its gates and its release (round_gates.py), the two lanes of
2016/17 (lanes.py).
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.assets.edition_round import EditionRound
from ccg_pipeline.assets.lane import METHOD
from ccg_pipeline.assets.metadata import PIECES, materialize_result, of_table, picture_of, table_of
from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.assets.publication import publication_asset
from ccg_pipeline.assets.round_gates import gate_assets, release_asset
from ccg_pipeline.framework.edition import Node
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.round_dates import days_of, keys_of, lane_of
from ccg_pipeline.framework.round_parts import parts_of
from ccg_pipeline.method.round_assessment import NoFigures, RoundTables, assess_round, organisations_of
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.archive import part_pieces
from ccg_pipeline.release.forms import as_recorded
from ccg_pipeline.release.round_parts import content_of
from ccg_pipeline.settings import launched_by
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.figures import figures_between
from ccg_pipeline.storage.organisations import organisations
from ccg_pipeline.storage.pieces import Piece
from ccg_pipeline.tables.column import Basis
from ccg_pipeline.tables.conform import conform
from ccg_pipeline.tables.schema import schema_of
from ccg_pipeline.tables.scores import GRADE_CHANCE, MEASURE_CHANGE, PLACE, SCORE


def round_assets(of: EditionRound) -> list[dg.AssetsDefinition]:
    """Build the assets of a round: its nodes with all their rows, its gates, its release, its publication."""
    title = f"{of.edition.title}, {of.round.title or of.round.key}"
    published = publication_asset(of.key, of.key("release"), of.name, title, of.step)
    return [_nodes(of), *gate_assets(of), release_asset(of), published]


def _nodes(of: EditionRound) -> dg.AssetsDefinition:
    """Build `<edition>/<round>/<level>/<node>` for the nodes shown, and `<edition>/<round>/scores`.

    The rows of all nodes are written with `scores`, in one transaction: a kill leaves the old or the new.
    """
    edition, scores_key = of.edition, of.key("scores")
    shown = {f"node_{at}": node for at, node in enumerate(of.nodes)}
    specs = {
        name: dg.AssetSpec(
            of.node_key(node),
            **of.described(f"{node.title} ({node.level} of {edition.title}).", *METHOD),
        )
        for name, node in shown.items()
    }
    specs["scores"] = dg.AssetSpec(
        scores_key,
        metadata={**of_table("score"), "scope": {"edition": edition.key, "round": of.round.key}},
        **of.described(
            f"{edition.title}: what each of {len(edition.nodes)} nodes came to for each "
            f"{edition.organisation}, the places of its leagues, and the part that is to be released.",
            *METHOD,
            "ccg_pipeline.release",
        ),
    )

    @dg.multi_asset(
        name=f"{of.name}_scores",
        outs={name: dg.AssetOut.from_spec(spec, dagster_type=PIECES) for name, spec in specs.items()},
        deps=[dg.AssetDep(OBSERVATIONS, partition_mapping=dg.AllPartitionMapping())],
        internal_asset_deps=_deps(of, shown),
        **of.step,
    )
    def scores(
        context: dg.AssetExecutionContext, database: dg.ResourceParam[Engine]
    ) -> Iterator[dg.MaterializeResult]:
        keys, by = list(context.partition_keys), launched_by(dict(context.run.tags))
        pieces: list[Piece] = []
        every: list[pd.DataFrame] = []
        without: list[str] = []
        for key in keys:
            try:
                tables, rests_on = _assessed(of, database, key)
            except NoFigures as none:
                without.append(str(none))
                continue
            pieces += _pieces(of, database, key, tables, rests_on, by)
            every.append(tables.scores)
        if not every:  # of several partitions those without a figure are named, and the others are scored
            raise NoFigures(" ".join(without))
        together = pd.concat(every, ignore_index=True)
        yield materialize_result(
            pieces,
            about=together,
            key=scores_key,
            metadata={
                "rows": len(together),
                "organisations": int(together["organisation_code"].nunique()),
                "is_made_up": bool(together["is_made_up"].any()),
            }
            | ({"without a figure": " ".join(without)} if without else {}),
        )
        for node in shown.values():
            own = together[together["node"] == node.key]
            yield materialize_result([], about=own, key=of.node_key(node), metadata=_of_node(own))

    return scores


def _deps(of: EditionRound, shown: dict[str, Node]) -> dict[str, set[dg.AssetKey]]:
    """On what each shown node rests: shown nodes, found through those that are not, and the observations."""
    keys = {node.key: of.node_key(node) for node in shown.values()}

    def rests_on(node: Node) -> set[dg.AssetKey]:
        found = {OBSERVATIONS} if node.measures_used() else set[dg.AssetKey]()
        for used in node.nodes_used():
            found |= {keys[used]} if used in keys else rests_on(of.edition.node[used])
        return found

    deps = {name: rests_on(node) or {OBSERVATIONS} for name, node in shown.items()}
    return deps | {"scores": {OBSERVATIONS}}


def _assessed(of: EditionRound, database: Engine, key: str) -> tuple[RoundTables, dict[str, pd.DataFrame]]:
    """Return what a partition came to, and what it rests on: figures and organisations."""
    first, last = days_of(of.edition, of.round, key)
    with reading(database) as connection:
        figures = figures_between(connection, of.edition.measures, first, last)
        every = keys_of(of.edition, of.round)
        earlier = {one: days_of(of.edition, of.round, one) for one in reversed(every[: every.index(key)])}
        told = {one: figures_between(connection, of.edition.measures, *days) for one, days in earlier.items()}
        before = {one: rows for one, rows in told.items() if len(rows)}
    known = _known(database, of.edition.organisation, last)
    assessed = organisations_of(of.edition, figures, known)
    tables = assess_round(of.edition, of.round, key, figures, assessed, before)
    basis = Basis(load_edition())  # no column of these tables depends on it
    what = f"{lane_of(of.edition, of.round)} {key}"
    conform(tables.scores, schema_of(SCORE, basis), f"scores of {what}")
    conform(tables.places, schema_of(PLACE, basis), f"places of {what}")
    conform(tables.chances, schema_of(GRADE_CHANCE, basis), f"chances of {what}")
    conform(tables.changes, schema_of(MEASURE_CHANGE, basis), f"changes of {what}")
    return tables, {"figures": figures, "organisations": assessed.reset_index()}


def _known(database: Engine, kind: str, upto: date) -> pd.DataFrame:
    """Return what is known of the organisations of a kind by their code; the reference goes first."""
    told = organisations(database, kind, upto)
    if kind != "ccg":
        return told
    known = ccgs().set_index("ccg_code").rename(columns={"ccg_name": "name", "region_name": "region"})
    return known.join(told[told.columns.difference(known.columns)])


def _pieces(
    of: EditionRound,
    database: Engine,
    key: str,
    tables: RoundTables,
    rests_on: dict[str, pd.DataFrame],
    by: str,
) -> list[Piece]:
    """Return the rows of a partition, and the parts to be released of it, with their fingerprints."""
    scope = {"edition": of.edition.key, "round": of.round.key, "partition_key": key}
    whole = {
        "scores": tables.scores,
        "places": tables.places,
        "chances": tables.chances,
        "changes": tables.changes,
        **rests_on,
    }
    is_made_up = bool(tables.scores["is_made_up"].any())
    pieces = [
        Piece("score", scope, tables.scores),
        Piece("place", scope, tables.places),
        Piece("grade_chance", scope, tables.chances),
        Piece("measure_change", scope, tables.changes),
    ]
    for part in parts_of(of.edition, of.round):
        content = {key: content_of(of.edition, of.round, key, part, whole, {})}
        content = as_recorded(database, of.lane, part.name, content)
        pieces += part_pieces(of.lane, part.name, content, by, is_made_up)
    return pieces


def _of_node(rows: pd.DataFrame) -> dict[str, Any]:
    """Return what the UI shows of a node: how many have a score, the grades, why others have none."""
    grades = rows.loc[rows["label"] != "", "label"].value_counts()
    lacking = rows.loc[rows["why"] != "", "why"].value_counts().reset_index()
    shown: dict[str, Any] = {"scored": int(rows["score"].notna().sum())}
    if len(grades):
        shown["grades"] = picture_of("Grades", {str(label): int(n) for label, n in grades.items()})
    if len(lacking):
        shown["no score, why"] = table_of(lacking)
    return shown
