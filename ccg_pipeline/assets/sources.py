"""Source assets: one a publication, made in one step, from the landing folder to rows in the database.

Belongs here: which files of the landing folder go into which partition, and what the UI shows of them.
Does not belong here: how a file is read (sources/), which of two revisions counts (observations.py).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TypeVar

import dagster as dg
import pandas as pd
import stamina
from sqlalchemy import Engine

from ccg_pipeline.assets.metadata import DATA_ENGINEERS, PIECES, materialize_result, of_table, table_of
from ccg_pipeline.framework.model import Edition, Publication
from ccg_pipeline.framework.wanted import Wanted
from ccg_pipeline.landing.downloads.outcomes import Fetched
from ccg_pipeline.landing.downloads.publications import Downloads
from ccg_pipeline.landing.files import Landed, LandingFolder
from ccg_pipeline.landing.record import look_into, to_write_again
from ccg_pipeline.landing.write_plan import conforms, planned_observations, write_plan
from ccg_pipeline.sources.catalogue import PUBLICATIONS
from ccg_pipeline.sources.result import Reading, Refused
from ccg_pipeline.storage.code_version import code_version
from ccg_pipeline.storage.database import DatabaseFault
from ccg_pipeline.storage.pieces import Piece
from expert_panels.foundation.fault import Fault

ATTEMPTS = 4
"""How often a share, or a database, that is away for a moment is asked, a second and longer apart.

