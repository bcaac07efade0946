"""Source assets: one a publication, from the landing folder to rows in the database.

Belongs here: which files of the landing folder go into which partition, and what the UI shows of them.
Does not belong here: how a file is read (sources/), which of two revisions counts (observations.py).
"""

from collections import Counter

import dagster as dg
import pandas as pd

from ccg_pipeline.assets.described import DATA_ENGINEERS, PIECES, code_version, table_of, told
from ccg_pipeline.assets.landing import file_rows, landed_of
from ccg_pipeline.downloads.addresses import DownloadFault
from ccg_pipeline.downloads.outcomes import Fetched
from ccg_pipeline.framework.model import Edition, Publication
from ccg_pipeline.partitions import MONTHS
from ccg_pipeline.resources import Downloads, Landed, LandingFolder, Methodology
from ccg_pipeline.schemas.factory import conform
from ccg_pipeline.schemas.observations import quarantine_schema, source_observation_schema
from ccg_pipeline.sources.reading import OBSERVATION_COLUMNS, QUARANTINE_COLUMNS, Reading, Refused
from ccg_pipeline.storage.io_manager import Database, Piece

RETRY = dg.RetryPolicy(max_retries=3, delay=1, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""A share that is away for a moment is tried again; a bad file is not: it is refused or quarantined."""

SOUND = "every_file_is_sound"
UNPLACED = dg.AssetKey(["source", "unplaced_files"])


def source_key(publication: str) -> dg.AssetKey:
    """Return the asset key of a publication."""
    return dg.AssetKey(["source", publication])


def _in_months(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    months = pd.to_datetime(frame["period_end"]).dt.strftime("%Y-%m").fillna("")
    return frame.assign(partition_key=months)[months.isin(keys)]


def deliver(landed: list[Landed], publication: str, keys: list[str], edition: Edition) -> list[Piece]:
    """Return what the files of a publication put into the months `keys`.

    Only months for which a file holds something are replaced: a file that was taken away does not take its
    figures with it.
    """
    read = [one.outcome for one in landed if isinstance(one.outcome, Reading)]
    pieces = []
    if landed:
        files = file_rows(landed)
        scope = {"sha256": sorted(files["sha256"]), "name": sorted(files["name"])}
        pieces.append(Piece("source_file", scope, files))
    if not read:
        return pieces
    of_rows, of_refused = source_observation_schema(edition), quarantine_schema(edition)
    for one in read:
        conform(one.observations, of_rows, one.source_file.name)
        conform(one.quarantine, of_refused, f"quarantine of {one.source_file.name}")
    observations = _in_months(pd.concat([one.observations for one in read]), keys)
    quarantine = pd.concat([one.quarantine for one in read])
    quarantine["partition_key"] = pd.to_datetime(quarantine["period_end"]).dt.strftime("%Y-%m").fillna("")
    held = sorted(set(observations["partition_key"]))
    return [
        *pieces,
        Piece("observed", {"partition_key": held}, pd.DataFrame(columns=["partition_key"])),
        Piece(
            "source_observation",
            {"publication": publication, "partition_key": held},
            observations[["partition_key", *OBSERVATION_COLUMNS]],
            brings_in_data=True,
        ),
        Piece(
            "quarantine",
            {"source_sha256": sorted(one.source_file.sha256 for one in read)},
            quarantine[["partition_key", *QUARANTINE_COLUMNS]],
            brings_in_data=True,
        ),
    ]


def _summary(landed: list[Landed], pieces: list[Piece], keys: list[str]) -> dict[str, object]:
    read = [one.outcome.source_file for one in landed if isinstance(one.outcome, Reading)]
    observations = next((piece.frame for piece in pieces if piece.table == "source_observation"), None)
    status = Counter() if observations is None else Counter(observations["status"])
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
        "observations": 0 if observations is None else len(observations),
        "files": table_of(accounts),
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
    except DownloadFault as fault:
        raise dg.Failure(str(fault), allow_retries=False) from None


def _soundness(key: dg.AssetKey, landed: list[Landed], fetched: list[Fetched]) -> dg.AssetCheckResult:
    refused = [one.sentence for one in fetched if one.state == "refused"]
    refused += [str(one.outcome) for one in landed if isinstance(one.outcome, Refused)]
    quarantined = {
        one.found.path.name: one.outcome.source_file.rows_quarantined
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


def source_asset(publication: Publication, edition: Edition) -> dg.AssetsDefinition:
    """Build the asset of one publication."""
    key = source_key(publication.key)
    fed = [one.code for one in edition.indicators if one.publication == publication.key]
    fed += [one.code for one in edition.supplementary if one.publication == publication.key]
    layouts = {
        "published": "its publisher's own layout",
        "assumed": "its publisher's layout as far as it is known (assumed)",
        "made_up": "the declared layout of this project (made up)",
    }

    @dg.asset(
        dagster_type=PIECES,
        key=key,
        partitions_def=MONTHS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        retry_policy=RETRY,
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
            "table": "source_observation",
            "scope": {"publication": publication.key},
            "cadence": publication.cadence,
            "provenance": publication.provenance,
        },
        check_specs=[
            dg.AssetCheckSpec(
                SOUND,
                asset=key,
                description="No file of this publication was refused and none of its rows quarantined.",
            )
        ],
    )
    def source(
        context: dg.AssetExecutionContext,
        landing: LandingFolder,
        downloads: Downloads,
        database: Database,
        methodology: Methodology,
    ) -> dg.MaterializeResult:
        keys = list(context.partition_keys)
        fetched = _fetched(downloads, methodology.edition(), publication.key, keys, landing)
        landed = landed_of(landing, database.engine(), methodology.edition(), publication.key, keys)
        pieces = deliver(landed, publication.key, keys, methodology.edition())
        held = next((piece.frame for piece in pieces if piece.table == "source_observation"), None)
        return told(
            pieces,
            about=held,
            metadata=_summary(landed, pieces, keys) | _news(fetched),
            check_results=[_soundness(key, landed, fetched)],
        )

    return source


@dg.asset(
    dagster_type=PIECES,
    key=UNPLACED,
    group_name="sources",
    owners=DATA_ENGINEERS,
    kinds={"python", "file"},
    retry_policy=RETRY,
    code_version=code_version("ccg_pipeline.sources"),
    description="Files in the landing folder that are of no publication known here, each with the reason.",
    check_specs=[
        dg.AssetCheckSpec(
            "every_file_is_placed",
            asset=UNPLACED,
            description="Every file was recognised, by what it holds, as one of a publication.",
        )
    ],
)
def unplaced_files(
    landing: LandingFolder, database: Database, methodology: Methodology
) -> dg.MaterializeResult:
    """Record the files that belong to no publication, so that none is overlooked."""
    landed = landed_of(landing, database.engine(), methodology.edition(), "", [])
    reasons = [str(one.outcome) for one in landed]
    return told(
        deliver(landed, "", [], methodology.edition()),
        about=None,
        metadata={
            "files": len(landed),
            "reasons": table_of(pd.DataFrame({"reason": reasons}), rows=50),
        },
        check_results=[
            dg.AssetCheckResult(
                asset_key=UNPLACED,
                check_name="every_file_is_placed",
                passed=not landed,
                severity=dg.AssetCheckSeverity.WARN,
                description=" ".join(reasons) or "Every file was recognised.",
            )
        ],
    )


def source_assets(edition: Edition) -> list[dg.AssetsDefinition]:
    """Build one asset for each publication of the edition, and one for what belongs to none."""
    return [*(source_asset(publication, edition) for publication in edition.publications), unplaced_files]
