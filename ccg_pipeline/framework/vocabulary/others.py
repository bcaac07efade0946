"""The rule that gives an organisation what others come to together: its pool, its parts, or its peers.

Belongs here: its model. Does not belong here: what it does to arrays (the method's engine), rules that
combine nodes of one organisation (combining.py).
"""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import model_validator

from ccg_pipeline.framework.provenance import Text
from ccg_pipeline.framework.vocabulary.rule import Member, Number, Rule, Way, of_pool, plain


class Together(Rule):
    """What a node comes to in several organisations together: their mean, total, median and so on.

    `parts`: those whose attribute of that name is the organisation's code, as a district names its region: so
    smaller places add up to larger ones. `peers`: those whose codes its own attribute of that name lists,
    with blanks or commas between. `pool`: those of its pool, itself among them; all, where none of the three
    is given. ``deviation`` divides by n − 1. `weights`: an attribute by which a mean weighs. At least the
    share `least_share` of them must have a score. `better`: ``none`` of what is only compared with, such as
    the mean of peers that is taken away; without it the way of the node.
    """

    do: Literal["together"]
    of: tuple[Member]
    how: Literal["mean", "total", "median", "deviation", "least", "most"] = "mean"
    parts: Text | None = None
    peers: Text | None = None
    pool: Text | None = None
    weights: Text | None = None
    least_share: Number = 0.0
    better: Way | None = None

    @property
    def who(self) -> str:
        """What those are to the organisation."""
        return "parts" if self.parts is not None else "peers" if self.peers is not None else "organisations"

    @model_validator(mode="after")
    def _can_be_done(self) -> Self:
        if sum(one is not None for one in (self.parts, self.peers, self.pool)) > 1:
            raise ValueError("organisations are parts, peers or a pool: give one of the three")
        if self.weights is not None and self.how != "mean":
            raise ValueError(f"weights go with how: mean, and how is {self.how}")
        if self.how == "total" and "least_share" not in self.model_fields_set:
            raise ValueError("a sum punishes what is missing: say which share must be there (least_share)")
        if not 0 <= plain(self.least_share) <= 1:
            raise ValueError(f"least_share {plain(self.least_share):g} is outside 0 to 1")
        return self

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """As stated, else that of the node; of a deviation none is better."""
        if self.better is not None or self.how == "deviation":
            return self.better or "none"
        return "lower" if self.of[0].by == "grade" else members[self.of[0].node]

    def nodes_used(self) -> tuple[str, ...]:
        """The one, and that of the pool."""
        return (self.of[0].node, *of_pool(self.pool))

    def grades_used(self) -> tuple[str, ...]:
        """The one, if by its grade."""
        return (self.of[0].node,) if self.of[0].by == "grade" else ()
