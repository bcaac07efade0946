"""What every asset of an edition's round shares: its keys, its partitions, how it is described.

Belongs here: that, once. Does not belong here: what a single asset does (rounds.py, round_gates.py).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import dagster as dg

from ccg_pipeline.assets.metadata import METHODOLOGISTS
from ccg_pipeline.framework.edition import Edition, Node, Round
from ccg_pipeline.framework.round_dates import keys_of, lane_of
from ccg_pipeline.storage.code_version import code_version


@dataclass(frozen=True)
class EditionRound:
    """A round of an edition: what its assets share."""

    edition: Edition
    round: Round

    @property
    def name(self) -> str:
        """The name of its job and group."""
        return f"{self.edition.key}__{_word(self.round.key)}"

    @property
    def release_job(self) -> str:
        """The name of the job that releases: the job itself where nobody has to decide before."""
        return f"{self.name}_release" if self.round.gates else self.name

    @property
    def lane(self) -> str:
        """By what its gates, parts and releases are known."""
        return lane_of(self.edition, self.round)

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
