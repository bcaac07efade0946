"""The tables of the pipeline's database, each defined once.

Belongs here: SQLAlchemy table definitions. Every layer table carries `partition_key`, the Dagster partition
its rows belong to; a partition is always replaced whole.
Does not belong here: reading and writing (frames.py), which rows a release shows (release/archive.py), the
sign-off ledger and the log of who looked (the panels' own package keeps them, in the same database).
"""

from typing import Any

from sqlalchemy import Boolean, Column, Date, Float, Index, Integer, MetaData, Table, Text

from ccg_pipeline.storage.insert_only import insert_only

metadata = MetaData()


def _text(*names: str) -> list[Column[Any]]:
    return [Column(name, Text, nullable=False, default="") for name in names]


def _number(*names: str) -> list[Column[Any]]:
    return [Column(name, Float, nullable=True) for name in names]


def _date(*names: str) -> list[Column[Any]]:
    return [Column(name, Date, nullable=True) for name in names]


def _observation_columns() -> list[Column[Any]]:
    columns: list[Column[Any]] = [
        *_text("partition_key", "indicator_code", "organisation_code", "organisation_kind"),
        *_date("period_start", "period_end"),
        *_number("numerator", "denominator", "value", "lower_95", "upper_95"),
        *_text("judgement", "status", "note", "publication"),
        *_text("source_sha256", "source_name", "sheet", "cell"),
        *_date("published_on", "revised_on"),
        *_text("dates_provenance", "layout"),
        Column("is_made_up", Boolean, nullable=False),
    ]
    return columns


def _whole(*names: str) -> list[Column[Any]]:
    return [Column(name, Integer, nullable=True) for name in names]


def _told_apart() -> Column[Any]:
    return Column("is_told_apart", Boolean, nullable=False, default=False)


def _interval_columns() -> list[Column[Any]]:
    return _number("lower_95", "upper_95")


def _reference_columns() -> list[Column[Any]]:
    return [
        *_text("against_reference"),
        *_number("p_above_reference", "p_at_reference", "p_below_reference"),
    ]


def _grade_columns() -> list[Column[Any]]:
    return [
        *_number("p_grade_1", "p_grade_2", "p_grade_3", "p_grade_4"),
        *_whole("best_grade_95", "worst_grade_95"),
        *_whole("neighbour_grade"),
        *_number("p_own_grade_by_both"),
    ]


def _distance_columns() -> list[Column[Any]]:
    return [
        *_number("to_better"),
        *_text("nearest_indicator"),
        *_number("nearest_to_better", "nearest_people"),
    ]


def _rank_columns() -> list[Column[Any]]:
    return [
        *_whole("rank", "rank_lower_95", "rank_upper_95", "n_not_told_apart"),
        *_number("p_top_10", "p_bottom_10"),
    ]


database_kind = Table(
    "database_kind",
    metadata,
    Column("only", Integer, primary_key=True),
    *_text("kind", "decided_by"),
)
"""One row: whether this database holds made-up or real data. The first file decides."""

