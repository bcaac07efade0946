"""Which gate a `ccg panel` verb is about: its body, lane and partition, of whichever edition.

Belongs here: reading the options, the editions and the terms in force.
Does not belong here: what a verb does with the gate (panel.py, decisions.py, records.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine

from ccg_pipeline.cli.options import asked_round
from ccg_pipeline.cli.rounds import Asked, asked_for
from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.families import named_editions
from ccg_pipeline.framework.round_dates import REGISTER, lane_of
from ccg_pipeline.release.bodies import RECORDS, recording_body, terms_in_force
from ccg_pipeline.release.entries import Submitted, submitted
from ccg_pipeline.settings import editions_in_force
from expert_panels.foundation.fault import WrongUse
from expert_panels.minutes.form import Minutes
from expert_panels.terms import Terms


def editions_asked(edition: str = "") -> list[Edition]:
    """Return the editions of CCG_EDITIONS, and the one named with --edition."""
    return named_editions([*editions_in_force(), *([edition] if edition else [])])


@dataclass(frozen=True)
class GateAsked:
    """A gate that was asked for; `asked` says of which edition's round, None for the lanes of 2016/17."""

    lane: str
    partition_key: str
    terms: Terms
    all_terms: Mapping[str, Terms]
    asked: Asked | None = None


def entry_asked(engine: Engine, key: str) -> Submitted:
    """Return an entry of the register that was submitted, by its key; WrongUse names those that there are."""
    every = submitted(engine)
    for one in every:
        if one.key == key:
            return one
    known = f"there are {', '.join(one.key for one in every)}" if every else "none was submitted yet"
    raise WrongUse(f"There is no entry {key!r}: {known}.")


def gate_of_entry(engine: Engine, key: str) -> GateAsked:
    """Return the gate of an entry of the register; WrongUse where there is none of that key."""
    return GateAsked(REGISTER, entry_asked(engine, key).key, recording_body(), terms_in_force())


def gate_asked(
    panel: str, month: str, year: str, edition: str = "", quarter: str = "", round_name: str = ""
) -> GateAsked:
    """Return the gate that the options name.

    WrongUse for no round or two, and for a body that decides nothing there: it names those that do.
    """
    asked = asked_for(edition, month, quarter, year, round_name)
    all_terms = terms_in_force(editions_asked(edition))
    if asked is None:
        lane, key = asked_round(month, year)
        bodies = [one for one in all_terms if one != RECORDS]
        return GateAsked(lane, key, _terms(panel, bodies, all_terms), all_terms)
    if not asked.key:
        raise WrongUse(f"Say which round: --{asked.round.every} of {asked.edition.key}.")
    bodies = [gate.panel for gate in asked.round.gates]
    terms = _terms(panel, bodies, all_terms)
    return GateAsked(lane_of(asked.edition, asked.round), asked.key, terms, all_terms, asked)


def gate_of_minutes(engine: Engine, minutes: Minutes, edition: str) -> GateAsked:
    """Return the gate that minutes are about, a round's or an entry's; raises as both do."""
    if not minutes.entry:
        return gate_asked(minutes.panel, minutes.month, minutes.year, edition, minutes.quarter, minutes.round)
    if edition:
        raise WrongUse(f"--edition {edition}: an entry belongs to no edition, so leave it out.")
    gate = gate_of_entry(engine, minutes.entry)
    if minutes.panel != gate.terms.panel:
        raise WrongUse(f"Entries are decided by {gate.terms.panel}, and not by {minutes.panel}.")
    return gate


def _terms(panel: str, bodies: list[str], all_terms: Mapping[str, Terms]) -> Terms:
    if panel not in bodies:
        known = f"choose one of {', '.join(sorted(bodies))}" if bodies else "this round has no gates"
        raise WrongUse(f"There is no panel {panel!r}: {known}.")
    return all_terms[panel]
