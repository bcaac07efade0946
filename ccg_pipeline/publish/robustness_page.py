"""The robustness statement of a release: one page that opens offline, and the same as JSON.

Belongs here: what both say.
Does not belong here: counting what changes (uncertainty/robustness.py), the alternatives (the edition),
the page itself (templates/robustness.html).
"""

import json
from collections.abc import Hashable, Mapping

import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.publish.offline_page import page
from ccg_pipeline.release.parts import OVERALL
from ccg_pipeline.release.released import Tables
from ccg_pipeline.release.tables import OVERRIDDEN, is_overridden

MEANING = (
    "Every rating was made once more under another rule, one at a time, all else as it stands. The rules "
    "tried are nobody's but ours (assumed): they show how much of a rating is the choice of a number, not "
    "which rule is right. A grade that stays under all of them may still be wrong by "
    "chance: its interval says that."
)
SUBJECTS = {
    "weights": "Other weights",
    "cuts": "Other cuts and limits",
    "references": "Other references",
    "missing": "Other rules for what is missing",
    "indicators": "Leaving each indicator out",
}
AREAS = "Area scores: side of the references (no official grade)"
HEADS = ("Tried instead", "What is rated", "Rated", "Share that changes", "Better", "Worse", "Lost", "Gained")


def with_verification(table: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Return the rows with `verification`: what has been done about the ratings that each of them is of."""
    overridden = [key for key in tables.overridden if key != OVERALL]
    areas = f"{OVERRIDDEN} in part: {', '.join(overridden)}" if overridden else ""
    said = tables.verifications | {"areas": areas}
    return table.assign(verification=table["measure"].map(said))


def named(row: Mapping[Hashable, object], edition: Edition) -> str:
    """Return what is rated: the areas, a panel's area, the overall rating; and whether it was overridden."""
    measure, verification = str(row["measure"]), str(row["verification"])
    names = {"areas": AREAS, "overall": "Overall rating"}
    name = names[measure] if measure in names else edition.panel(measure).name
    return f"{name}, {verification}" if is_overridden(verification) else name


def statement_json(table: pd.DataFrame, about: str, provenance: str, is_made_up: bool) -> str:
    """Return the statement as JSON: what it is of, what it means, and a row an alternative and measure.

    `table` as `with_verification` gives it.
    """
    content = {
        "about": about,
        "release": provenance,
        "is_made_up": is_made_up,
        "is_official": False,
        "meaning": MEANING,
        "rows": table.to_dict("records"),
    }
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def statement_page(
    table: pd.DataFrame, edition: Edition, about: str, provenance: str, is_made_up: bool
) -> str:
    """Return the page: a summary of the greatest change by what is rated, then every alternative."""
    shown = changing(table)
    by_subject = {subject: shown[shown["about"] == key] for key, subject in SUBJECTS.items()}
    sections = {"The rule under which most change": greatest(shown)}
    sections |= {subject: rows for subject, rows in by_subject.items() if len(rows)}
    return page(
        "robustness.html",
        about,
        [finding(table, edition), MEANING, provenance],
        is_made_up,
        heads=HEADS,
        sections=[(caption, _rows(rows, edition)) for caption, rows in sections.items()],
    )


def finding(table: pd.DataFrame, edition: Edition) -> str:
    """Return in one sentence how much the choice of a rule changes at most; '' where none was tried."""
    said = headline(table, edition)
    if not said:
        return ""
    worst = greatest(table[table["about"] != "indicators"]).sort_values(
        "share_changed", ascending=False, kind="stable"
    )
    row = worst.to_dict("records")[0]
    return (
        f"The other rule that changes most: under {row['title']}, {100 * row['share_changed']:.0f} % of what "
        f"is rated reads otherwise ({named(row, edition)})."
    )


def headline(table: pd.DataFrame, edition: Edition) -> tuple[str, ...]:
    """Return in sentences how much of what is rated depends on the choice of a rule.

    `table` as `with_verification` gives it. Leaving out an indicator is another question, and is not in it.
    """
    of_rules = greatest(table[table["about"] != "indicators"])
    worst = of_rules.sort_values("share_changed", ascending=False, kind="stable").drop_duplicates("measure")
    sentences = [
        f"{named(row, edition)}: of {row['n_rated']} at most {100 * row['share_changed']:.0f} % read "
        f"otherwise under "
        f"any one other rule that was tried, most of them under: {row['title']}."
        for row in worst.to_dict("records")
    ]
    return (*sentences, MEANING) if sentences else ()


def _rows(table: pd.DataFrame, edition: Edition) -> list[dict[Hashable, object]]:
    return [{**row, "rated": named(row, edition)} for row in table.to_dict("records")]


def changing(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows without what no rule of its subject changes, as no other weight changes a panel's."""
    moved = table["share_changed"] + table["n_gained"]
    return table[moved.groupby([table["about"], table["measure"]]).transform("max") > 0]


def greatest(table: pd.DataFrame) -> pd.DataFrame:
    """Return for each subject and measure the alternative under which the greatest share changes."""
    ordered = table.sort_values("share_changed", ascending=False, kind="stable")
    first = ordered.drop_duplicates(["about", "measure"])
    order = {measure: place for place, measure in enumerate(dict.fromkeys(table["measure"]))}
    subjects = {key: place for place, key in enumerate(SUBJECTS)}
    places = first["measure"].map(order) * len(subjects) + first["about"].map(subjects)
    return first.assign(_place=places).sort_values("_place").drop(columns="_place")