A bad file is not read again: it is refused or quarantined, and would be as bad the next time.
"""

Made = TypeVar("Made")

SOUND = "every_file_is_sound"
UNRECOGNISED = dg.AssetKey(["source", "unrecognised_files"])


def source_key(publication: str) -> dg.AssetKey:
    """Return the asset key of a publication."""
    return dg.AssetKey(["source", publication])


def _summary(landed: list[Landed], pieces: list[Piece], keys: list[str]) -> dict[str, object]:
    read = [one.outcome.source_file for one in landed if isinstance(one.outcome, Reading)]
    observations = planned_observations(pieces)
    status = Counter(observations["status"])
    accounts = pd.DataFrame(
        [
            {
                "file": one.name,
                "rows read": one.rows_read,
                "used": one.rows_used,
                "not asked for": one.rows_not_asked_for,
                "not an organisation": one.rows_not_an_organisation,
                "quarantined": one.rows_quarantined,
            }
            for one in read
        ]
    )
    return {
        "months": ", ".join(keys) if len(keys) < 4 else f"{keys[0]} to {keys[-1]}",
        "observations": len(observations),
        "files": table_of(accounts),
        "amended rows": sum(len(one.found.amendments) for one in landed),
        **{name: status[name] for name in ("published", "suppressed", "missing", "refused")},
        "is_made_up": any(one.is_made_up for one in read),
    }


def _news(fetched: list[Fetched]) -> dict[str, object]:
    """Return what came of the downloads, as metadata; nothing where there were none."""
    if not fetched:
        return {}
    rows = pd.DataFrame([{"state": one.state, "download": one.sentence} for one in fetched])
    return {"downloads": table_of(rows)}


def _fetched(
    downloads: Downloads, edition: Edition, publication: str, keys: list[str], landing: LandingFolder
) -> list[Fetched]:
    """Fetch what is new at the publisher where its address is configured; a refused download stops nothing.

    Being offline is a normal state: what has landed before is read all the same.
    """
    try:
        if publication not in downloads.addresses(edition):
            return []
        return downloads.fetch(edition, publication, keys, landing.path)
    except Fault as fault:
        raise dg.Failure(str(fault), allow_retries=False) from None


def _soundness(key: dg.AssetKey, landed: list[Landed], fetched: list[Fetched]) -> dg.AssetCheckResult:
    refused = [one.sentence for one in fetched if one.state == "refused"]
    refused += [str(one.outcome) for one in landed if isinstance(one.outcome, Refused)]
    quarantined = {
        one.found.name: one.outcome.source_file.rows_quarantined
        for one in landed
        if isinstance(one.outcome, Reading) and one.outcome.source_file.rows_quarantined
    }
    lines = refused + [f"{name}: {count} rows in quarantine." for name, count in quarantined.items()]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=SOUND,
        passed=not lines,
        # A refused file is a day's work, a quarantined row is a line in a list: neither stops the others.
        severity=dg.AssetCheckSeverity.ERROR if refused else dg.AssetCheckSeverity.WARN,
        description=" ".join(lines) or "Every file was read, and no row refused.",
    )


def _tried(work: Callable[[], Made]) -> Made:
    """Return what `work` makes; one that something away kept from its end is done again."""
    for attempt in stamina.retry_context(
        on=(OSError, DatabaseFault), attempts=ATTEMPTS, timeout=None, wait_initial=1.0, wait_jitter=1.0
    ):
        with attempt:
            return work()
    raise AssertionError("stamina either returns, retries or raises")


def _spec(publication: Publication, wanted: Wanted) -> dg.AssetSpec:
    fed = [one.code for one in wanted.of(publication.key)]
    layouts = {
        "published": "its publisher's own layout",
        "assumed": "its publisher's layout as far as it is known (assumed)",
        "made_up": "the declared layout of this project (made up)",
    }
    return dg.AssetSpec(
        source_key(publication.key),
        group_name="sources",
        owners=DATA_ENGINEERS,
        kinds={"python", "file"},
        code_version=code_version("ccg_pipeline.sources"),
        tags={"layout": publication.layout, "cadence": publication.cadence},
        description=(
            f"{publication.title} ({publication.publisher}), read in {layouts[publication.layout]}. "
            f"Feeds {', '.join(fed) or 'nothing: it is read so that each of its rows is accounted for'}."
        ),
        metadata={
            **of_table("source_observation"),
            "scope": {"publication": publication.key},
            "cadence": publication.cadence,
            "provenance": publication.provenance,
        },
    )


def sources_asset(
    publications: Sequence[Publication],
    edition: Edition,
    wanted: Wanted,
    months: dg.TimeWindowPartitionsDefinition,
) -> dg.AssetsDefinition:
    """Build the assets of some publications, one each, made by one step that takes any of them.

    A publication that fails keeps none of the others from being written; then the step fails.
    """
    specs = {one.key: _spec(one, wanted) for one in publications}

    @dg.multi_asset(
        name="sources" if len(specs) > 1 else f"source__{next(iter(specs))}",
        outs={
            key: dg.AssetOut.from_spec(spec, dagster_type=PIECES, is_required=False)
            for key, spec in specs.items()
        },
        can_subset=True,
        partitions_def=months,
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=[
            dg.AssetCheckSpec(
                SOUND,
                asset=spec.key,
                description="No file of this publication was refused and none of its rows quarantined.",
            )
            for spec in specs.values()
        ],
    )
    def sources(
        context: dg.AssetExecutionContext,
        landing: dg.ResourceParam[LandingFolder],
        downloads: dg.ResourceParam[Downloads],
        database: dg.ResourceParam[Engine],
    ) -> Iterator[dg.MaterializeResult]:
        keys = list(context.partition_keys)
        selected = [one for one, spec in specs.items() if spec.key in context.selected_asset_keys]
        fetched = {one: _fetched(downloads, edition, one, keys, landing) for one in selected}
        look = _tried(lambda: look_into(landing, database, wanted))

        failed: dict[str, Exception] = {}
        landed: dict[str, list[Landed]] = {}
        for one in selected:
            try:
                landed[one] = _tried(partial(look.landed_of, one, keys))
            except Exception as fault:  # noqa: BLE001  # the step fails with it, after the others
                failed[one] = fault
        all_conform = conforms(chain.from_iterable(landed.values()), edition, wanted)

        def made(publication: str) -> dg.MaterializeResult:
            files, news, key = landed[publication], fetched[publication], specs[publication].key
            again = to_write_again(database, files, wanted)
            pieces = write_plan(files, keys, edition, again, wanted, conforms=all_conform)
            return materialize_result(
                pieces,
                about=planned_observations(pieces),
                key=key,
                metadata=_summary(files, pieces, keys) | _news(news),
                check_results=[_soundness(key, files, news)],
            )

        for one in landed:
            try:
                result = _tried(partial(made, one))
            except Exception as fault:  # noqa: BLE001  # as above
                failed[one] = fault
            else:
                yield result
        if failed:
            raise dg.Failure(
                " ".join(f"{one}: {fault}" for one, fault in failed.items()), allow_retries=False
            ) from next(iter(failed.values()))

    return sources


def unrecognised_asset(edition: Edition, wanted: Wanted) -> dg.AssetsDefinition:
    """Build the asset of files in the landing folder of which no publication that is asked for takes any."""

    @dg.asset(
        dagster_type=PIECES,
        key=UNRECOGNISED,
        group_name="sources",
        owners=DATA_ENGINEERS,
        kinds={"python", "file"},
        code_version=code_version("ccg_pipeline.sources"),
        description=(
            "Files in the landing folder that are of no publication known here, each with the reason, and "
            "those of publications of which no edition in force asks anything."
        ),
        check_specs=[
            dg.AssetCheckSpec(
                "every_file_is_recognised",
                asset=UNRECOGNISED,
                description="Every file was recognised, by what it holds, as one of a publication.",
            )
        ],
    )
    def unrecognised_files(
        landing: dg.ResourceParam[LandingFolder], database: dg.ResourceParam[Engine]
    ) -> dg.MaterializeResult:
        """Record files of no publication, or of one that nobody asks anything: none is overlooked."""
        landed = _tried(lambda: look_into(landing, database, wanted).landed_of("", []))
        reasons = [str(one.outcome) for one in landed if isinstance(one.outcome, Refused)]
        return materialize_result(
            write_plan(landed, [], edition, to_write_again(database, landed, wanted), wanted),
            about=None,
            metadata={
                "files": len(landed),
                "reasons": table_of(pd.DataFrame({"reason": reasons}), rows=50),
            },
            check_results=[
                dg.AssetCheckResult(
                    asset_key=UNRECOGNISED,
                    check_name="every_file_is_recognised",
                    passed=not reasons,
                    severity=dg.AssetCheckSeverity.WARN,
                    description=" ".join(reasons) or "Every file was recognised.",
                )
            ],
        )

    return unrecognised_files


def source_assets(
    edition: Edition, wanted: Wanted, months: dg.TimeWindowPartitionsDefinition, *, by_workers: bool
) -> list[dg.AssetsDefinition]:
    """Build an asset for each publication of which anything is wanted, and one for what belongs to none.

    `by_workers`: a step makes one, so that several workers share them; else one step makes them all, since a
    step costs more than a small file.
    """
    described = [PUBLICATIONS.get(key) or wanted.publication(key) for key in wanted.keys]
    steps = [[one] for one in described] if by_workers else [described]
    sources = [sources_asset(step, edition, wanted, months) for step in steps]
    return [*sources, unrecognised_asset(edition, wanted)]
