"""Files that are no YAML or CSV, or only nearly, are refused with one sentence that names the line."""

from pathlib import Path

import pytest

from ccg_pipeline.framework.files import Document, Table
from ccg_pipeline.framework.model import Domain
from ccg_pipeline.framework.provenance import Frozen, Sourced
from expert_panels.foundation.fault import Fault

NO_YAML = [
    (b"", "x.yaml, line 1: the file is empty."),
    (b"# only a comment\n", "x.yaml, line 1: the file is empty."),
    (b"a: 1\nb: [1, 2\n", "x.yaml, line 3: no valid YAML, "),
    (b"a: 1\n b: 2\n", "x.yaml, line 2: no valid YAML, "),
    (b"a: 1\nb: 2\na: 3\n", 'x.yaml, line 3: no valid YAML, found duplicate key "a".'),
    (b"a: 1\nb:\n  - {c: 1, c: 2}\n", 'x.yaml, line 3: no valid YAML, found duplicate key "c".'),
    (b"a: 1\n{b: c}: 2\n", "x.yaml, line 2: no valid YAML, found unhashable key."),
    (b"a: 1\n---\nb: 2\n", "x.yaml, line 2: no valid YAML, "),
    (b"a: !!python/object:os.system {}\n", "x.yaml, line 1: no valid YAML, "),
    (b"a: b\nc: \x00\n", "x.yaml, line 2: there is a NUL character; delete it."),
    (b"a: \x07\n", "x.yaml: no valid YAML, "),
    (b"a: \xff\n", "x.yaml: no UTF-8 at byte 3; save it as UTF-8."),
]

NO_CSV = [
    (b"", "x.csv, line 1: column 'code' is missing."),
    (b"code\nhealth\n", "x.csv, line 1: column 'name' is missing."),
    (b"code,name,name\nhealth,Health,Health\n", "x.csv, line 1: column 'name' is there twice."),
    (b"code,name\nhealth\n", "x.csv, line 2 (health): 1 cells for 2 columns."),
    (b"code,name\nhealth,Health\n\ncare,\n", "x.csv, line 4 (care): name is missing."),
    (b'code,name\nhealth,"Hea"lth\n', "x.csv, line 2: no valid CSV, "),
    (b'code,name\nhealth,"Hea\nlth"\ncare,\n', "x.csv, line 4 (care): name is missing."),
    (b"code,name\nhealth,\xff\n", "x.csv: no UTF-8 at byte 17; save it as UTF-8."),
]


@pytest.mark.parametrize(("content", "begins"), NO_YAML)
def test_no_yaml_is_refused(tmp_path: Path, content: bytes, begins: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(Fault) as caught:
        Document(path)
    assert str(caught.value).startswith(begins)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("content", "begins"), NO_CSV)
def test_no_csv_is_refused(tmp_path: Path, content: bytes, begins: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(Fault) as caught:
        Table(path).models(Domain)
    assert str(caught.value).startswith(begins)
    assert "\n" not in str(caught.value)


def test_an_empty_cell_says_nothing_and_leaves_the_default(tmp_path: Path) -> None:
    class Row(Frozen):
        code: str
        points: float | None = None

    path = tmp_path / "x.csv"
    path.write_text("code,points\na,\nb,0\n", encoding="utf-8")
    assert [row.points for row in Table(path).models(Row)] == [None, 0.0]


def test_a_table_may_not_hold_what_is_given_for_all_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("code,name\na,A\n", encoding="utf-8")
    with pytest.raises(Fault, match=r"^x.csv, line 1: unknown column 'name'\.$"):
        Table(path).models(Domain, {"name": "all"})


def test_a_list_is_not_taken_for_a_mapping_nor_the_other_way_round(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("- 1\n- 2\n", encoding="utf-8")
    with pytest.raises(Fault, match=r"^x.yaml, line 1: this is a list: a mapping is needed"):
        Document(path).model(Sourced)
    path.write_text("value: 1\n", encoding="utf-8")
    with pytest.raises(Fault, match=r"^x.yaml, line 1: a list is needed here\.$"):
        Document(path).models(Sourced)


def test_a_fault_behind_an_alias_is_named_at_its_anchor(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(
        "- &one\n  value: 1\n  provenance: found\n  source: a book\n- value: many\n  provenance: found\n"
        "  source: a book\n",
        encoding="utf-8",
    )
    with pytest.raises(Fault, match=r"^x.yaml, line 5: value is 'many': a number is needed"):
        Document(path).models(Sourced)