source_file = Table(
    "source_file",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    *_text("publication", "layout", "state", "refusal", "read_by", "months"),
    *_date("published_on", "revised_on"),
    *_text("dates_provenance"),
    Column("size_bytes", Integer, nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("rows_used", Integer, nullable=False),
    Column("rows_not_asked_for", Integer, nullable=False),
    Column("rows_not_an_organisation", Integer, nullable=False),
    Column("rows_quarantined", Integer, nullable=False),
    Column("is_made_up", Boolean, nullable=False),
)
"""Every file that was met, read or refused, with the account of its rows."""

source_observation = Table("source_observation", metadata, *_observation_columns())
"""What each file says, file by file; revisions stand side by side."""

observation = Table("observation", metadata, *_observation_columns())
"""What is known now: of several files about one figure, the one revised or published last."""

observed = Table("observed", metadata, Column("partition_key", Text, primary_key=True))
"""Months whose observations have taken in all that their sources say. A source that writes takes the mark
away in the same transaction, so that a run killed before the observations is known by its absence."""

plausibility = Table(
    "plausibility",
    metadata,
    *_text("partition_key", "suite", "expectation", "title", "severity", "indicator_code"),
    *_date("period_end"),
    Column("holds", Boolean, nullable=False),
    *_text("observed", "failing"),
    Column("is_made_up", Boolean, nullable=False),
)
"""How each month was found when it was held against the edition's expectations: a row for each of them, and
for each indicator and data period. `failing` is a JSON list of the figures for which it does not hold. A
month without rows was never checked, or its sources have changed since; an expectation that found nothing to
compare has a row that names no indicator."""

quarantine = Table(
    "quarantine",
    metadata,
    *_text("partition_key", "source_sha256", "source_name", "publication", "sheet"),
    Column("row", Integer, nullable=False),
    *_text("indicator_code", "organisation_code"),
    *_date("period_end"),
    *_text("reasons", "refused_by", "raw"),
    Column("is_made_up", Boolean, nullable=False),
)
"""Refused rows, whole, each with all its reasons."""

indicator_band = Table(
    "indicator_band",
    metadata,
    *_text("lane", "partition_key", "indicator_code", "area_code", "ccg_code"),
    *_date("period_start", "period_end"),
    *_number("numerator", "denominator", "value", "lower_95", "upper_95"),
    *_text("judgement", "status", "direction"),
    *_number("reference_value"),
    *_text("reference_basis", "reference_provenance"),
    *_number("standard_error", "z"),
    *_text("limits"),
    *_number("phi", "tau2"),
    Column("band", Integer, nullable=True),
    *_number("points"),
    *_text("why_no_band", "publication", "source_name", "source_sha256", "sheet", "cell", "note", "layout"),
    Column("is_made_up", Boolean, nullable=False),
)

area_score = Table(
    "area_score",
    metadata,
    *_text("lane", "partition_key", "area_code", "area", "domain", "ccg_code"),
    *_number("score"),
    Column("n_used", Integer, nullable=False),
    Column("n_expected", Integer, nullable=False),
    *_text("note", "why_no_score"),
    *_interval_columns(),
    *_reference_columns(),
    _told_apart(),
    *_distance_columns(),
    *_rank_columns(),
    Column("is_official", Boolean, nullable=False),
    Column("is_made_up", Boolean, nullable=False),
)

candidate_rating = Table(
    "candidate_rating",
    metadata,
    *_text("lane", "partition_key", "panel", "area_code", "ccg_code"),
    Column("grade", Integer, nullable=True),
    *_text("rating"),
    *_number("score"),
    Column("n_used", Integer, nullable=False),
    Column("n_expected", Integer, nullable=False),
    *_text("rule", "detail", "why_no_rating"),
    *_interval_columns(),
    *_grade_columns(),
    _told_apart(),
    *_distance_columns(),
    Column("is_made_up", Boolean, nullable=False),
)

overall_rating = Table(
    "overall_rating",
    metadata,
    *_text("lane", "partition_key", "ccg_code"),
    *_number("performance_score"),
    Column("n_performance_used", Integer, nullable=False),
    Column("n_performance_expected", Integer, nullable=False),
    *_text("leadership_judgement"),
    *_number("leadership_points"),
    *_text("finance_judgement"),
    *_number("finance_points", "weight_used", "overall_score"),
    Column("grade", Integer, nullable=True),
    *_text("rating", "why_no_rating"),
    *_interval_columns(),
    *_grade_columns(),
    _told_apart(),
    *_distance_columns(),
    *_number("bands_to_better"),
    *_rank_columns(),
    Column("is_made_up", Boolean, nullable=False),
)

certainty = Table(
    "certainty",
    metadata,
    *_text("lane", "partition_key", "measure", "code", "ccg_code"),
    *_interval_columns(),
    *_reference_columns(),
    *_grade_columns(),
    _told_apart(),
    *_distance_columns(),
    *_number("bands_to_better"),
    *_rank_columns(),
    Column("is_made_up", Boolean, nullable=False),
)
"""How sure every area score, rating and overall score is; the tables of these carry their columns of it."""

gate = Table(
    "gate",
    metadata,
    *_text("lane", "partition_key", "panel", "state", "subject_sha256", "round", "last_line"),
    Column("n_approvals", Integer, nullable=False),
    Column("quorum", Integer, nullable=False),
    *_text("missing"),
    Column("is_made_up", Boolean, nullable=False),
)
"""What each gate shows; the sensor compares it with what the ledger says."""

lane_fingerprint = Table(
    "lane_fingerprint",
    metadata,
    *_text("lane", "partition_key", "part", "sha256", "launched_by"),
    Column("is_made_up", Boolean, nullable=False),
)
"""What stands now in a lane's partition, part by part: the open part, and each panel's candidate."""

kept = Table("kept", metadata, Column("sha256", Text, primary_key=True), *_text("part", "content"))
"""The exact bytes of every part that was laid before a panel or released, kept for ever by their sha256."""

release = Table(
    "release",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("partition_key", Text, primary_key=True),
    Column("serial", Integer, primary_key=True),
    *_text("sha256", "header"),
)
"""Published tables, as headers that point at kept parts; never changed, only followed by the next serial."""

amendment = insert_only(
    Table(
        "amendment",
        metadata,
        Column("seq", Integer, primary_key=True, autoincrement=True),
        *_text("at", "action", "source_sha256", "source_name", "publication", "sheet"),
        Column("row", Integer, nullable=False),
        *_text("cells", "actor", "recorded_by", "reason", "until"),
    )
)
"""Who took in or corrected a refused row, why and until when: one line an act, none ever changed."""

release_time = Table(
    "release_time",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("partition_key", Text, primary_key=True),
    Column("serial", Integer, primary_key=True),
    *_text("at"),
)
"""When each release was made, UTC in ISO 8601: kept beside it, so that equal releases have equal bytes."""

_LANE = ("lane", "partition_key")
_FIGURE = ("indicator_code", "organisation_code", "period_start", "period_end")
KEYS: dict[Table, tuple[str, ...]] = {
    source_observation: ("source_sha256", "source_name", "partition_key", *_FIGURE),
    observation: ("partition_key", *_FIGURE),
    quarantine: ("source_sha256", "source_name", "sheet", "row"),
    plausibility: ("partition_key", "suite", "expectation", "indicator_code", "period_end", "observed"),
    indicator_band: (*_LANE, "indicator_code", "ccg_code"),
    area_score: (*_LANE, "area_code", "ccg_code"),
    candidate_rating: (*_LANE, "panel", "ccg_code"),
    overall_rating: (*_LANE, "ccg_code"),
    certainty: (*_LANE, "measure", "code", "ccg_code"),
    gate: (*_LANE, "panel"),
    lane_fingerprint: (*_LANE, "part"),
}
"""Table whose partitions are replaced whole -> what each of its rows is known by; it begins with the scope that
is replaced, so that the unique index is also the one by which a partition is found. An expectation looks at
an indicator once for each publication that tells of it, which only the sentence `observed` says apart."""

for _table, _key in KEYS.items():
    # an expectation that found nothing to compare has no period, and PostgreSQL would let that in twice
    Index(
        f"key_{_table.name}",
        *(_table.c[name] for name in _key),
        unique=True,
        postgresql_nulls_not_distinct=_table is plausibility or None,
    )
Index("ix_source_observation_partition", source_observation.c.partition_key, source_observation.c.publication)
Index(
    "ix_observation_latest",
    observation.c.indicator_code,
    observation.c.organisation_code,
    observation.c.period_end,
)
Index("ix_plausibility_indicator", plausibility.c.indicator_code, plausibility.c.period_end)

BY_NAME: dict[str, Table] = {table.name: table for table in metadata.sorted_tables}
