"""Source assets: one a publication, from the landing folder to rows in the database.

Belongs here: which files of the landing folder go into which partition, and what the UI shows of them.
Does not belong here: how a file is read (sources/), which of two revisions counts (observations.py).
"""

from collections import Counter

import dagster as dg
import pandas as pd

from ccg_pipeline.assets.metadata import DATA_ENGINEERS, PIECES, code_version, table_of, told
from ccg_pipeline.framework.model import Edition, Publication
from ccg_pipeline.landing.downloads.addresses import DownloadFault
from ccg_pipeline.landing.downloads.outcomes import Fetched
from ccg_pipeline.landing.record import Months, file_rows, landed_of, to_write_again
from ccg_pipeline.orchestration.io_manager import Database, Piece
from ccg_pipeline.orchestration.partitions import MONTHS
from ccg_pipeline.orchestration.resources import Downloads, Landed, LandingFolder, Methodology
from ccg_pipeline.sources.result import OBSERVATION_COLUMNS, QUARANTINE_COLUMNS, Reading, Refused
from ccg_pipeline.storage.sql import BY_NAME
from ccg_pipeline.tables.conform import conform
from ccg_pipeline.tables.observations import quarantine_schema, source_observation_schema

RETRY = dg.RetryPolicy(max_retries=3, delay=1, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""A share that is away for a moment is tried again; a bad file is not: it is refused or quarantined."""

SOUND = "every_file_is_sound"
UNPLACED = dg.AssetKey(["source", "unplaced_files"])


def source_key(publication: str) -> dg.AssetKey:
    """Return the asset key of a publication."""
    return dg.AssetKey(["source", publication])


def deliver(landed: list[Landed], keys: list[str], edition: Edition, again: Months) -> list[Piece]:
    """Return what the files of a publication put into the months `keys`, file by file.

    A file replaces its own rows alone: an older file of the same figures stays beside it, and one that was
    taken away does not take its figures with it. Of a file in `again`, which was read in another way before,
    the months that are stored are written again too, and what it no longer tells goes.
    """
    files = {(one.found.sha256, one.found.path.name): one for one in landed}
    pieces: list[Piece] = []
    months: set[str] = set()
    for (sha256, name), one in files.items():
        pieces.append(Piece("source_file", {"sha256": sha256, "name": name}, file_rows([one])))
        own = (one.months & set(keys)) | again.get((sha256, name), frozenset())
        months |= own
        observations, quarantine = _rows(one, edition)
        file = {"source_sha256": sha256, "source_name": name}
        within = observations[observations["partition_key"].isin(own)]
        pieces += [
            Piece("source_observation", {**file, "partition_key": sorted(own)}, within, brings_in_data=True),
            Piece("quarantine", file, quarantine, brings_in_data=True),
        ]
    return [*pieces, *(Piece(name, {"partition_key": sorted(months)}, _nothing_yet(name)) for name in _LATER)]


_LATER = ("observed", "plausibility")
"""What is said of a month when its sources have been taken in and held against the world, and not before."""


def _nothing_yet(table: str) -> pd.DataFrame:
    return pd.DataFrame(columns=[column.name for column in BY_NAME[table].columns])


def _rows(one: Landed, edition: Edition) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the observations and the quarantine of a file, each with its month; none of a refused file."""
    if isinstance(one.outcome, Refused):
        return _none(OBSERVATION_COLUMNS), _none(QUARANTINE_COLUMNS)
    name = one.outcome.source_file.name
    conform(one.outcome.observations, source_observation_schema(edition), name)
    conform(one.outcome.quarantine, quarantine_schema(edition), f"quarantine of {name}")
    return _by_month(one.outcome.observations), _by_month(one.outcome.quarantine)


def _none(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=["partition_key", *columns])


def _by_month(rows: pd.DataFrame) -> pd.DataFrame:
    months = pd.to_datetime(rows["period_end"]).dt.strftime("%Y-%m").fillna("")
    return rows.assign(partition_key=months)[["partition_key", *rows.columns]]


def _told_by(pieces: list[Piece]) -> pd.DataFrame:
    """Return all observations among `pieces`."""
    frames = [piece.frame for piece in pieces if piece.table == "source_observation" and len(piece.frame)]
    return pd.concat(frames, ignore_index=True) if frames else _none(OBSERVATION_COLUMNS)


def _summary(landed: list[Landed], pieces: list[Piece], keys: list[str]) -> dict[str, object]:
    read = [one.outcome.source_file for one in landed if isinstance(one.outcome, Reading)]
    observations = _told_by(pieces)
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
        edition, engine = methodology.edition(), database.engine()
        fetched = _fetched(downloads, edition, publication.key, keys, landing)
        landed = landed_of(landing, engine, edition, publication.key, keys)
        pieces = deliver(landed, keys, edition, to_write_again(engine, landed))
        return told(
            pieces,
            about=_told_by(pieces),
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
        deliver(landed, [], methodology.edition(), to_write_again(database.engine(), landed)),
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
