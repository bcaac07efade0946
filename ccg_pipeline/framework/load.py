"""Loading an edition: which files it has, and what must agree between them.

Belongs here: building an Edition from its folder, and every check that needs more than one row.
Does not belong here: the shapes of its parts (model.py, rules.py), parsing (files.py).
"""

from functools import cache
from pathlib import Path

from ccg_pipeline.framework.files import Document, EditionError, Table
from ccg_pipeline.framework.model import (
    Area,
    Domain,
    Edition,
    Indicator,
    Publication,
    Supplementary,
)
from ccg_pipeline.framework.rules import (
    Banding,
    Expectation,
    LaneRule,
    OverallRule,
    PanelRule,
    PointsScale,
    PublishedCount,
    Sourced,
)

EDITIONS = Path(__file__).parent / "editions"


@cache
def load_edition(key: str = "iaf_2016_17") -> Edition:
    """The edition of that key, read once a process; EditionError when there is none or it has a fault."""
    folder = EDITIONS / key
    if not folder.is_dir():
        known = ", ".join(sorted(one.name for one in EDITIONS.iterdir() if one.is_dir()))
        raise EditionError(f"There is no edition {key!r}; choose one of: {known}.")
    return load_edition_from(folder)


def load_edition_from(folder: Path) -> Edition:
    """The edition in a folder, checked whole; EditionError names file, line and offender in one sentence."""
    framework = Document(folder / "framework.yaml")
    head = framework.data
    max_age = framework.model(Sourced, head["max_age_months"], "max_age_months")
    return Edition(
        key=head["key"],
        title=head["title"],
        year=head["year"],
        max_age_months=max_age,
        domains=framework.models(Domain, "domains"),
        areas=Table(folder / "areas.csv").models(Area),
        indicators=Table(folder / "indicators.csv").models(Indicator, {"max_age_months": int(max_age.value)}),
        supplementary=Table(folder / "supplementary.csv").models(Supplementary),
        publications=Table(folder / "publications.csv").models(Publication),
        points_scales=Document(folder / "points.yaml").models(PointsScale),
        banding=framework.model(Banding, head["banding"], "banding"),
        panels=Document(folder / "clinical.yaml").models(PanelRule),
        overall=Document(folder / "overall.yaml").model(OverallRule, Document(folder / "overall.yaml").data),
        lanes=framework.models(LaneRule, "lanes"),
        expectations=framework.models(Expectation, "expectations"),
        published_counts=Table(folder / "published_counts.csv").models(PublishedCount),
    )
