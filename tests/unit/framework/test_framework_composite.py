"""Each fault planted in a small edition of hierarchy and rules is refused: file, line, offender."""

import shutil
from pathlib import Path

import pytest

from ccg_pipeline.framework.composite_edition import NodeRow, Rules
from ccg_pipeline.framework.load_composite import load_composite_from
from expert_panels.foundation.fault import Fault

ORCHARDS = Path(__file__).parents[2] / "spec" / "orchards"

PEERS = "  by: cuts\n  peers: {{by: {by}, provenance: found, source: x}}\n"

# what stands there | what is planted | how the sentence goes on after the file and the line of the fault
FAULTS = {
    "hierarchy.csv": [
        ("land,award", "land,awards", ": land names the parent awards, which is not in the hierarchy."),
        ("land,award", "land,", ": A hierarchy has one node without a parent, not 2"),
        ("\nworms,", "\nsugar,", ": sugar stands twice in the hierarchy."),
        ("fruit,award", "fruit,taste", ": bruises does not lead up to award: its parents go round"),
        ("taste,fruit,1,,", "taste,fruit,1,higher_is_better,", "(taste): an aggregate has members and no"),
        ("salt,soil,1,lower_is_better", "salt,soil,1,", "(salt): an aggregate has members and no direction"),
        ("lower_is_better,99,0", "lower_is_better,,0", "(bruises): the scale goalposts needs best and worst"),
        ("fruit,award,3,,,", "fruit,award,3,,1,", "(fruit): the scale goalposts needs nothing here"),
        ("worms,soil,1", "worms,soil,0", "(worms): weight is '0': input should be greater than 0"),
        ("higher_is_better", "up", "(sugar): direction is 'up': input should be"),
        (",weight,", ",share,", ": unknown column 'share'."),
        (",assumed,", ",,", "(award): provenance is missing."),
    ],
    "edition.yaml": [
        ("  missing: left_out", "  missing: nought", ": measures.missing is 'nought': input should be"),
        ("    low:", "    lowest:", ": unknown key measures.scale.lowest."),
        ("    scale: goalposts", "    scale: z", ": measures.scale: the scale z needs ddof, and has"),
        ("key: side, mean: geometric", "key: side, mean: middling", ": levels.1.mean is 'middling': input"),
        ("key: side", "key: award", ": a level stands twice."),
        ("value: 0.5", "value: 1.5", ": levels.2: at_least 1.5 is outside 0 to 1."),
        ("  level: theme", "  level: thema", ": unknown level 'thema'."),
        ("[taste, soil]", "[taste, land]", ": 'land' is no aggregate of level 'theme'."),
        ("value: 40", "value: 80", ": grades: cuts must fall, and are 80, 80, 10."),
        ("silver, bronze, leaf]", "silver, bronze]", ": grades: 3 labels need 2 cuts between them."),
        ("silver, bronze", "silver, silver", ": grades: a label stands twice."),
        ("  by: cuts", "  by: exact_clusters", ": grades: cuts go with by: cuts"),
        ("  by: cuts\n", PEERS.format(by="qualifying"), ": grades: fixed cuts are the same for all peers"),
        ("  by: cuts\n", PEERS.format(by="column"), ": grades.peers: by is column, but column is None."),
        ("  - {key: award, ", "  - {key: award, moon: full, ", ": unknown key levels.0.moon."),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [pytest.param(file, *fault, id=fault[2][:40]) for file, faults in FAULTS.items() for fault in faults],
)
def test_a_planted_fault_is_named(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    folder = tmp_path / "orchards"
    shutil.copytree(ORCHARDS, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Fault) as refused:
        load_composite_from(folder)
    sentence = str(refused.value)
    assert sentence.startswith(f"{file}, line ")
    assert said in sentence
    assert "\n" not in sentence


def test_a_level_too_few_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "orchards"
    shutil.copytree(ORCHARDS, folder)
    path = folder / "edition.yaml"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if "key: side" not in line]
    path.write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(Fault, match=r"2 levels, but the hierarchy below award has 3 of aggregates\."):
        load_composite_from(folder)


def test_peers_by_qualifying_aggregates_need_to_know_what_qualifies(tmp_path: Path) -> None:
    folder = tmp_path / "orchards"
    shutil.copytree(ORCHARDS, folder)
    path = folder / "edition.yaml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("eligibility:"), text.index("grades:")
    text = text[:start] + text[end : text.index("  by: cuts")]
    made_up = "provenance: assumed, source: Made up"
    text += (
        f"  by: exact_clusters\n  peers: {{by: qualifying, {made_up}}}\n  provenance: assumed\n  source: x\n"
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Fault, match="without eligibility no aggregate qualifies"):
        load_composite_from(folder)


def test_the_documentation_names_the_columns_and_the_keys_that_there_are() -> None:
    said = (Path(__file__).parents[3] / "docs" / "editions.md").read_text(encoding="utf-8")
    assert f"`{', '.join(NodeRow.model_fields)}`" in said
    assert all(
        f"`{key}`" in said for key in ("key", "title", "year", "measures", "levels", "eligibility", "grades")
    )
    assert {"key", "title", "year", "measures", "levels", "eligibility", "grades"} == set(Rules.model_fields)
