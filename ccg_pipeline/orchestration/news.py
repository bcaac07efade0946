"""What is new in a landing folder: of which months there is something to read, and which round is the newest.

Belongs here: these as plain functions of files and months.
Does not belong here: looking into files (landing/), reading them and running anything (main_job.py).
"""

from collections.abc import Collection, Mapping

import pandas as pd

from ccg_pipeline.landing.files import Found
from expert_panels.foundation.fault import Fault

Months = Mapping[Found, tuple[str, frozenset[str]]]
"""File -> its publication (empty when it is of none) and the months of which it tells."""


def unread(
    files: Months, held: set[tuple[str, str]], new: Collection[Found], last: str
) -> dict[str, set[str]]:
    """Return publication -> the months up to `last` of which one of its files tells something new.

    `held` has (sha256, month) of the figures that were stored, `new` the files that were never read before,
    or not in this way: all their months are news. One with no figure that is asked for comes with no month,
    so that it gets on record.
    """
    news: dict[str, set[str]] = {}
    new = set(new)
    for found, (publication, months) in files.items():
        missing = {
            month for month in months if month <= last and (found in new or (found.sha256, month) not in held)
        }
        if missing or found in new:
            news.setdefault(publication, set()).update(missing)
    return news


def spans(news: Mapping[str, set[str]], last: str) -> list[tuple[str, str, list[str]]]:
    """Return first month, last month and publications of each stretch of months without a gap, in order.

    Publications without a month join the last stretch, or stand for the month `last` alone.
    """
    months = pd.PeriodIndex(sorted(set().union(*news.values())) or [last], freq="M")
    starts = [at for at in range(len(months)) if at == 0 or months[at] != months[at - 1] + 1]
    stretches = []
    for start, end in zip(starts, [*starts[1:], len(months)], strict=True):
        within = {month.strftime("%Y-%m") for month in months[start:end]}
        is_last = end == len(months)
        of_it = sorted(one for one, own in news.items() if own & within or (is_last and not own))
        stretches.append((min(within), max(within), of_it))
    return stretches


def last_month(files: Months) -> list[tuple[str, str]]:
    """Return the lanes and partitions of the newest month in a folder: the month, and the year that it ends.

    Raises Fault when there is no figure in the folder.
    """
    months = set().union(*(of_file for _, of_file in files.values())) if files else set()
    if not months:
        raise Fault("There is no file with a figure in the landing folder: name one with --landing.")
    newest = max(months)
    month = ("interim", newest)
    return [month, ("annual", f"{int(newest[:4]) - 1}-04-01")] if newest.endswith("-03") else [month]
