"""The same figures in another form are the same subject, and any other figure makes another one."""

from typing import Any

import pytest
from sqlalchemy import Engine

from ccg_pipeline.release.archive import candidate_fingerprints, part_pieces
from ccg_pipeline.release.forms import as_recorded, is_same_subject
from ccg_pipeline.storage.fingerprint import canonical_json, sha256_of
from ccg_pipeline.storage.pieces import write

SIGNED: dict[str, Any] = {"columns": ["ccg", "grade"], "rows": [["00C", 1], ["00D", 2]]}


def part(edition: str = "e", **tables: dict[str, Any]) -> str:
    return canonical_json({"edition": edition, "part": "cancer", "tables": tables})


@pytest.mark.parametrize(
    ("now", "is_same"),
    [
        (part(rating=SIGNED), True),
        (part(rating={"columns": ["ccg", "grade", "note"], "rows": [["00C", 1, ""], ["00D", 2, ""]]}), True),
        (part(rating={"columns": ["a", "ccg", "grade"], "rows": [[1, "00D", 2], [2, "00C", 1]]}), True),
        (part(rating=SIGNED, more={"columns": ["x"], "rows": []}), True),
        (part(rating={"columns": ["ccg", "grade"], "rows": [["00C", 1], ["00D", 3]]}), False),
        (part(rating={"columns": ["ccg", "grade"], "rows": [["00C", 1]]}), False),
        (part(rating={"columns": ["ccg", "grade"], "rows": [*SIGNED["rows"], ["00E", 1]]}), False),
        (part(rating={"columns": ["ccg"], "rows": [["00C"], ["00D"]]}), False),
        (part(other=SIGNED), False),
        (part("f", rating=SIGNED), False),
    ],
)
def test_what_another_form_says(now: str, is_same: bool) -> None:
    assert is_same_subject(part(rating=SIGNED), now) is is_same


@pytest.mark.parametrize(
    ("table", "column", "is_same"),
    [
        ("candidate_rating", "p_grade_1", True),
        ("area_score", "upper_95", True),
        ("overall_rating", "rank_upper_95", True),
        ("overall_rating", "rank", False),
        ("candidate_rating", "grade", False),
        ("indicator_band", "upper_95", False),
    ],
)
def test_how_sure_a_figure_is_makes_no_other_subject(table: str, column: str, is_same: bool) -> None:
    before, now = ({"columns": ["ccg", column], "rows": [["00C", value]]} for value in (0.25, 0.26))
    assert is_same_subject(part(**{table: before}), part(**{table: now})) is is_same


def test_what_was_recorded_stays_while_its_figures_do(engine: Engine) -> None:
    wider = {"columns": ["ccg", "grade", "note"], "rows": [["00C", 1, ""], ["00D", 2, ""]]}
    other = {"columns": ["ccg", "grade", "note"], "rows": [["00C", 1, ""], ["00D", 1, ""]]}
    signed = part(rating=SIGNED)
    for key, name in (("2017-03", "cancer"), ("2017-03", "open")):
        write(engine, part_pieces("interim", name, {key: signed}, "", is_made_up=False))
    assert as_recorded(engine, "interim", "cancer", {"2017-03": part(rating=wider)}) == {"2017-03": signed}
    for lane, name, key, table in [
        ("interim", "cancer", "2017-03", other),
        ("interim", "cancer", "2017-02", wider),
        ("annual", "cancer", "2017-03", wider),
        ("interim", "open", "2017-03", wider),
    ]:
        assert as_recorded(engine, lane, name, {key: part(rating=table)}) == {key: part(rating=table)}
    assert set(candidate_fingerprints(engine)["sha256"]) == {sha256_of(signed)}
