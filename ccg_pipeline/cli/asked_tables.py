"""Which tables a verb of the ccg command is about: of what month or year, released or not, as at which date.

Belongs here: from options to tables, and logging the view of those that are not released.
Does not belong here: the verbs (verbs.py), finding a release (release/).
"""

from ccg_pipeline.cli.options import chosen
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.rounds import day_of, last_day
from ccg_pipeline.release.released import Tables, newest_scored, released, unreleased
from ccg_pipeline.settings import actor, database_url
from ccg_pipeline.storage.database import open_for_reading, open_for_writing
from expert_panels import access_log


def tables_asked(url: str, month: str, year: str, is_unreleased: bool, what: str, as_at: str = "") -> Tables:
    """Return the tables that the options of a verb ask for; `what` says in the log who asked for what.

    Of the date `as_at`: the release that stood then, or, unreleased, what had been published by then.
    """
    lane, key = chosen(month, year)
    opened = open_for_writing if is_unreleased else open_for_reading
    engine, edition = opened(url or database_url()), load_edition()
    day = day_of(as_at, "--as-at") if as_at else None
    if not is_unreleased:
        return released(engine, edition, lane, key, day)
    if day is None:
        tables = unreleased(engine, edition, lane, key)
    else:
        # what was known on a day is scored again, with scipy, which takes a second to load
        from ccg_pipeline.release.as_known import tables_as_known

        lane, key = (lane, key) if lane else newest_scored(engine)
        tables = tables_as_known(engine, edition, lane, key, last_day(key), day)
        what += f" as at {day}"
    access_log.record(engine, actor(), what, f"{tables.lane} {tables.partition_key}")
    return tables
