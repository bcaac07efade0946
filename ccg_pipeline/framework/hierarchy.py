"""The hierarchy of a framework as data: which indicator counts in what, how much, and which way is better.

Belongs here: nodes (parent, weight, direction), the tree they make and what it must satisfy.
Does not belong here: how members become a score (the method's `composite`), turning by direction, reading
files.
"""

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property


class HierarchyFault(ValueError):
    """A hierarchy that is none: one sentence, and the ``code`` at fault ('' where it is no single one)."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Node:
    """An indicator, or an aggregate of what names it as `parent`; the top has no parent ('').

    ``weight``: within its parent, in proportion to the others there. ``direction``: 1 higher is better,
    −1 lower; an aggregate is turned already and has 1.
    """

    code: str
    parent: str
    weight: float = 1.0
    direction: int = 1


@dataclass(frozen=True)
class Hierarchy:
    """Nodes in any order; checked once: HierarchyFault names the code at fault and why."""

    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        """Check that the nodes make one tree with weights and directions that can be used."""
        twice = [code for code, n in Counter(node.code for node in self.nodes).items() if n > 1]
        if twice:
            raise HierarchyFault(twice[0], f"{twice[0]} stands twice in the hierarchy.")
        tops = [node.code for node in self.nodes if not node.parent]
        if len(tops) != 1:
            raise HierarchyFault(
                tops[1] if tops else "",
                f"A hierarchy has one node without a parent, not {len(tops)}: {tops}.",
            )
        codes = {node.code for node in self.nodes}
        for node in self.nodes:
            if node.parent and node.parent not in codes:
                raise HierarchyFault(
                    node.code, f"{node.code} names the parent {node.parent}, which is not in the hierarchy."
                )
            if not (math.isfinite(node.weight) and node.weight > 0):
                raise HierarchyFault(
                    node.code, f"The weight of {node.code} must be above 0, not {node.weight}."
                )
            if node.direction not in (1, -1):
                raise HierarchyFault(
                    node.code, f"The direction of {node.code} is 1 or -1, not {node.direction}."
                )
            if node.direction == -1 and node.code in self.members:
                raise HierarchyFault(
                    node.code, f"{node.code} is an aggregate and turned already: its direction must be 1."
                )
        if self.top not in self.members:
            raise HierarchyFault(
                self.top, f"{self.top} has no members: a hierarchy has indicators below its top."
            )
        reached = {self.top, *(member.code for code in self.aggregates for member in self.members[code])}
        if lost := sorted(codes - reached):
            raise HierarchyFault(
                lost[0], f"{lost[0]} does not lead up to {self.top}: its parents go round in a circle."
            )

    @cached_property
    def members(self) -> dict[str, tuple[Node, ...]]:
        """Members of each aggregate, in the order given."""
        found: dict[str, tuple[Node, ...]] = {}
        for node in self.nodes:
            if node.parent:
                found[node.parent] = (*found.get(node.parent, ()), node)
        return found

    @cached_property
    def top(self) -> str:
        """Code of the node without a parent."""
        return next(node.code for node in self.nodes if not node.parent)

    @cached_property
    def aggregates(self) -> tuple[str, ...]:
        """Codes of the aggregates, each after those it rests on; the top is the last."""
        downwards = [self.top]
        for code in downwards:  # grows while it is walked
            downwards += [member.code for member in self.members.get(code, ()) if member.code in self.members]
        return tuple(reversed(downwards))

    @cached_property
    def indicators(self) -> tuple[Node, ...]:
        """Nodes without members, in the order given: the columns of every table of values."""
        return tuple(node for node in self.nodes if node.code not in self.members)

    @cached_property
    def directions(self) -> tuple[int, ...]:
        """Direction of each indicator, in their order."""
        return tuple(node.direction for node in self.indicators)

    def without(self, *codes: str) -> "Hierarchy":
        """The hierarchy that never had these indicators, nor aggregates that rested on them alone."""
        if unknown := sorted(set(codes) - {node.code for node in self.indicators}):
            raise ValueError(f"{unknown[0]} is no indicator of the hierarchy.")
        left = [node for node in self.nodes if node.code not in codes]
        for code in self.aggregates:
            if not any(node.parent == code for node in left):
                left = [node for node in left if node.code != code]
        return Hierarchy(tuple(left))
