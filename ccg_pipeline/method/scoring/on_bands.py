"""A lane's figures and bands as the one engine takes them: what is known of each CCG, and what nodes came to.

Belongs here: from frames of observations, bands and measures to facts and states.
Does not belong here: any rule (the engine), frames of what comes out (`banding`, `rated`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from ccg_pipeline.framework.lane_rules import z_of
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.engine.facts import Facts, State
from ccg_pipeline.method.engine.gathering import gathered, shared_cells, with_shared
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.engine.work import Learned
from ccg_pipeline.method.statistics.grid import Floats, Integers, Strings, figures, row_of_each_cell, words

ENGLAND = "ENG"


def run_of_indicators(latest: pd.DataFrame, edition: Edition, ccgs: Sequence[str]) -> Run:
    """Run every indicator of an edition for `ccgs`: its distance from its reference, and its points.

    `latest`: at most one observation an indicator and organisation, of England one a period. ValueError names
    what is there twice.
    """
    measures = {one.code: one.measure for one in edition.indicators}
    rows = latest.assign(measure=latest["indicator_code"].map(measures))
    facts = gathered(rows, list(measures.values()), ccgs, [ENGLAND])
    cells = row_of_each_cell(latest, edition.indicator_codes, ccgs, "organisation_code")
    facts = with_shared(facts, shared_cells(latest, list(measures.values()), cells))
    return Run(edition.nodes, facts, Learned(), only=measures)


@dataclass(frozen=True)
class OnBands:
    """Bands on the grid of indicators × `organisations`: ``rows``, and what of it nodes begin with.

    ``z``, ``points``, ``value`` and ``judgement`` (indicators, CCGs); ``measures`` (CCGs,) of published
    supplementary measures, by code. ``shared``: by measure, whose figure is that of the same cell (`Facts`).
    """

    edition: Edition
    organisations: tuple[str, ...]
    rows: Integers
    z: Floats
    points: Floats
    value: Floats
    judgement: Strings
    measures: Mapping[str, Floats]
    shared: Mapping[str, Integers] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        bands: pd.DataFrame,
        edition: Edition,
        ccgs: Sequence[str] | None = None,
        supplementary: pd.DataFrame | None = None,
    ) -> "OnBands":
        """Take bands as `band_indicators` gives them, of all CCGs in them by code or of those named.

        `supplementary`: observations, one a measure and organisation; others are not read.
        """
        ccgs = tuple(sorted(bands["ccg_code"].unique()) if ccgs is None else ccgs)
        rows = row_of_each_cell(bands, edition.indicator_codes, ccgs)
        measured = {}
        if supplementary is not None:
            codes = [one.code for one in edition.supplementary]
            at = row_of_each_cell(supplementary, codes, ccgs, "organisation_code")
            is_published = words(supplementary, "status", at) == "published"
            found = np.where(is_published, figures(supplementary, "value", at), np.nan)
            measured = dict(zip(codes, found, strict=True))
        return cls(
            edition,
            ccgs,
            rows,
            figures(bands, "z", rows),
            figures(bands, "points", rows),
            figures(bands, "value", rows),
            words(bands, "judgement", rows),
            measured,
            shared_cells(bands, [one.measure for one in edition.indicators], rows),
        )

    @cached_property
    def facts(self) -> Facts:
        """What was published, by measure."""
        indicators = self.edition.indicators
        values = {one.measure: self.value[[i]] for i, one in enumerate(indicators)}
        values |= {self.edition.measure(code).measure: own[None] for code, own in self.measures.items()}
        judgements = {one.measure: self.judgement[[i]] for i, one in enumerate(indicators)}
        return with_shared(Facts(self.organisations, values, judgements), self.shared)

    def distances(self, z: Floats | None = None, at: Sequence[int] | None = None) -> dict[str, State]:
        """The states of the nodes of distances; of others than these bands' where `z` is given.

        `z`: (indicators, organisations) or (indicators, draws, organisations), of the indicators `at` these
        places, of all without.
        """
        z = self.z if z is None else z
        draws = z[:, None] if z.ndim == 2 else z
        places = range(len(self.edition.indicators)) if at is None else at
        indicators = [self.edition.indicators[place] for place in places]
        return {
            z_of(one.code): State(own, "none" if one.better == "none" else "higher")
            for one, own in zip(indicators, draws, strict=True)
            if one.points_scale is None
        }

    def indicators(self) -> dict[str, State]:
        """The states of the nodes of indicators: their points."""
        return {one.code: State(self.points[[i]], "higher") for i, one in enumerate(self.edition.indicators)}

    def enough_data(self) -> dict[str, State]:
        """The states of measures of which a panel asks a minimum: everybody has it."""
        return {
            rule.minimum_data.measure: State(
                np.full((1, len(self.organisations)), rule.minimum_data.below.value), "higher"
            )
            for rule in self.edition.panels
            if rule.minimum_data is not None
        }

    def run(self, only: Iterable[str], given: Mapping[str, State], edition: Edition | None = None) -> Run:
        """Run nodes of the edition, or of a version of it, on what is given."""
        return Run((edition or self.edition).nodes, self.facts, Learned(), only, given=given)
