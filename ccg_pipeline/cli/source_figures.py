"""Figures of a source file, a publisher's or one in the declared layout, on which an edition can be tried.

Belongs here: one file to the newest figures of a round, with what it says of the organisations.
Does not belong here: reading a file (the room sources), files of figures that somebody made for the purpose
(figures_file.py), databases.
"""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ccg_pipeline.cli.figures_file import Figures
from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.round_dates import days_of, keys_of
from ccg_pipeline.framework.wanted import Wanted, measure_of, wanted_by
from ccg_pipeline.method.round_assessment import organisations_of, run_of
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.result import Reading
from expert_panels.foundation.fault import Fault


def read_source(path: Path, edition: Edition) -> Figures:
    """Read the newest round of an edition of which a source file tells.

    Of each measure and organisation the figure of the latest period within the round. Refused where no reader
    knows the file; Fault where one of its rows cannot be taken, or none is of the edition's year.
    """
    wanted = wanted_by(edition)
    reading = read_file(path, wanted)
    for row in reading.quarantine.itertuples(index=False):
        raise Fault(f"{path.name}, row {row.row}: {row.reasons}; correct the row, or take it out.")
    every = reading.observations.assign(
        measure=[
            measure_of(*both)
            for both in zip(
                reading.observations["publication"], reading.observations["indicator_code"], strict=True
            )
        ]
    )
    for key, figures in _rounds(edition, every[every["measure"].isin(edition.measures)]):
        known = organisations_of(edition, figures, _known(reading, edition, key))
        if known.empty:
            continue
        there = set(figures["measure"])
        return Figures(
            run_of(edition, figures, known).facts,
            f"a file of {reading.source_file.publication}",
            f"figures of {key}",
            tuple(one for one in edition.measures if one in there),
            (),
            tuple(one for one in _asked(wanted, reading) if one not in there),
            tuple(sorted(set(figures["organisation_code"]) - set(known.index))),
        )
    raise Fault(
        f"{path.name} has no figure of any {edition.organisation} whose period ends within {edition.year}, "
        f"the year of {edition.key}."
    )


def _rounds(edition: Edition, every: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rounds of which there are figures, the newest first, each with the last figure of everything."""
    one = edition.rounds[0]
    for key in reversed(keys_of(edition, one)):
        first, last = days_of(edition, one, key)
        own = every[every["period_end"].between(pd.Timestamp(first), pd.Timestamp(last))]
        ordered = own.sort_values(["measure", "organisation_code", "period_end", "period_start"])
        if len(own):
            yield key, ordered.drop_duplicates(["measure", "organisation_code"], keep="last")


def _known(reading: Reading, edition: Edition, key: str) -> pd.DataFrame:
    said, end = reading.organisations, pd.Timestamp(days_of(edition, edition.rounds[0], key)[1])
    said = said[(said["organisation_kind"] == edition.organisation) & (said["period_end"] <= end)]
    last = said.sort_values("period_end").drop_duplicates(["organisation_code", "attribute"], keep="last")
    return last.pivot(index="organisation_code", columns="attribute", values="value")


def _asked(wanted: Wanted, reading: Reading) -> list[str]:
    return [one.name for one in wanted.of(reading.source_file.publication)]
