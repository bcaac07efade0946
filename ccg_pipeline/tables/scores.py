"""What an edition's nodes came to in a round, and the places of its leagues: of editions of any framework.

Belongs here: columns and keys of the tables `score` and `place`.
Does not belong here: how a score comes about (the method's engine), tables of the two lanes of before.
"""

from ccg_pipeline.tables.column import Rule, Table, number, text, whole
from ccg_pipeline.tables.lanes import IS_MADE_UP

ROUND = ("edition", "round", "partition_key")
ROUND_COLUMNS = (
    text("edition", "Key of the edition.", like=r"[a-z][a-z0-9_]*"),
    text("round", "Key of the round within its edition."),
    text(
        "partition_key",
        "The month (2017-03), quarter (2025-Q3) or year (2016-17, 2022) of the round.",
        like=r"\d{4}(-\d{2}|-Q[1-4])?",
    ),
)
ORGANISATION = text("organisation_code", "Code of the organisation.")
LABEL = text("label", "The grade in words.", may_be_missing=True)
MEASURE = text("measure", "The measure, as publication/code.")

HOW_SURE = text(
    "how_sure",
    "How often the same care, measured again, would earn each grade, or between which scores the true one "
    "lies, in a sentence.",
    may_be_missing=True,
)
GAPS = (
    number(
        "with_gaps_worst",
        "The score were all that is missing under it at its worst; empty where nothing is.",
        "as the score",
    ),
    number("with_gaps_best", "The score were all that is missing under it at its best.", "as the score"),
)
SCORE = Table(
    "score",
    "What each node of an edition came to for each organisation in a round.",
    (
        *ROUND_COLUMNS,
        text("node", "Key of the node."),
        text("level", "The framework's own word for such a node: indicator, domain, …"),
        ORGANISATION,
        number("score", "The score that the node's rules give.", "as the node has it"),
        whole("grade", "The grade, 1 best.", may_be_missing=True, at_least=1),
        LABEL,
        number("lower_95", "Below it lie the scores of 2.5 of 100 draws of true values.", "as the score"),
        number("upper_95", "Above it lie the scores of 2.5 of 100 draws of true values.", "as the score"),
        *GAPS,
        whole("n_used", "Members that are there.", may_be_missing=True, at_least=0),
        whole("n_expected", "Members that the node combines.", may_be_missing=True, at_least=0),
        text("changed_by", "Why an adjustment changed the score or grade.", may_be_missing=True),
        text("why", "Why there is no score.", may_be_missing=True),
        IS_MADE_UP,
    ),
    (*ROUND, "node", "organisation_code"),
    rules=lambda _: [
        Rule(
            "must have a score or say why there is none",
            lambda rows: rows["score"].notna() | rows["grade"].notna() | (rows["why"] != ""),
        ),
        Rule(
            "must have a label with a grade, and only with one",
            lambda rows: rows["grade"].notna() == (rows["label"] != ""),
        ),
    ],
)
PLACE = Table(
    "place",
    "The places of an edition's leagues in a round.",
    (
        *ROUND_COLUMNS,
        text("league", "Name of the league."),
        text("pool", "Among whom the place is counted; empty where among all.", may_be_missing=True),
        ORGANISATION,
        whole("place", "The place, ties in the first of theirs.", may_be_missing=True, at_least=1),
        whole("set_first", "First place of its simultaneous 95 % set.", may_be_missing=True, at_least=1),
        whole("set_last", "Last place of its simultaneous 95 % set.", may_be_missing=True, at_least=1),
        number("p_first_ten", "Chance of one of the first ten places.", "share", 0, 1),
        LABEL,
        number("score", "The score by which places are given.", "as the node has it"),
        IS_MADE_UP,
    ),
    (*ROUND, "league", "organisation_code"),
)
GRADE_CHANCE = Table(
    "grade_chance",
    "How often each grade of a node comes out in draws of the figures behind it.",
    (
        *ROUND_COLUMNS,
        text("node", "Key of the node."),
        ORGANISATION,
        text(
            "kind",
            "underlying: what the true values would earn; again: what the same, measured once more.",
            ("underlying", "again"),
        ),
        whole("grade", "The grade, 1 best.", at_least=1),
        text("label", "The grade in words."),
        whole(
            "n_held",
            "Measures that the node rests on and whose error is not known: draws leave them as they are.",
            at_least=0,
        ),
        number("chance", "Share of the draws.", "share", 0, 1, may_be_missing=False),
        IS_MADE_UP,
    ),
    (*ROUND, "node", "organisation_code", "kind", "grade"),
)
MEASURE_CHANGE = Table(
    "measure_change",
    "How figures changed from the round before, and whether by more than chance would.",
    (
        *ROUND_COLUMNS,
        text("node", "Key of the node that reads the measure."),
        MEASURE,
        ORGANISATION,
        text("since", "The round before: the latest one of which there are figures."),
        number("value", "The figure.", "as published", may_be_missing=False),
        number("previous", "That of the round before.", "as published", may_be_missing=False),
        number("difference", "What the figure is above it.", "as published", may_be_missing=False),
        number("standard_error", "Standard error of the difference.", "as published"),
        number("p_value", "Chance of so large a difference where nothing changed.", "share", 0, 1),
        number(
            "p_adjusted",
            "The same, all figures of the round tested at once (Benjamini and Hochberg 1995).",
            "share",
            0,
            1,
        ),
        number(
            "direction",
            "1 better, -1 worse, 0 no more than chance; empty where it is more and neither way is better.",
            "none",
            -1,
            1,
        ),
        IS_MADE_UP,
    ),
    (*ROUND, "measure", "organisation_code"),
)
