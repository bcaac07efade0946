"""The headline of robustness as a site shows it.

Belongs here: working it out for a release once. Does not belong here: its words (robustness_page.py).
"""

from collections.abc import Callable, Sequence

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.uncertainty.robustness import robustness
from ccg_pipeline.publish.robustness_page import headline, with_verification
from ccg_pipeline.release.released import Tables


def robustness_of(edition: Edition) -> Callable[[Tables], Sequence[str]]:
    """Return what gives of a release's tables how much depends on the choice of a rule, in sentences."""

    def of(tables: Tables) -> Sequence[str]:
        frames = tables.frames
        found = robustness(frames["bands"], frames["ratings"], frames["overall"], edition)
        return headline(with_verification(found, tables), edition)

    return of
