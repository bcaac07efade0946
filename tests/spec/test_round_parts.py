"""Into which parts a round is cut along its gates: nodes in, their part and whom it waits for out."""

from pathlib import Path

import pytest

from ccg_pipeline.framework.consistency import disagreements
from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.families import read_edition
from ccg_pipeline.framework.round_parts import part_shown, parts_of

NODES = {  # node -> the nodes that it uses
    "a": [],
    "b": [],
    "c": [],
    "A": ["a"],
    "B": ["a", "b"],
    "top": ["A", "B"],
    "side": ["A"],
    "free": ["c"],
}


def edition(
    tmp_path: Path, gates: list[str], nodes: dict[str, list[str]] = NODES
) -> tuple[Edition | None, list[str]]:
    ours = "provenance: assumed, source: a test"
    lines = ["key: small", "title: Small", 'year: "2024"', "organisation: place", "nodes:"]
    for key, uses in nodes.items():
        of = ", ".join(f"{{node: {one}}}" for one in uses)
        step = (
            f"{{do: mean, of: [{of}], {ours}}}"
            if uses
            else f"{{do: read, measure: m/{key}, better: higher, {ours}}}"
        )
        lines.append(f"  - {{key: {key}, level: node, steps: [{step}]}}")
    lines.append(f"rounds: [{{key: annual, every: year, {ours}, gates: [{', '.join(gates)}]}}]")
    (tmp_path / "edition.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_edition(tmp_path)


def gate(body: str, verifies: str, **more: str) -> str:
    said = "".join(f", {name}: [{value}]" for name, value in more.items())
    return f"{{key: {body}, body: {body}, verifies: [{verifies}]{said}, provenance: assumed, source: a test}}"


@pytest.mark.parametrize(
    ("gates", "expected"),
    [
        # nothing is withheld without a gate
        ([], {"a b c A B top side free": ("open", "")}),
        # `top` and `side` rest on A; what leads to A leads to B too, which is open
        (
            [gate("x", "A")],
            {"a b c B free": ("open", ""), "A side top": ("x", "x")},
        ),
        (
            [gate("x", "A"), gate("y", "B")],
            {"c free": ("open", ""), "A side": ("x", "x"), "b B": ("y", "y"), "a top": ("x+y", "x y")},
        ),
        # a later gate waits for those that it names, and for those on whose nodes its own rest
        (
            [gate("x", "A"), gate("y", "B"), gate("z", "top")],
            {"A side": ("x", "x"), "b B": ("y", "y"), "top": ("z", "x y z"), "a": ("x+y", "x y")},
        ),
        ([gate("x", "free"), gate("y", "A", after="x")], {"c free": ("x", "x"), "A side top": ("y", "x y")}),
        # what two verify, one after the other, goes out with the last
        ([gate("x", "free"), gate("y", "free", after="x")], {"c free": ("y", "x y")}),
    ],
)
def test_the_parts_of_a_round(tmp_path: Path, gates: list[str], expected: dict[str, tuple[str, str]]) -> None:
    found, faults = edition(tmp_path, gates)
    assert (faults, found is not None) == ([], True)
    assert found is not None
    shown = part_shown(parts_of(found, found.rounds[0]))
    assert set(shown) == set(NODES)
    for nodes, (name, waits_for) in expected.items():
        for node in nodes.split():
            assert (shown[node].name, " ".join(shown[node].waits_for)) == (name, waits_for), node


def test_the_first_of_two_that_verify_the_same_sees_all_of_it(tmp_path: Path) -> None:
    found, _ = edition(tmp_path, [gate("x", "free"), gate("y", "free", after="x")])
    assert found is not None
    nodes = {part.name: " ".join(part.nodes) for part in parts_of(found, found.rounds[0])}
    assert (nodes["x"], nodes["y"]) == ("c free", "c free")


@pytest.mark.parametrize(
    ("gates", "said"),
    [
        ([gate("x", "A"), gate("x", "B").replace("key: x", "key: y")], "x has two gates in annual"),
        ([gate("x", "top"), gate("y", "A")], "verifies top, which rests on what a gate below it verifies"),
        ([gate("x", "A", may_moderate="a")], "may moderate a, which reads no label of one measure"),
        ([gate("x", "nothing")], "names nothing, which is no node"),
    ],
)
def test_gates_that_cannot_be_are_refused(tmp_path: Path, gates: list[str], said: str) -> None:
    found, faults = edition(tmp_path, gates)
    assert found is None or list(disagreements(found))
    assert any(said in one for one in faults), faults
