"""CCGs for which the criteria of special measures hold, with the evidence; a person decides.

Belongs here: the criteria as data, and which CCGs meet them over consecutive rounds of an edition.
Does not belong here: reading what was released (release/special_measures.py), recording an entry: that is an
event, which a named body decides.

Guidance of 2015: persistent performance, finance or governance problems of a CCG **and** no capability and
capacity to improve on its own. Persistent is the same problem in so many rounds in a row; capability is that
of the last of these rounds. Both are assumed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ccg_pipeline.reference.special_measures.guidance import persistence
from ccg_pipeline.reference.tables import read_rows

CAPABILITY = "capability"


@dataclass(frozen=True)
class Criterion:
    """What shows a problem in a round of an edition: that a judgement or grade has one of these labels."""

    name: str
    judged_by: str
    labels: tuple[str, ...]
    provenance: str
    source: str


@dataclass(frozen=True)
class Round:
    """A released round: its period, its release in words, and CCG code -> what is judged -> its label."""

    period: str
    release: str
    labels: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Proposal:
    """A CCG that is proposed: which problems persist, and the evidence, a sentence a round and criterion."""

    ccg_code: str
    problems: tuple[str, ...]
    evidence: tuple[str, ...]


@cache
def criteria(edition: str) -> tuple[Criterion, ...]:
    """Return the criteria of an edition by its key; none where it has none."""
    return tuple(
        Criterion(
            row["criterion"],
            row["judged_by"],
            tuple(row["labels"].split(";")),
            row["provenance"],
            row["source"],
        )
        for row in read_rows("special_measures_criteria")
        if row["edition"] == edition
    )


def propose(rounds: Sequence[Round], by: Sequence[Criterion], n_rounds: int | None = None) -> list[Proposal]:
    """Return who is proposed after the last of consecutive `rounds`, by code.

    `n_rounds` is in how many rounds a problem must be there; without, that of the guidance. Nobody is
    proposed where there are fewer rounds, and what has no label in a round is no problem there.
    """
    needed = persistence() if n_rounds is None else n_rounds
    if len(rounds) < needed:
        return []
    asked = rounds[-needed:]
    problems = [one for one in by if one.name != CAPABILITY]
    lacking = [one for one in by if one.name == CAPABILITY]
    found = []
    for code in sorted(asked[-1].labels):
        persistent = [one for one in problems if all(_holds(one, each, code) for each in asked)]
        without = [one for one in lacking if _holds(one, asked[-1], code)]
        if persistent and without:
            evidence = [_evidence(one, each, code) for one in persistent for each in asked]
            evidence += [_evidence(one, asked[-1], code) for one in without]
            found.append(Proposal(code, tuple(one.name for one in persistent), tuple(evidence)))
    return found


def _holds(criterion: Criterion, of: Round, code: str) -> bool:
    return of.labels.get(code, {}).get(criterion.judged_by, "") in criterion.labels


def _evidence(criterion: Criterion, of: Round, code: str) -> str:
    label = of.labels[code][criterion.judged_by]
    return f"{of.period}, {criterion.name}: {criterion.judged_by} is {label} ({of.release})"
