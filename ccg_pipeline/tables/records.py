"""What the database records of files and data: what was read, refused, doubted and corrected.

Belongs here: the tables of files, quarantined rows, corrections and plausibility findings.
Does not belong here: figures (observations.py), what is signed and released (gates.py).
"""

import json

from ccg_pipeline.tables.column import Basis, Rule, Table, flag, text, whole
from ccg_pipeline.tables.column import date as day
from ccg_pipeline.tables.column import may_be_missing as missing
from ccg_pipeline.tables.lanes import IS_MADE_UP, MONTH
from ccg_pipeline.tables.observations import DATES, DATES_PROVENANCE, FILE, LAYOUT, PUBLICATION, SHA256, SHEET

DATABASE_KIND = Table(
    "database_kind",
    "One row: whether this database holds made-up or real data. The first file decides.",
    (
        whole("only", "Always 1, so that there is one row.", at_least=1, at_most=1),
        text("kind", "What the database holds.", ("made_up", "real")),
        text("decided_by", "Name of the file that decided it."),
    ),
    ("only",),
    is_primary=True,
)
SOURCE_FILE = Table(
    "source_file",
    "Every file that was met, read or refused, with the account of its rows.",
    (
        text("sha256", "sha256 of the file's bytes.", like=SHA256),
        text("name", "Name of the file."),
        *missing((PUBLICATION, LAYOUT)),
        text("state", "What became of the file.", ("read", "refused")),
        text("refusal", "Why the file was refused, in a sentence.", may_be_missing=True),
        text("read_by", "Version of the code, of the sidecar and of the corrections that it was read by."),
        text("months", "Months of which the file tells, separated by commas.", may_be_missing=True),
        *DATES,
        *missing((DATES_PROVENANCE,)),
        whole("size_bytes", "Size of the file.", "bytes", 0),
        whole("rows_read", "Data rows of the sheets that were read: the sum of the next four.", "rows", 0),
        whole("rows_used", "Rows that an observation rests on.", "rows", 0),
        whole("rows_not_asked_for", "Valid rows about no indicator of the edition.", "rows", 0),
        whole(
            "rows_not_an_organisation", "Rows about no organisation of ours: totals, hubs, notes.", "rows", 0
        ),
        whole("rows_quarantined", "Rows that were refused.", "rows", 0),
        IS_MADE_UP,
    ),
    ("sha256", "name"),
    is_primary=True,
)
FILE_LANDED = Table(
    "file_landed",
    "When a run met a file that had not been in the landing folder before, or was in it again under its "
    "name: one line each time, none ever changed. Of files of one date the one that landed last counts.",
    (
        text("sha256", "sha256 of the file's bytes.", like=SHA256),
        text("name", "Name of the file."),
        text(
            "at", "When the run looked into the folder; never before the line before.", unit="UTC, ISO 8601"
        ),
    ),
    ("sha256", "name", "at"),
    is_primary=True,
    is_insert_only=True,
)
OBSERVED = Table(
    "observed",
    "Months whose observations include all that their sources say. A source that is written removes the "
    "month in the same transaction, so that a run that was killed before the observations is known by its "
    "absence.",
    (MONTH,),
    ("partition_key",),
    is_primary=True,
)
PLAUSIBILITY = Table(
    "plausibility",
    "How each month was found when it was held against the edition's expectations: one row for each "
    "expectation, indicator and data period. A month without rows was never checked, or its sources have "
    "changed since.",
    (
        MONTH,
        text("suite", "Which data were checked.", ("observations", "publications")),
        text("expectation", "Key of the expectation in the edition."),
        text("title", "The expectation in words."),
        text("severity", "How serious it is where it does not hold.", ("warn", "block")),
        text(
            "indicator_code", "Code of the indicator; none where nothing was compared.", may_be_missing=True
        ),
        day(
            "period_end", "Last day of the data period; none where nothing was compared.", may_be_missing=True
        ),
        flag("holds", "Whether the expectation holds."),
        text("observed", "What was found, in a sentence.", may_be_missing=True),
        text("failing", "The figures for which it does not hold, as a JSON list.", unit="JSON"),
        IS_MADE_UP,
    ),
    # an indicator is looked at once for each publication that tells of it, which only the sentence says apart
    ("partition_key", "suite", "expectation", "indicator_code", "period_end", "observed"),
    indexes={"indicator": ("indicator_code", "period_end")},
)


