"""The tables that leave the house as files: each exported column with its kind, unit and meaning.

Belongs here: the released tables, the wide assessment, leagues, weights, what moved, lists of refused rows.
Does not belong here: which rows may leave (release), how a file is written (publish/export.py), the layers
that released tables show (a module each family).
"""

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.tables.areas import AREA_SCORE, IS_OFFICIAL
from ccg_pipeline.tables.bands import INDICATOR_BAND
from ccg_pipeline.tables.candidates import INDICATOR_GRADE, RATING_SHOWN
from ccg_pipeline.tables.column import Column, Depends, Table, flag, number, text, whole
from ccg_pipeline.tables.column import date as day
from ccg_pipeline.tables.column import may_be_missing as missing
from ccg_pipeline.tables.lanes import CCG_CODE, IS_MADE_UP, LANE, LANE_COLUMNS
from ccg_pipeline.tables.organisations import STANDING_COLUMNS
from ccg_pipeline.tables.overall import OVERALL_RATING
from ccg_pipeline.tables.records import QUARANTINE
from ccg_pipeline.tables.scores import GAPS, HOW_SURE
from ccg_pipeline.tables.uncertainty import RANK_COLUMNS

VERIFIED = "What the panel or committee has done, in words: verified, overridden, awaiting, returned …"
VERIFICATION = text("verification", VERIFIED, may_be_missing=True)
EDITION = text(
    "edition",
    "Key of the edition that was applied.",
    Depends("this edition", lambda basis: [basis.edition.key]),
)
RELEASE_STATUS = text(
    "release_status", "Only in what was not released: that it was not, and is not for publication."
)
LEDGER_HEAD = text("ledger_head", "Line of the sign-off ledger that the release rests on, by its hash.")
WITHHELD = flag("withheld", "Whether band, points and z are withheld until the panel has decided.")
OPTIONAL = frozenset({RELEASE_STATUS.name})
OF_A_RELEASE = OPTIONAL | {LEDGER_HEAD.name}
CCG_NAME = text("ccg_name", "Name of the CCG.")
CODE_OF_CCG = "ODS code"


def _moderated(block: str, name: str) -> tuple[Column, Column]:
    return (
        text(
            f"{block}_judgement_before",
            f"Judgement of {name} before the committee moderated it; none where it did not.",
            may_be_missing=True,
        ),
        text(f"{block}_moderation_reason", "Why the committee moderated it.", may_be_missing=True),
    )


_LEADERSHIP, _FINANCE = _moderated("leadership", "leadership"), _moderated("finance", "finance")


def _released(name: str, meaning: str, layer: Table, *more: Column, unknown: tuple[str, ...] = ()) -> Table:
    """Return a released table: its layer's columns, then `more`; `unknown` are absent where withheld."""
    columns = (*missing(layer.columns, *unknown), *more, VERIFICATION, EDITION, LEDGER_HEAD, RELEASE_STATUS)
    optional = (OF_A_RELEASE | {HOW_SURE.name}) & {one.name for one in columns}
    return Table(name, meaning, columns, layer.key, optional=optional)


AREA_SCORES = _released(
    "area_scores",
    "Every area's score for every CCG, as released. Area scores are our construct and not NHS England's.",
    AREA_SCORE,
    *GAPS,
    unknown=("n_used",),
)
RATINGS = _released(
    "ratings", "Every panel's ratings, as released.", RATING_SHOWN, HOW_SURE, unknown=("n_used", "rule")
)
INDICATOR_GRADES = _released(
    "indicator_grades",
    "The grade of each indicator behind each panel's ratings, as released.",
    INDICATOR_GRADE,
    unknown=("indicator_grade",),
)
BANDS = _released(
    "bands",
    "Every indicator's value, band and points for every CCG, as released.",
    INDICATOR_BAND,
    WITHHELD,
)
OVERALL = _released(
    "overall",
    "The overall ratings of a year, as released, with what the committee moderated.",
    OVERALL_RATING,
    *_LEADERSHIP,
    *_FINANCE,
    HOW_SURE,
    unknown=("n_performance_used", "n_performance_expected"),
)


