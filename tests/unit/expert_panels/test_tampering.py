"""Any edited field, deleted line, swapped pair or cut-off tail of a ledger is noticed and named.

On the rows alone, as somebody would check them who has an export of the ledger and trusts nobody.
"""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from expert_panels.ledger.gate_state import MEANINGS, OF_THE_PIPELINE
from expert_panels.ledger.line import LATER_FIELDS, Line, faults_of
from expert_panels.ledger.signing import LineSigner, signature_faults
from tests.support.notations.gate_lines import TERMS, lines_of, sealed, unsealed
from tests.support.notations.signed_lines import ROOM, public

SCRIPT = (
    "open A; m1 comment 01C; m2 recuse; m1 moderate 02N Red Green; open B; chair approve; m1 approve; "
    "m2 return; open C; chair approve; m1 approve; deputy approve; m3 withdraw; "
    "d1 override; d2 override; close"
)
MINUTED = {
    "via": "minutes", "minuted_on": "2017-04-05", "minutes_sha256": "ab" * 32,
    "recorded_by": "secretary@board.example", "record_sha256": "cd" * 32,
}  # fmt: skip


def said(line: Line) -> Line:
    """The line as this version records it: minuted, with its terms, or signed."""
    if line.decision in OF_THE_PIPELINE:
        return replace(line, terms=TERMS.text) if line.decision == "open" else line
    return SIGNER.named(replace(line, **MINUTED) if line.decision == "approve" else line)


SIGNER = LineSigner(ROOM, "made_up")
LINES = [
    SIGNER.signed(line) if line.signed_by else line
    for line in sealed(said(line) for line in unsealed(SCRIPT))
]
ROWS = [line.content() for line in LINES]
FIELDS = sorted(ROWS[0])
PLACES = st.integers(0, len(ROWS) - 1)


def copy() -> list[dict[str, Any]]:
    return [dict(row) for row in ROWS]


def test_the_ledger_has_a_line_of_every_kind_and_is_whole() -> None:
    assert {row["decision"] for row in ROWS} == set(MEANINGS) - {"terms"}
    assert signature_faults(ROWS, [public()]) == []
    assert all(any(row[name] for row in ROWS) for name in LATER_FIELDS)
    assert faults_of(ROWS, [row["hash"] for row in ROWS]) == []


@given(PLACES, st.sampled_from(sorted(set(FIELDS) - {"seq", "serial"})), st.text(max_size=70))
def test_any_field_that_is_given_other_text_names_its_line(place: int, name: str, text: str) -> None:
    rows = copy()
    if rows[place][name] == text:
        return
    rows[place][name] = text
    if name == "signature":
        assert signature_faults(rows, [public()])[0].startswith(f"Line {place + 1} ")
        return
    assert faults_of(rows) == [
        f"Line {place + 1} has been edited: it does not give the hash that it carries."
    ]


@given(PLACES, st.sampled_from(FIELDS), st.data())
def test_any_one_byte_that_is_changed_names_its_line(place: int, name: str, data: st.DataObject) -> None:
    rows = copy()
    value = rows[place][name]
    if isinstance(value, int):
        if name == "seq":
            return  # a line that is somewhere else: moved or missing, below
        rows[place][name] = value ^ (1 << data.draw(st.integers(0, 7)))
    elif value:
        content = bytearray(value.encode())
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 127))
        rows[place][name] = content.decode(errors="surrogateescape")
    else:
        rows[place][name] = chr(data.draw(st.integers(1, 255)))
    if name == "signature":
        assert signature_faults(rows, [public()])[0].startswith(f"Line {place + 1} is forged or was edited: ")
        return
    (said,) = faults_of(rows)
    assert said.startswith(f"Line {place + 1} has been edited")


@given(PLACES)
def test_a_deleted_line_is_named(place: int) -> None:
    rows = copy()
    del rows[place]
    known = [ROWS[-1]["hash"]] if place == len(ROWS) - 1 else []
    said = faults_of(rows, known)
    if place == len(ROWS) - 1:
        assert "its tail has been cut off or rewritten" in said[0]
        assert f"the ledger ends at line {place}" in said[0]
    else:
        assert said == [f"Line {place + 1} is missing."]


@given(st.integers(0, len(ROWS) - 2))
def test_a_line_that_takes_the_place_of_another_by_its_hash_is_named_as_that(place: int) -> None:
    """As INSERT OR REPLACE does it: the earlier line goes, and a later one carries its hash."""
    rows = copy()
    gone, seq = rows.pop(place), len(ROWS) + 1
    later = {**gone, "seq": seq, "prev": ROWS[-1]["hash"]}
    known = gone["hash"]
    assert faults_of([*rows, later], [known]) == [
        f"Line {place + 1} is missing.",
        f"Line {seq} has been forged: it carries the hash of line {place + 1}, to take its place.",
        f"No line carries the hash {known}, which is known from elsewhere: the ledger ends at line {seq}, "
        "so its tail has been cut off or rewritten.",
    ]


@given(PLACES, PLACES)
def test_two_swapped_lines_are_named(one: int, other: int) -> None:
    if one == other:
        return
    rows = copy()
    rows[one]["seq"], rows[other]["seq"] = rows[other]["seq"], rows[one]["seq"]
    said = faults_of(rows)
    for place in (one, other):
        assert any(sentence.startswith(f"Line {place + 1} has been moved: ") for sentence in said), said


@given(st.integers(0, len(ROWS) - 1), st.data())
def test_a_cut_off_tail_is_named_by_any_hash_that_went_with_it(left: int, data: st.DataObject) -> None:
    known = ROWS[data.draw(st.integers(left, len(ROWS) - 1))]["hash"]
    assert faults_of(ROWS[:left]) == []  # the chain alone cannot tell
    (said,) = faults_of(ROWS[:left], [known])
    assert said.startswith(f"No line carries the hash {known}")
    assert f"the ledger ends at line {left}" in said


def test_lines_of_the_script_are_those_that_the_gate_tests_read() -> None:
    assert [line.decision for line in lines_of(SCRIPT)] == [line.decision for line in LINES]