def _holds_row_as_read(_basis: Basis) -> list[Rule]:
    return [
        Rule("must hold the row as read, in JSON", lambda rows: rows["raw"].map(_is_json).astype("bool")),
    ]


def _is_json(raw: object) -> bool:
    try:
        json.loads(str(raw))
    except ValueError:
        return False
    return True


QUARANTINE_COLUMNS = (
    *FILE,
    PUBLICATION,
    SHEET,
    whole("row", "Number of the row on its sheet or in its file, as a spreadsheet counts.", "", 1),
    text("indicator_code", "Code of the indicator, where the row names one.", may_be_missing=True),
    text("organisation_code", "Code of the organisation, where the row names one.", may_be_missing=True),
    day("period_end", "Last day of the data period, where it is known.", may_be_missing=True),
    text("reasons", "Every reason why the row was refused."),
    text("refused_by", "Which check refused it."),
    text("raw", "The whole row as it was read, cell by cell.", unit="JSON"),
    IS_MADE_UP,
)
"""What a reader returns of each row that it refuses, in order."""

QUARANTINE = Table(
    "quarantine",
    "Refused rows, whole, each with all its reasons.",
    (*missing((MONTH,)), *QUARANTINE_COLUMNS),
    ("source_sha256", "source_name", "sheet", "row"),
    optional=frozenset({"partition_key"}),
    rules=_holds_row_as_read,
)
AMENDMENT = Table(
    "amendment",
    "Who amended a refused row or withdrew a file, why and until when: one line an act, none ever changed.",
    (
        whole("seq", "Number of the line.", at_least=1),
        text("at", "When the line was written.", unit="UTC, ISO 8601"),
        text("action", "What was done.", ("waive", "correct", "withdraw", "revoke")),
        *FILE,
        PUBLICATION,
        SHEET,
        whole(
            "row",
            "Number of the row that it is about; 0: the whole file, -1: every row of the sheet.",
            "",
            -1,
        ),
        text("cells", "The corrected cells, by their headings.", unit="JSON"),
        text("actor", "Who answers for it.", unit="e-mail address"),
        text("recorded_by", "Who wrote the line."),
        text("reason", "Why."),
        text("until", "Last day on which it is in force.", unit="ISO 8601"),
    ),
    ("seq",),
    is_primary=True,
    is_insert_only=True,
)
BLOCKING_FINDING = Table(
    "blocking_finding",
    "What blocks, as it was found, and that a later look no longer finds it: one line each time, none ever "
    "changed. What is open here holds rounds back, whatever `plausibility` says by now.",
    (
        whole("seq", "Number of the line.", at_least=1),
        text("at", "When the line was written.", unit="UTC, ISO 8601"),
        text("action", "What the look at the month came to.", ("found", "not found")),
        text("finding", "sha256 of the finding as it was found.", like=SHA256),
        MONTH,
        text("expectation", "Key of the expectation in the edition."),
        text("title", "The expectation in words."),
        text("indicator_code", "Code of the indicator."),
        day("period_end", "Last day of the data period."),
        text("observed", "What was found, in a sentence.", may_be_missing=True),
        text("failing", "The figures for which it does not hold, as a JSON list.", unit="JSON"),
    ),
    ("seq",),
    is_primary=True,
    is_insert_only=True,
)
LET_THROUGH = Table(
    "let_through",
    "Who let a finding through that blocks, or took that back, when and why: one line an act, none ever "
    "changed.",
    (
        whole("seq", "Number of the line.", at_least=1),
        text("at", "When the line was written.", unit="UTC, ISO 8601"),
        text("action", "What was done.", ("let through", "hold")),
        text("finding", "sha256 of the finding as it was found.", like=SHA256),
        text("expectation", "Key of the expectation in the edition."),
        text("indicator_code", "Code of the indicator."),
        day("period_end", "Last day of the data period."),
        text("observed", "What was found, in a sentence."),
        text("actor", "Who answers for it.", unit="e-mail address"),
        text("recorded_by", "Who wrote the line."),
        text("reason", "Why."),
    ),
    ("seq",),
    is_primary=True,
    is_insert_only=True,
)