def assessment(edition: Edition) -> Table:
    """Return the wide table of an edition: one row a CCG with its area scores and ratings.

    The columns of the overall rating are absent from a lane that has none.
    """
    areas = [
        number(f"area_{one.code}_{one.slug}", f"Score of area {one.code}, {one.name}.", "points", 0, 2)
        for one in edition.areas
    ]
    panels = [
        column
        for one in edition.panels
        for column in (
            text(
                f"{one.key}_rating",
                f"Rating of {one.name} in the words of the lane; none where it is withheld.",
                Depends("ratings of the lane", lambda basis: basis.labels),
                may_be_missing=True,
            ),
            text(f"{one.key}_verification", f"What the panel for {one.name} has done, in words."),
        )
    ]
    overall = _overall_columns()
    return Table(
        "assessment",
        "The whole assessment as released: one row a CCG with its area scores and ratings.",
        (
            *LANE_COLUMNS,
            CCG_CODE,
            CCG_NAME,
            text("region_name", "Region of NHS England that the CCG belongs to."),
            text(
                "local_office_name",
                "Local office of NHS England that the CCG belongs to.",
                may_be_missing=True,
            ),
            text("stp_code", "Code of its sustainability and transformation partnership.", unit="ONS code"),
            text("stp_name", "Name of its sustainability and transformation partnership."),
            *areas,
            *panels,
            *overall,
            *STANDING_COLUMNS,
            text(
                "amended_indicators",
                "Codes of the indicators that rest on a row which a person took in or corrected.",
                may_be_missing=True,
            ),
            IS_OFFICIAL,
            IS_MADE_UP,
            EDITION,
            LEDGER_HEAD,
            RELEASE_STATUS,
        ),
        (*LANE, "ccg_code"),
        optional=OF_A_RELEASE | {one.name for one in overall},
    )


def _overall_columns() -> tuple[Column, ...]:
    """Return the wide table's columns of the overall rating, some under their own name there."""
    own = {one.name: one for one in OVERALL.columns}
    renamed = ("lower_95", "upper_95", "is_told_apart", "rating", "why_no_rating", "verification")
    as_they_are = (
        "performance_score",
        "leadership_judgement",
        *(one.name for one in _LEADERSHIP),
        "finance_judgement",
        *(one.name for one in _FINANCE),
        "weight_used",
        "overall_score",
    )
    return (
        *(own[name] for name in as_they_are),
        *(own[name].named(f"overall_{name}") for name in renamed),
        text(
            "stp_161a_judgement", "Judgement of indicator 161a on the CCG's partnership.", may_be_missing=True
        ),
        text("stp_plan_progress", "Progress of the partnership's plan, as published.", may_be_missing=True),
    )


