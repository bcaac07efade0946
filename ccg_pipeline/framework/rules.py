"""The shapes of an edition's lanes: their labels, when they are released, who confirms the overall rating.

Belongs here: frozen models of these. Does not belong here: rules of ratings, which are nodes (edition.py).
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ccg_pipeline.framework.provenance import Frozen, Provenance, Stated, Text

Lane = Literal["interim", "annual"]


class OverallGate(Frozen):
    """Which body confirms a lane's overall rating after all panels have decided; its terms have the key.

    What it may moderate before it confirms, and who sits on it, is in its terms and not in the edition.
    """

    key: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    name: Text
    provenance: Provenance
    source: Text

    def stated(self) -> Iterator[Stated]:
        """Who confirms the overall rating."""
        yield Stated("confirmed by", self.name, "", self.provenance, self.source)


class LaneRule(Frozen):
    """What a lane calls its four ratings, best first, and when it may be released.

    ``each_area``: an area is released when its own panel has decided. ``all_areas``: nothing before all have,
    and before the body of ``overall_gate``, where there is one, has confirmed the overall rating.
    """

    key: Lane
    title: Text
    labels: Annotated[tuple[Text, ...], Field(min_length=4, max_length=4)]
    release: Literal["each_area", "all_areas"]
    release_provenance: Provenance
    release_source: Text
    has_overall_rating: bool
    overall_gate: OverallGate | None = None
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _gate_of_something(self) -> Self:
        if self.overall_gate is not None and not (self.has_overall_rating and self.release == "all_areas"):
            raise ValueError("overall_gate is for a lane with an overall rating that is released as a whole")
        return self

    def stated(self) -> Iterator[Stated]:
        """The four labels, best first, and when the lane is released."""
        yield Stated("labels", "; ".join(self.labels), "", self.provenance, self.source)
        yield Stated("release", self.release, "", self.release_provenance, self.release_source)
