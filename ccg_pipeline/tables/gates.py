"""What waits at gates and what is kept of it: fingerprints, gates, kept parts and releases.

Belongs here: the tables that say which bytes a body was shown, what it decided, and what was released.
Does not belong here: the decisions (the ledger is the panels' own), what a part holds (release/parts.py).
"""

from ccg_pipeline.tables.column import Column, Table, text, whole
from ccg_pipeline.tables.lanes import IS_MADE_UP, LANE, LANE_COLUMNS, PANEL
from ccg_pipeline.tables.observations import SHA256

GATE = Table(
    "gate",
    "What each gate shows; the sensor compares it with what the ledger says.",
    (
        *LANE_COLUMNS,
        PANEL,
        text("state", "State of the gate in words, as the ledger gives it."),
        text("subject_sha256", "The table that was submitted to the body.", like=SHA256, may_be_missing=True),
        text("round", "Lane, partition and number of the round."),
        text(
            "last_line",
            "Hash of the last line of the ledger about this gate.",
            like=SHA256,
            may_be_missing=True,
        ),
        whole("n_approvals", "Approvals that count in this round.", "people", 0),
        whole("quorum", "Approvals that the gate needs.", "people", 0),
        text("missing", "What the gate still needs, in words.", may_be_missing=True),
        IS_MADE_UP,
    ),
    (*LANE, "panel"),
)
LANE_FINGERPRINT = Table(
    "lane_fingerprint",
    "What is current in a lane's partition, part by part: the open part, and what each body is to decide on.",
    (
        *LANE_COLUMNS,
        text("part", "open, overall, or the key of a panel or committee."),
        text("sha256", "sha256 of the part's bytes.", like=SHA256),
        text("launched_by", "Who launched the run that made it.", may_be_missing=True),
        IS_MADE_UP,
    ),
    (*LANE, "part"),
)
KEPT = Table(
    "kept",
    "The exact bytes of every part that was submitted to a body or released, kept for ever by their sha256.",
    (
        text("sha256", "sha256 of the content.", like=SHA256),
        text("part", "What it is: open, overall, the key of a panel or committee, or the record of minutes."),
        text("content", "The bytes.", unit="JSON"),
    ),
    ("sha256",),
    is_primary=True,
    is_insert_only=True,
)
_SERIAL: tuple[Column, ...] = (
    *LANE_COLUMNS,
    whole("serial", "Number of the release within its lane and partition.", at_least=1),
)
RELEASE = Table(
    "release",
    "Releases, as headers that point at kept parts; never changed, only superseded by the next serial.",
    (
        *_SERIAL,
        text("sha256", "sha256 of the header.", like=SHA256),
        text("header", "Edition, parts, and what each body has decided.", unit="JSON"),
    ),
    (*LANE, "serial"),
    is_primary=True,
    is_insert_only=True,
)
RELEASE_TIME = Table(
    "release_time",
    "When each release was made: kept apart from it, so that equal releases have equal bytes.",
    (*_SERIAL, text("at", "When the release was made.", unit="UTC, ISO 8601")),
    (*LANE, "serial"),
    is_primary=True,
    is_insert_only=True,
)
