"""An edition as tables for people: all its numbers, and how a result compares with what was published.

Belongs here: pure functions from an edition (and a result's frames) to frames that are shown.
Does not belong here: printing them (cli/verbs.py), the method itself. Nothing here feeds back into any rule.
"""

import pandas as pd

from ccg_pipeline.framework.expectations import PublishedCount
from ccg_pipeline.framework.model import Edition

NUMBER_COLUMNS = ("file", "item", "value", "unit", "provenance", "source")
GRADE_COLUMNS = (
    "lane",
    "partition_key",
    "measure",
    "grade",
    "label",
    "ccgs",
    "published",
    "provenance",
    "source",
    "is_made_up",
)
BAND_COLUMNS = (
    "lane",
    "partition_key",
    "indicator_code",
    "name",
    "ccgs",
    "share_0",
    "share_1",
    "share_2",
    "share_between",
    "share_none",
    "is_made_up",
)
# Some counts were only published for two grades together, so both pairs have their own line.
GRADES: tuple[tuple[int, ...], ...] = ((1,), (2,), (3,), (4,), (1, 2), (3, 4))


def numbers_table(edition: Edition) -> pd.DataFrame:
    """Every number and choice of the edition, one row each, with NUMBER_COLUMNS; ``value`` is text."""
    rows = [(one.file, one.item, one.text, one.unit, one.provenance, one.source) for one in edition.numbers()]
    return pd.DataFrame(rows, columns=list(NUMBER_COLUMNS))


def fit_by_grade(
    candidate_rating: pd.DataFrame, edition: Edition, overall_rating: pd.DataFrame | None = None
) -> pd.DataFrame:
    """How many CCGs each rule puts into each grade, next to the counts that were published.

    ``candidate_rating`` needs lane, partition_key, panel, grade (1 to 4 or NA) and is_made_up, and
    ``overall_rating`` the same without panel. Seven rows a lane, partition and measure, with GRADE_COLUMNS:
    grades 1 to 4, 1-2, 3-4, and none (no rating). ``published`` is NA where NHS England published no such
    count for the edition's year. It is shown and never tuned to.
    """
    frames = [candidate_rating.rename(columns={"panel": "measure"})]
    if overall_rating is not None:
        frames.append(overall_rating.assign(measure="overall"))
    needed = ["lane", "partition_key", "measure", "grade", "is_made_up"]
    rated = pd.concat([frame[needed] for frame in frames], ignore_index=True)
    rows: list[tuple[object, ...]] = []
    for (lane, partition, measure), ccgs in rated.groupby(
        ["lane", "partition_key", "measure"], sort=False, observed=True
    ):
        count = _published(edition, str(lane), str(measure))
        made_up = bool(ccgs["is_made_up"].any())
        labels = edition.labels(str(lane))
        provenance = (count.provenance, count.source) if count else ("", "")
        for grades in GRADES:
            name = "-".join(str(grade) for grade in grades)
            label = " or ".join(labels[grade - 1] for grade in grades)
            found = int(ccgs["grade"].isin(grades).sum())
            published = count.of(*grades) if count else None
            said = provenance if published is not None else ("", "")
            rows.append((lane, partition, measure, name, label, found, published, *said, made_up))
        unrated = int(ccgs["grade"].isna().sum())
        rows.append((lane, partition, measure, "none", "No rating", unrated, None, "", "", made_up))
    table = pd.DataFrame(rows, columns=list(GRADE_COLUMNS))
    return table.astype({"ccgs": "int64", "published": "Int64", "is_made_up": "bool"})


def fit_by_band(indicator_band: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """For each indicator the share (0 to 1) of CCGs in bands 0, 1 and 2, with BAND_COLUMNS.

    ``indicator_band`` needs lane, partition_key, indicator_code, points (0 to 2 or NaN) and is_made_up.
    ``share_between`` are judgements that earn points between two bands, ``share_none`` those without a band;
    the five shares of a row sum to 1.
    """
    points = indicator_band["points"].astype("float64")
    marked = indicator_band[["lane", "partition_key", "indicator_code", "is_made_up"]].assign(
        ccgs=1,
        share_0=points == 0,
        share_1=points == 1,
        share_2=points == 2,
        share_between=points.notna() & ~points.isin([0, 1, 2]),
        share_none=points.isna(),
    )
    shares = [column for column in BAND_COLUMNS if column.startswith("share_")]
    table = (
        marked.groupby(["lane", "partition_key", "indicator_code"], sort=False, observed=True)
        .agg({"ccgs": "sum", **dict.fromkeys(shares, "mean"), "is_made_up": "any"})
        .reset_index()
    )
    names = {one.code: one.name for one in edition.indicators}
    table["name"] = table["indicator_code"].map(names)
    return table[list(BAND_COLUMNS)]


def _published(edition: Edition, lane: str, measure: str) -> PublishedCount | None:
    for count in edition.published_counts:
        if (count.year, count.lane, count.measure) == (edition.year, lane, measure):
            return count
    return None