LEAGUE = Table(
    "league",
    "The league of an area or of the overall score: one row a CCG, the first place first.",
    (
        RANK_COLUMNS[0],
        CCG_CODE,
        CCG_NAME,
        number("score", "The score by which places are given.", "points", 0, 2),
        *(AREA_SCORE.column(name) for name in ("lower_95", "upper_95")),
        *RANK_COLUMNS[1:],
        text("why_no_place", "Why the CCG has no place, in a sentence.", may_be_missing=True),
        VERIFICATION,
        IS_OFFICIAL,
        IS_MADE_UP,
        EDITION,
        text("what_it_cannot_show", "What a place cannot show; the same in every row."),
        RELEASE_STATUS,
    ),
    ("ccg_code",),
    optional=OPTIONAL,
)
WEIGHTS = Table(
    "weights",
    "By which weights figures of other organisations reach the CCGs of April 2016: a row a part.",
    (
        text("from_code", "Organisation that the figure is of.", unit="ODS or ONS code"),
        text("from_name", "Its name."),
        text("to_code", "CCG that a part of the figure goes to.", unit=CODE_OF_CCG, may_be_missing=True),
        text("to_name", "Its name.", may_be_missing=True),
        number("weight", "Which part goes there; those of one organisation sum to 1.", "share, 0 to 1", 0, 1),
        text("rests_on", "On what the weight rests."),
        text(
            "provenance",
            "Whether the weight was found or is assumed.",
            ("found", "assumed"),
            may_be_missing=True,
        ),
        text("source", "Where it is from."),
    ),
    ("from_code", "to_code"),
)
CHANGES = Table(
    "changes",
    "Every step from a CCG to its successor: a CCG that was divided has a row for each part.",
    (
        day("change_date", "First day of the successor."),
        text("from_code", "The CCG before.", unit=CODE_OF_CCG),
        text("to_code", "Its successor.", unit=CODE_OF_CCG),
        text("kind", "What happened.", ("merged", "divided", "boundary", "renamed")),
        number("n_lsoas", "Small areas (LSOAs of 2011) that went this way; none where all did.", "LSOAs", 0),
        text("provenance", "How the step came to us."),
        text("source", "Where it is from."),
        number("residents", "Residents of mid-2015 who went this way.", "people", 0),
        text("residents_provenance", "How their number came to us.", may_be_missing=True),
        number("share_of_from", "Which part of the predecessor's residents they are.", "share, 0 to 1", 0, 1),
        number("share_of_to", "Which part of the successor's residents they are.", "share, 0 to 1", 0, 1),
    ),
    ("change_date", "from_code", "to_code"),
)
MOVES = Table(
    "diff",
    "What a revision moved, before and after as text: a row for each figure that moved.",
    (
        text("layer", "What moved: observations, bands, areas, ratings or overall."),
        text("code", "Code of the indicator or area, or key of the panel.", may_be_missing=True),
        text("organisation_code", "Code of the organisation.", unit="ODS or ONS code"),
        text("period_start", "First day of the data period.", unit="ISO 8601", may_be_missing=True),
        text("period_end", "Last day of the data period.", unit="ISO 8601", may_be_missing=True),
        text("file_before", "File that the figure was from before.", may_be_missing=True),
        text("file_after", "File that the figure is from after.", may_be_missing=True),
        text("what", "The column that moved."),
        text("before", "What it was.", unit="unit of that column", may_be_missing=True),
        text("after", "What it is.", unit="unit of that column", may_be_missing=True),
        RELEASE_STATUS,
    ),
    ("layer", "code", "organisation_code", "period_start", "period_end", "what"),
    optional=OPTIONAL,
)
REFUSED_ROWS = Table(
    "quarantine",
    "The refused rows as a list, each with its id and, if asked, with what it would have changed.",
    (
        text("row_id", "Beginning of the file's sha256, sheet and row: the same in every database."),
        *QUARANTINE.columns,
        text("would_change", "What of its own CCG the row would move if it were believed."),
        text("of_others", "How many figures of other CCGs it would move.", may_be_missing=True),
        RELEASE_STATUS,
    ),
    ("row_id", "source_name"),
    optional=OPTIONAL | {"would_change", "of_others"},
)
ROBUSTNESS = Table(
    "robustness",
    "How many ratings change under another rule of the method: a row a rule and what is rated.",
    (
        text("alternative", "Key of the alternative rule in the edition."),
        text("about", "What the rule is about, a code or a key.", may_be_missing=True),
        text("title", "The alternative in words."),
        text("measure", "What is rated: areas, overall or the key of a panel."),
        whole("n_rated", "Ratings with and without the alternative.", "ratings", 0),
        whole("n_better", "Ratings that are better under it.", "ratings", 0),
        whole("n_worse", "Ratings that are worse under it.", "ratings", 0),
        whole("n_lost", "Ratings that there are not under it.", "ratings", 0),
        whole("n_gained", "Ratings that there are only under it.", "ratings", 0),
        number("share_changed", "Which part of the ratings changes.", "share, 0 to 1", 0, 1),
        text("provenance", "How the alternative came to us."),
        text("source", "Where it is from."),
        VERIFICATION,
    ),
    ("alternative", "about", "measure"),
)
DICTIONARY = Table(
    "dictionary",
    "This list: every column of every exported table.",
    (
        text("table", "Table that the column is in."),
        text("column", "Name of the column."),
        text("kind", "What it holds.", ("text", "whole", "number", "date", "flag")),
        text("unit", "Its unit.", may_be_missing=True),
        text("meaning", "What it says, in a sentence."),
        flag("may_be_missing", "Whether it may be missing (an empty cell in CSV)."),
        text(
            "vocabulary",
            "The values or limits that are allowed, in words or as a pattern.",
            may_be_missing=True,
        ),
    ),
    ("table", "column"),
)


def released_tables(edition: Edition) -> dict[str, Table]:
    """Return the tables that a release is exported as, by name."""
    layers = (AREA_SCORES, RATINGS, INDICATOR_GRADES, BANDS, OVERALL)
    return {one.name: one for one in (assessment(edition), *layers)}


def exported_tables(edition: Edition) -> tuple[Table, ...]:
    """Return all tables that leave as files."""
    others = (LEAGUE, WEIGHTS, CHANGES, MOVES, REFUSED_ROWS, ROBUSTNESS, DICTIONARY)
    return (*released_tables(edition).values(), *others)


def weights_table(name: str) -> Table:
    """Return the table of `ccg weights NAME`."""
    return CHANGES if name == CHANGES.name else WEIGHTS
