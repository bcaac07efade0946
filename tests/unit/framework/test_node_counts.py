"""Published counts by grade of a node: read with their lines, and compared with what an edition gives."""

from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.framework.families import edition_named, shipped_editions
from ccg_pipeline.framework.node_counts import (
    FILE,
    NAMED_FILE,
    fit_by_label,
    fit_of_named,
    named_counts,
    node_counts,
)
from expert_panels.foundation.fault import Fault

ASSURANCE = edition_named("assurance_2015_16")
HEAD = "node,label,count,provenance,source\n"


def test_the_published_headlines_are_those_of_209_ccgs() -> None:
    counts = node_counts(shipped_editions()["assurance_2015_16"], ASSURANCE)
    published = [one.count for one in counts if one.node == "headline"]
    assert published == [10, 82, 91, 26]
    assert sum(published) == 209


def test_counts_stand_beside_the_published_ones_and_none_is_invented(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(f"{HEAD}headline,Good,82,found,hsj\n", encoding="utf-8")
    labels = ["Good", "Good", "Inadequate", ""]
    scores = pd.DataFrame({"node": "headline", "organisation_code": list("abcd"), "label": labels})
    found = fit_by_label(scores, ASSURANCE, node_counts(tmp_path, ASSURANCE))
    assert list(zip(found["grade"], found["here"], strict=True)) == [
        ("Outstanding", 0), ("Good", 2), ("Requires improvement", 0), ("Inadequate", 1), ("none", 1),
    ]  # fmt: skip
    assert found["published"].dropna().tolist() == [82]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("headlin,Good,82,found,hsj", f"{FILE}, line 2: headlin is no node of assurance_2015_16."),
        ("headline,Fine,82,found,hsj", f"{FILE}, line 2: 'Fine' is no grade of headline"),
        ("headline,Good,-1,found,hsj", f"{FILE}, line 2 \\(headline\\): count"),
    ],
)
def test_a_wrong_count_is_refused_with_its_line(tmp_path: Path, row: str, sentence: str) -> None:
    (tmp_path / FILE).write_text(HEAD + row + "\n", encoding="utf-8")
    with pytest.raises(Fault, match=sentence):
        node_counts(tmp_path, ASSURANCE)


@pytest.mark.parametrize(("labels", "here"), [("OOGRI", 2), ("OOOGG", 3), ("OOOO-", 4), ("", None)])
def test_salfords_outstanding_components_stand_next_to_those_here(labels: str, here: int | None) -> None:
    known = named_counts(shipped_editions()["assurance_2015_16"], ASSURANCE)
    names = {one[0]: one for one in ASSURANCE.labels("headline")} | {"-": ""}
    rows = [("01G", "component", names[one]) for one in labels] + [("02N", "component", "Outstanding")]
    scores = pd.DataFrame(rows, columns=["organisation_code", "level", "label"])
    found = fit_of_named(scores, known).set_index("level")
    assert found.loc["component", "published"] == 3
    assert (None if pd.isna(found.loc["component", "here"]) else found.loc["component", "here"]) == here
    assert pd.isna(found.loc["overall", "here"])  # not there


def test_a_wrong_level_or_grade_of_one_by_name_is_refused_with_its_line(tmp_path: Path) -> None:
    for level, label in (("metric", "Good"), ("component", "Fine")):
        text = f"organisation_code,level,label,count,provenance,source\n01G,{level},{label},3,found,x\n"
        (tmp_path / NAMED_FILE).write_text(text, encoding="utf-8")
        with pytest.raises(Fault, match=f"{NAMED_FILE}, line 2: no node of the level '{level}' has"):
            named_counts(tmp_path, ASSURANCE)
    assert named_counts(tmp_path / "none", ASSURANCE) == ()


def test_an_edition_without_the_file_has_none(tmp_path: Path) -> None:
    assert node_counts(tmp_path, ASSURANCE) == ()
