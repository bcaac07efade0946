"""The parts of a round: what is released with which gate, and whose decision each part waits for.

Belongs here: cutting an edition's nodes along its gates.
Does not belong here: what a part holds (release/round_parts.py), the rules of a decision (expert_panels).

A node is its gate's that verifies it, and so is what leads to verified nodes alone: who sees all that a
rating is made of can work the rating out. A node that rests on what a gate verifies waits for that gate too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ccg_pipeline.framework.edition import Edition, Gate, Round

OPEN = "open"
"""Name of the part that no gate withholds; a gate's part bears the name of its body."""


@dataclass(frozen=True)
class RoundPart:
    """Nodes that go out together, once each body in `waits_for` has decided; the first may be its own.

    `gate` is None for what is open, and for what no body verifies but rests on what some do.
    """

    name: str
    nodes: tuple[str, ...]
    waits_for: tuple[str, ...]
    gate: Gate | None = None


def parts_of(edition: Edition, one: Round) -> tuple[RoundPart, ...]:
    """Return the parts of a round: the open one, each gate's in order, then those that rest on gates alone.

    What several gates verify is in the part of each, and goes out with the last of them.
    """
    awaited = _awaited(edition, one)
    owner = {key: gate.panel for gate in one.gates for key in gate.verifies}
    users: dict[str, set[str]] = {node.key: set() for node in edition.nodes}
    for node in edition.nodes:
        for used in node.nodes_used():
            users[used].add(node.key)
    name_of: dict[str, str] = {}
    leads_to: dict[str, set[str]] = {}  # the bodies that verify all to which a node leads, where they do
    for node in reversed(edition.nodes):  # whoever uses a node comes after it
        above = [leads_to.get(key, set()) for key in users[node.key]]
        if node.key in owner:
            name_of[node.key], leads_to[node.key] = owner[node.key], {owner[node.key]}
        elif awaited[node.key]:
            name_of[node.key] = "+".join(awaited[node.key])
        elif above and all(above):
            leads_to[node.key] = set().union(*above)
            name_of[node.key] = "+".join(_in_order(one, leads_to[node.key]))
        else:
            name_of[node.key] = OPEN
    parts = [RoundPart(OPEN, _named(name_of, OPEN, edition), ())]
    for gate in one.gates:
        goes_with = {gate.panel, *(name_of[key] for key in gate.verifies)}
        under = _under(edition, gate.verifies)
        own = {key for key in under if name_of[key] in goes_with}
        own |= {key for key, name in name_of.items() if name == gate.panel}
        nodes = tuple(node.key for node in edition.nodes if node.key in own)
        parts.append(RoundPart(gate.panel, nodes, _waits_for(one, gate, awaited, nodes), gate))
    others = sorted(set(name_of.values()) - {part.name for part in parts})
    return (
        *parts,
        *(RoundPart(name, _named(name_of, name, edition), tuple(name.split("+"))) for name in others),
    )


def part_shown(parts: tuple[RoundPart, ...]) -> Mapping[str, RoundPart]:
    """Return for each node the part from which it is shown: of several gates that verify it, the last."""
    return {key: part for part in parts for key in part.nodes}


def _under(edition: Edition, keys: tuple[str, ...]) -> set[str]:
    """These nodes, and all that they rest on."""
    found = set(keys)
    for node in reversed(edition.nodes):
        if node.key in found:
            found.update(node.nodes_used())
    return found


def _named(name_of: Mapping[str, str], name: str, edition: Edition) -> tuple[str, ...]:
    return tuple(node.key for node in edition.nodes if name_of[node.key] == name)


def _awaited(edition: Edition, one: Round) -> dict[str, tuple[str, ...]]:
    """For each node, the bodies that verify it or anything that it rests on, in the order of the gates."""
    found: dict[str, set[str]] = {}
    for node in edition.nodes:
        own = {gate.panel for gate in one.gates if node.key in gate.verifies}
        found[node.key] = own.union(*(found[key] for key in node.nodes_used()))
    return {key: tuple(_in_order(one, bodies)) for key, bodies in found.items()}


def _waits_for(
    one: Round, gate: Gate, awaited: Mapping[str, tuple[str, ...]], nodes: tuple[str, ...]
) -> tuple[str, ...]:
    """The bodies before a gate, whether it names them or what it verifies rests on theirs; then its own."""
    place = {each.panel: number for number, each in enumerate(one.gates)}
    body_of = {each.key: each.panel for each in one.gates}
    named = {body_of[key] for key in gate.after}
    rests = {body for key in nodes for body in awaited[key] if place[body] < place[gate.panel]}
    return (*_in_order(one, named | rests), gate.panel)


def _in_order(one: Round, bodies: set[str]) -> list[str]:
    return [gate.panel for gate in one.gates if gate.panel in bodies]
