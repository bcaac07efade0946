"""YAML 1.2 as people write it: what each word is, where each part is, and what is refused."""

from datetime import date

import pytest

from expert_panels.foundation.fault import Fault
from expert_panels.foundation.strict_yaml import parse

WORDS = [  # as written, as read
    ("Yes", "Yes"),
    ("on", "on"),
    ("true", True),
    ("010", 10),
    ("122a", "122a"),
    ("122", 122),
    ('"122"', "122"),
    ("1:30", "1:30"),
    ("1e3", 1000.0),
    (".5", 0.5),
    ("-1.96", -1.96),
    ("~", None),
    ("2017-03-31", date(2017, 3, 31)),
    ("a line\n  and its end", "a line and its end"),
]

REFUSED = [  # text, where, why
    ("a: 1\nb: {c: 1, c: 2}\n", "x.yaml, line 2", 'found duplicate key "c"'),
    ("a: &one 1\nb: *two\n", "x.yaml, line 2", "found undefined alias 'two'"),
    ("a: 1\n---\nb: 2\n", "x.yaml, line 2", "but found another document"),
    ("a: !!python/object:os.system {}\n", "x.yaml, line 1", "could not determine a constructor"),
    ("a: \x00\n", "x.yaml", "special characters are not allowed"),
    ("[" * 500, "x.yaml", "it is nested too deeply"),
]


@pytest.mark.parametrize(("written", "read"), WORDS)
def test_a_word_is_what_yaml_1_2_says(written: str, read: object) -> None:
    found = parse(f"key: {written}\n", "x.yaml").data["key"]
    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize("text", ["", "# a comment\n"])
def test_an_empty_text_says_nothing(text: str) -> None:
    parsed = parse(text, "x.yaml")
    assert parsed.data is None
    assert parsed.line_of(("a", 1)) == 1


@pytest.mark.parametrize(
    ("location", "line"), [((), 2), (("a",), 2), (("b", 1), 5), (("b", 1, "d"), 6), (("b", 1, "e"), 5)]
)
def test_each_part_knows_its_line(location: tuple[int | str, ...], line: int) -> None:
    assert parse("\na: 1\nb:\n  - c: 1\n  - c: 2\n    d: 3\n", "x.yaml").line_of(location) == line


@pytest.mark.parametrize(("text", "where", "why"), REFUSED)
def test_what_would_lose_or_do_something_in_silence_is_refused(text: str, where: str, why: str) -> None:
    with pytest.raises(Fault) as fault:
        parse(text, "x.yaml")
    assert str(fault.value).startswith(f"{where}: no valid YAML, {why}")
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: &one [*one]\n", 1), ("a: 1\nb: &one {c: {d: *one}}\n", 2), ("&top {a: *top}\n", 1)],
)
def test_a_part_that_refers_to_itself_is_refused_at_its_line(text: str, line: int) -> None:
    with pytest.raises(Fault) as fault:
        parse(text, "x.yaml")
    assert str(fault.value) == f"x.yaml, line {line}: a part refers to itself."


def test_a_part_that_two_others_refer_to_is_read() -> None:
    assert parse("a: &one [1]\nb: *one\nc: {d: *one}\n", "x.yaml").data == {
        "a": [1],
        "b": [1],
        "c": {"d": [1]},
    }
