"""What every asset of a lane shares: its key, its partitions, how it is described, the shape of its frame.

Belongs here: that, once. Does not belong here: what a single asset does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.assets.metadata import METHODOLOGISTS, PIECES, of_table
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rounds import first_day, last_day
from ccg_pipeline.framework.rules import Lane as LaneName
from ccg_pipeline.framework.rules import LaneRule
from ccg_pipeline.method.assess import choose
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.storage.code_version import code_version
from ccg_pipeline.storage.observations import latest_observations
from ccg_pipeline.tables.column import Basis, Table
from ccg_pipeline.tables.conform import conform
from ccg_pipeline.tables.schema import schema_of

METHOD = ("ccg_pipeline.method", "ccg_pipeline.framework")
"""The packages by whose source a scored asset has its code version."""


Decorator = Callable[[Callable[..., dg.MaterializeResult]], dg.AssetsDefinition]


@dataclass(frozen=True)
class Lane:
    """A lane of an edition: its rule, its partitions, and the months of observations behind one of them."""

    rule: LaneRule
    edition: Edition
    partitions: dg.TimeWindowPartitionsDefinition
    months: dg.PartitionMapping

    @property
    def name(self) -> LaneName:
        """The key of the lane, which begins the key of each of its assets."""
        return self.rule.key

    @property
    def codes(self) -> list[str]:
        """The codes of the CCGs that are assessed."""
        return list(ccgs()["ccg_code"])

    def key(self, *path: str) -> dg.AssetKey:
        """Return the asset key of something in this lane."""
        return dg.AssetKey([self.name, *path])

    def spec(
        self,
        *path: str,
        group: str,
        description: str,
        table: str = "",
        owners: Sequence[str] = METHODOLOGISTS,
        kinds: Sequence[str] = ("python", "pandas"),
        made_by: Sequence[str] = METHOD,
        **scope: str,
    ) -> dict[str, Any]:
        """Return how an asset of this lane is described, as keyword arguments of an asset or its spec.

        `table` and `scope` say which rows it owns, `made_by` which packages' source decides its code version.
        """
        return {
            "key": self.key(*path),
            "group_name": f"{self.name}/{group}",
            "owners": list(owners),
            "kinds": set(kinds),
            "code_version": code_version(*made_by),
            "description": description,
            "metadata": {**of_table(table), "scope": {"lane": self.name, **scope}} if table else None,
        }

    @property
    def step(self) -> dict[str, Any]:
        """How each step of this lane runs: by its partitions, many of them in one run."""
        return {"partitions_def": self.partitions, "backfill_policy": dg.BackfillPolicy.single_run()}

    def asset(self, described: dict[str, Any], **more: Any) -> Decorator:
        """Return Dagster's decorator of a step that makes one asset, `described` as `spec` does it."""
        decorator: Decorator = dg.asset(dagster_type=PIECES, **self.step, **described, **more)
        return decorator

    def scope(self, keys: Sequence[str], **more: str) -> dict[str, str | Sequence[str]]:
        """Return which rows of a table are of this lane's partitions `keys`."""
        return {"lane": self.name, "partition_key": list(keys), **more}

    def observations(self, engine: Engine, partition_key: str, codes: Sequence[str]) -> pd.DataFrame:
        """Return the observation of each indicator (of `codes`) and organisation that a partition takes."""
        begin, end = first_day(partition_key), last_day(partition_key)
        averaged = [one.code for one in self.edition.indicators if one.annual_value != "latest"]
        yearly = averaged if self.name == "annual" else []
        return choose(latest_observations(engine, codes, begin, end, yearly), self.edition, self.name, end)

    def supplementary(self, engine: Engine, partition_key: str) -> pd.DataFrame:
        """Return the observations that a partition takes of measures that are no indicator."""
        return self.observations(engine, partition_key, [one.code for one in self.edition.supplementary])

    def conforming(
        self, frame: pd.DataFrame, table: Table, what: str, partition_key: str, panel: str = ""
    ) -> pd.DataFrame:
        """Return `frame` with its lane and partition; SchemaFault names `what` where it is not as `table`."""
        schema = schema_of(table, Basis(self.edition, self.codes, self.name, panel))
        labelled = frame.assign(lane=self.name, partition_key=partition_key)
        return conform(labelled, schema, f"{what} of {self.name} {partition_key}")


def each(keys: Sequence[str], make: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """Return what `make` gives for each partition, one below the other."""
    return pd.concat([make(key) for key in keys], ignore_index=True)


def of_partition(frame: pd.DataFrame, partition_key: str) -> pd.DataFrame:
    """Return the rows of one partition."""
    return frame[frame["partition_key"] == partition_key]
