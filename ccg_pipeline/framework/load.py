"""Loading an edition of two lanes: which files it has, and what must agree between them.

Belongs here: building an Edition from its folder, and every check that needs more than one row.
Does not belong here: the shapes of its parts (model.py, rules.py), parsing (files.py), its nodes
(families.py).
"""

from functools import cache
from pathlib import Path

from ccg_pipeline.framework.agreement import check_rules, check_tables
from ccg_pipeline.framework.expectations import PublishedCount
from ccg_pipeline.framework.families import read_written
from ccg_pipeline.framework.files import EDITION, EDITIONS, Document, Table
from ccg_pipeline.framework.indicators import Indicator, Supplementary
from ccg_pipeline.framework.model import FILES, Area, Edition, Framework, Publication
from ccg_pipeline.framework.robustness import Alternative
from ccg_pipeline.framework.variations import Variation
from expert_panels.foundation.fault import Fault

BEFORE = ("points.yaml", "clinical.yaml", "overall.yaml")
"""Files in which rules stood before they were nodes."""


@cache
def load_edition(key: str = EDITION) -> Edition:
    """The edition of that key, read once a process; Fault when there is none or it has a fault."""
    folder = EDITIONS / key
    if not folder.is_dir():
        known = ", ".join(sorted(one.parent.name for one in EDITIONS.glob("*/framework.yaml")))
        raise Fault(f"There is no edition {key!r}; choose one of: {known}.")
    edition = load_edition_from(folder)
    if edition.key != key:
        raise Fault(f"framework.yaml: the folder is {key!r}, but key is {edition.key!r}.")
    return edition


def load_edition_from(folder: Path) -> Edition:
    """The edition in a folder, checked whole; Fault names file, line and offender in one sentence."""
    if old := [name for name in BEFORE if (folder / name).exists()]:
        raise Fault(
            f"{old[0]}: rules are nodes of edition.yaml now; write them there, as iaf_2016_17 does, and "
            "delete the file."
        )
    documents = {name: Document(folder / name) for name in sorted(set(FILES.values())) if ".yaml" in name}
    framework_yaml = documents["framework.yaml"]
    if isinstance(framework_yaml.data, dict) and "lanes" in framework_yaml.data:
        here = framework_yaml.where("lanes")
        raise Fault(
            f"{here}: lanes are rounds of edition.yaml now; give these a title, and delete the lanes."
        )
    tables = {name: Table(folder / name) for name in sorted(set(FILES.values())) if ".csv" in name}
    framework = framework_yaml.model(Framework)
    max_age = {"max_age_months": framework.max_age_months.value}
    parts = {
        **{name: getattr(framework, name) for name in Framework.model_fields},
        "areas": tables["areas.csv"].models(Area),
        "indicators": tables["indicators.csv"].models(Indicator, max_age),
        "supplementary": tables["supplementary.csv"].models(Supplementary, max_age),
        "publications": tables["publications.csv"].models(Publication),
        "published_counts": tables["published_counts.csv"].models(PublishedCount),
        "variations": tables["variations.csv"].models(Variation),
        "alternatives": documents["robustness.yaml"].models(Alternative),
    }
    rules, faults = read_written(folder)
    if rules is None:
        raise Fault(faults[0])
    edition = Edition(**parts, rules=rules)

    def where(field: str, number: int | None = None, *inside: int | str) -> str:
        file = "edition.yaml" if field == "rounds" else FILES.get(field, "framework.yaml")
        if file in tables:
            return tables[file].where(number) if number is not None else file
        place: tuple[int | str, ...] = () if number is None else (number,)
        above = () if file == "robustness.yaml" else ("nodes",) if field == "rules" else (field,)
        return documents[file].where(*above, *place, *inside)

    check_tables(edition, where)
    if faults:  # of nodes, which rest on the rows of the tables
        raise Fault(faults[0])
    check_rules(edition, where)
    return edition
