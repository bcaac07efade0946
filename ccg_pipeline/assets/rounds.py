"""The assets of an edition's round, for any framework: its nodes, its scores and places, its release.

Belongs here: thin steps that read figures, call one function of the method, hand on rows; one factory.
Does not belong here: any rule (method/), what a release contains (release/rounds.py), the two lanes of
2016/17 (lanes.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.assets.lane import METHOD, Decorator
from ccg_pipeline.assets.metadata import METHODOLOGISTS, PIECES, materialize_result, picture_of, table_of
from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.framework.edition import Edition, Node, Round
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.round_dates import days_of, keys_of, lane_of
from ccg_pipeline.method.round_assessment import RoundTables, assess_round, organisations_of
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.archive import candidate_fingerprints, new_releases, part_pieces
from ccg_pipeline.release.parts import OPEN
from ccg_pipeline.release.rounds import NO_GATE, header_of, part_of
from ccg_pipeline.settings import launched_by
from ccg_pipeline.storage.code_version import code_version
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.figures import figures_between
from ccg_pipeline.storage.fingerprint import canonical_json
from ccg_pipeline.storage.organisations import organisations
from ccg_pipeline.storage.pieces import Piece
from ccg_pipeline.tables.column import Basis
from ccg_pipeline.tables.conform import conform
from ccg_pipeline.tables.schema import schema_of
from ccg_pipeline.tables.scores import GRADE_CHANCE, PLACE, SCORE


@dataclass(frozen=True)
class EditionRound:
    """A round of an edition: what its assets share."""

    edition: Edition
    round: Round

    @property
    def name(self) -> str:
        """The name of its job and group."""
        return f"{self.edition.key}__{_word(self.round.key)}"

    @cached_property
    def partitions(self) -> dg.StaticPartitionsDefinition:
        """The partitions of the edition's own year, and no others."""
        return dg.StaticPartitionsDefinition(keys_of(self.edition, self.round))

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes of the levels that the round shows."""
        levels = self.round.levels
        return tuple(node for node in self.edition.nodes if not levels or node.level in levels)

    def key(self, *path: str) -> dg.AssetKey:
        """Return the asset key of something in this round."""
        return dg.AssetKey([self.edition.key, _word(self.round.key), *path])

    def node_key(self, node: Node) -> dg.AssetKey:
        """Return the asset key of a node; nodes that Dagster would call the same have their number in it."""
        names = [(_word(one.level), _word(one.key)) for one in self.edition.nodes]
        at = self.edition.nodes.index(node)
        level, name = names[at]
        return self.key(level, name if names.count((level, name)) == 1 else f"{name}_{at + 1}")

    @property
    def step(self) -> dict[str, Any]:
        """How each step runs: by partitions, many of them in one run."""
        return {"partitions_def": self.partitions, "backfill_policy": dg.BackfillPolicy.single_run()}

    def described(self, description: str, *made_by: str) -> dict[str, Any]:
        """Return what Dagster shows of an asset."""
        return {
            "group_name": self.name,
            "owners": METHODOLOGISTS,
            "kinds": {"python", "pandas"},
            "code_version": code_version(*made_by),
            "description": description,
        }


def _word(text: str) -> str:
    """Return a text as Dagster takes it in a key: ASCII letters, digits and underscores."""
    return "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in text)


def round_assets(of: EditionRound) -> list[dg.AssetsDefinition]:
    """Build the assets of a round: its nodes with all their rows, and its release."""
    return [_nodes(of), _release(of)]


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
        metadata={"table": "score", "scope": {"edition": edition.key, "round": of.round.key}},
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
        for key in keys:
            tables, rests_on = _assessed(of, database, key)
            pieces += _pieces(of, key, tables, rests_on, by)
            every.append(tables.scores)
        together = pd.concat(every, ignore_index=True)
        yield materialize_result(
            pieces,
            about=together,
            key=scores_key,
            metadata={
                "rows": len(together),
                "organisations": int(together["organisation_code"].nunique()),
                "is_made_up": bool(together["is_made_up"].any()),
            },
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
        earlier = [days_of(of.edition, of.round, one) for one in reversed(every[: every.index(key)])]
        known_before = (figures_between(connection, of.edition.measures, *days) for days in earlier)
        before = [one for one in known_before if len(one)]
    known = _known(database, of.edition.organisation, last)
    assessed = organisations_of(of.edition, figures, known)
    tables = assess_round(of.edition, of.round, key, figures, assessed, before)
    basis = Basis(load_edition())  # no column of these tables depends on it
    what = f"{lane_of(of.edition, of.round)} {key}"
    conform(tables.scores, schema_of(SCORE, basis), f"scores of {what}")
    conform(tables.places, schema_of(PLACE, basis), f"places of {what}")
    conform(tables.chances, schema_of(GRADE_CHANCE, basis), f"chances of {what}")
    return tables, {"figures": figures, "organisations": assessed.reset_index()}


def _known(database: Engine, kind: str, upto: date) -> pd.DataFrame:
    """Return what is known of the organisations of a kind by their code: CCGs are those of the reference."""
    if kind != "ccg":
        return organisations(database, kind, upto)
    known = ccgs().set_index("ccg_code")
    return known.rename(columns={"ccg_name": "name", "region_name": "region"})


def _pieces(
    of: EditionRound, key: str, tables: RoundTables, rests_on: dict[str, pd.DataFrame], by: str
) -> list[Piece]:
    """Return the rows of a partition, and the part that is to be released of it, with its fingerprint."""
    scope = {"edition": of.edition.key, "round": of.round.key, "partition_key": key}
    levels = {node.level for node in of.nodes}
    content = part_of(
        of.edition,
        of.round,
        key,
        {
            "scores": tables.scores[tables.scores["level"].isin(levels)],
            "places": tables.places,
            "chances": tables.chances,
            **rests_on,
        },
    )
    is_made_up = bool(tables.scores["is_made_up"].any())
    return [
        Piece("score", scope, tables.scores),
        Piece("place", scope, tables.places),
        Piece("grade_chance", scope, tables.chances),
        *part_pieces(lane_of(of.edition, of.round), OPEN, {key: content}, by, is_made_up),
    ]


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


def _release(of: EditionRound) -> dg.AssetsDefinition:
    """Build `<edition>/<round>/release`: what was scored goes out, and says that no gate held it."""
    edition = of.edition

    decorator: Decorator = dg.asset(
        key=of.key("release"),
        dagster_type=PIECES,
        deps=[of.key("scores")],
        **of.described(f"{edition.title}, released: {NO_GATE}.", "ccg_pipeline.release"),
        **of.step,
    )

    @decorator
    def release(
        context: dg.AssetExecutionContext, database: dg.ResourceParam[Engine]
    ) -> dg.MaterializeResult:
        lane, headers = lane_of(edition, of.round), []
        for key in context.partition_keys:
            parts = candidate_fingerprints(database, lane, key)
            if parts.empty:
                raise dg.Failure(f"{lane} {key} has not been scored yet.", allow_retries=False)
            (part,) = parts.to_dict("records")
            headers.append(header_of(edition, of.round, key, str(part["sha256"]), bool(part["is_made_up"])))
        with reading(database) as connection:
            pieces = new_releases(connection, headers, datetime.now(UTC))
        return materialize_result(
            pieces,
            about=pd.DataFrame({"header": [canonical_json(header) for header in headers]}),
            metadata={"new releases": len(pieces[0].frame), "verification": NO_GATE},
        )

    return release
