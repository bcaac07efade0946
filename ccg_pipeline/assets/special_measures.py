"""The assets of the register of special measures: the register, and who is proposed after an annual release.

Belongs here: two thin steps, and what the UI shows of them.
Does not belong here: replaying events (reference/special_measures), reading what was released (release).
"""

import dagster as dg
from sqlalchemy import Engine

from ccg_pipeline.assets.gates import decision_key
from ccg_pipeline.assets.lane import Decorator, Lane
from ccg_pipeline.assets.metadata import METHODOLOGISTS, PIECES, materialize_result, picture_of, table_of
from ccg_pipeline.framework.rounds import last_day
from ccg_pipeline.publish.special_measures import (
    contradiction_table,
    count_table,
    proposal_table,
    spell_table,
)
from ccg_pipeline.reference.special_measures.events import REGIMES
from ccg_pipeline.reference.special_measures.guidance import persistence
from ccg_pipeline.reference.special_measures.proposals import criteria, propose
from ccg_pipeline.release.bodies import RECORDS
from ccg_pipeline.release.entries import register_of
from ccg_pipeline.release.special_measures import annual_rounds
from ccg_pipeline.storage.code_version import code_version

REGISTER = dg.AssetKey(["special_measures", "register"])
PROPOSALS = dg.AssetKey(["special_measures", "proposals"])
GROUP = "special_measures"
MADE_BY = ("ccg_pipeline.reference",)


def register_asset() -> dg.AssetsDefinition:
    """Build `special_measures/register`: the events replayed, with what does not fit. It holds no rows."""
    decorator: Decorator = dg.asset(
        key=REGISTER,
        dagster_type=PIECES,
        deps=[decision_key(RECORDS)],
        group_name=GROUP,
        owners=METHODOLOGISTS,
        kinds={"python"},
        code_version=code_version(*MADE_BY, "ccg_pipeline.release"),
        description=(
            "Special measures and legal directions of 2013 to 2019, replayed from published events and from "
            "entries that the special measures committee has recorded: spells with certain and possible "
            "days, published counts next to them, and every contradiction."
        ),
    )

    @decorator
    def register(database: dg.ResourceParam[Engine]) -> dg.MaterializeResult:
        found = register_of(database)
        spells = spell_table(found.replayed.spells)
        of_regime = spells["regime"].value_counts()
        unfitting = contradiction_table(found)
        return materialize_result(
            [],
            about=spells,
            metadata={
                "published events": len(found.events),
                "recorded here": len(found.here),
                "spells": picture_of("Spells", {regime: int(of_regime.get(regime, 0)) for regime in REGIMES}),
                "published counts": table_of(count_table(found).drop(columns="source")),
                "contradictions": len(unfitting),
                "what does not fit": table_of(unfitting.drop(columns="sources")),
                "last day recorded": str(found.replayed.horizon),
            },
        )

    return register


def proposals_asset(lane: Lane) -> dg.AssetsDefinition:
    """Build `special_measures/proposals`: whom the criteria name after a year's release."""
    decorator: Decorator = dg.asset(
        key=PROPOSALS,
        dagster_type=PIECES,
        deps=[lane.key("assessment"), REGISTER],
        group_name=GROUP,
        owners=METHODOLOGISTS,
        kinds={"python"},
        code_version=code_version(*MADE_BY, "ccg_pipeline.release"),
        description=(
            "CCGs for which the criteria of special measures hold over consecutive released years, with the "
            "evidence. A proposal is no entry: a named body decides."
        ),
        **lane.step,
    )

    @decorator
    def proposals(
        context: dg.AssetExecutionContext, database: dg.ResourceParam[Engine]
    ) -> dg.MaterializeResult:
        by = criteria(lane.edition.key)
        rounds = annual_rounds(database, lane.edition, by, last_day(max(context.partition_keys)))
        found = proposal_table(propose(rounds, by))
        return materialize_result(
            [],
            about=found,
            metadata={
                "proposed": len(found),
                "years released in a row": ", ".join(one.period for one in rounds) or "none",
                "years needed": persistence(),
                "evidence": table_of(found) if len(found) else "nobody is proposed",
            },
        )

    return proposals
