"""One rating, step by step: how a place's figures become the rating of a clinical area.

Belongs here: choosing the example, and its steps in words from a release's tables.
Does not belong here: working anything out (method/), the terminal's own explanation (publish/explanation.py).
"""

from typing import Any

import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.publish.explanation import grades_behind
from ccg_pipeline.publish.naming import REFERENCES, figure_in_words
from ccg_pipeline.release.released import Tables

GRADES = {1: "significantly better", 2: "better", 3: "worse", 4: "significantly worse"}


def example(tables: Tables, edition: Edition) -> tuple[tuple[str, str], ...]:
    """Return heads and sentences about the first rating that is shown; nothing where there is none.

    A rating between the best and the worst is taken before one at the ends, for it shows more.
    """
    rated = tables.frames["ratings"]
    rated = rated[rated["grade"].notna() & (rated["rule"] != "minimum_data")]
    if rated.empty:
        return ()
    between = rated[rated["grade"].isin([2, 3])]
    row = (between if len(between) else rated).iloc[0]
    names = tables.frames["assessment"].set_index("ccg_code")["ccg_name"]
    panel, bands = edition.panel(row["panel"]), tables.frames["bands"]
    own = bands[bands["ccg_code"] == row["ccg_code"]].set_index("indicator_code")
    grades = grades_behind(tables.frames["indicator_grades"], row["panel"], row["ccg_code"])
    pairs = [("What is rated", f"{panel.name} of {names[row['ccg_code']]} ({row['ccg_code']}).")]
    for code, grade in grades.items():
        if code in own.index:
            pairs.append(
                (f"{code} {edition.indicator(code).name}", _indicator(own.loc[code], edition, code, grade))
            )
    if panel.combine == "mean":
        scores = ", ".join(f"{one.value:g}" for one in panel.scores)
        cuts = ", ".join(f"{one.value:g}" for one in panel.cuts)
        pairs.append(
            (
                "Together",
                f"The grades 1 to 4 count {scores}; their mean is {row['score']:.2f}. The lines are at "
                f"{cuts}.",
            )
        )
    else:
        pairs.append(
            ("Together", "A table with a row for the first grade and a column for the second has the rating.")
        )
    pairs.append(("The rating", f"{row['rating']}, {row['verification']}."))
    return tuple(pairs)


def _indicator(row: "pd.Series[Any]", edition: Edition, code: str, grade: int | None) -> str:
    unit = edition.indicator(code).unit
    value = row["judgement"] or figure_in_words(row["value"], unit)
    if pd.isna(row["z"]) or grade is None:
        return f"{value or 'no figure'}: {'not graded' if grade is None else f'grade {grade}'}."
    reference = f"{figure_in_words(row['reference_value'], unit)} ({REFERENCES[row['reference_basis']]})"
    side = "on the better side" if row["z"] >= 0 else "on the worse side"
    return (
        f"{value}, held against {reference}: {abs(row['z']):.1f} standard errors {side}, which is grade "
        f"{grade}, "
        f"{GRADES[int(grade)]}."
    )
