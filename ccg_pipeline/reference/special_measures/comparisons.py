"""The register compared with what others said and with the guidance: agreements and contradictions.

Belongs here: published counts, who was said to be the first, who was rated what, how long a spell may last.
Does not belong here: what does not fit within the list of events itself (``replay``).

Nothing is dropped and nothing is put right here: what contradicts is shown, with the sources of both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from ccg_pipeline.reference.special_measures.events import Between, Regime
from ccg_pipeline.reference.special_measures.guidance import oversight_months, rules
from ccg_pipeline.reference.special_measures.register import IN_WORDS, Register
from ccg_pipeline.reference.special_measures.replay import Remark, after_months
from ccg_pipeline.reference.tables import read_rows


@dataclass(frozen=True)
class Statement:
    """What somebody said of a day: how many there were, who was the first, or who was rated what."""

    day: Between
    regime: Regime
    states: str
    number: int | None
    of: int | None
    ccg_codes: tuple[str, ...]
    rating: str
    says: str
    source: str
    confidence: float
    provenance: str


@dataclass(frozen=True)
class Count:
    """A published count next to the register's: how many it has, and of how many it does not know."""

    statement: Statement
    recorded: int
    not_known: int

    @property
    def verdict(self) -> str:
        """What comparing them comes to, in words."""
        published = self.statement.number or 0
        if self.recorded > published:
            return f"contradicts: the register has {self.recorded - published} more"
        if self.recorded == published:
            return "agrees"
        missing = published - self.recorded
        if self.not_known:
            return f"the register has {missing} fewer, and does not know of {self.not_known}"
        return f"the register has {missing} fewer: it is incomplete"


@cache
def statements() -> tuple[Statement, ...]:
    """Return the packaged statements, in the order of their days."""
    rows = read_rows("special_measures_statements")
    return tuple(
        Statement(
            Between(date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"])),
            row["regime"],  # type: ignore[arg-type]  # a regime, by the tests of the packaged table
            row["states"],
            int(row["number"]) if row["number"] else None,
            int(row["of"]) if row["of"] else None,
            tuple(code for code in row["ccg_codes"].split(";") if code),
            row["rating"],
            row["says"],
            row["source"],
            float(row["confidence"]),
            row["provenance"],
        )
        for row in rows
    )


def counts(register: Register, said: tuple[Statement, ...] | None = None) -> list[Count]:
    """Set every published count next to what the register says of the last day that it may be about."""
    found = []
    for one in statements() if said is None else said:
        if one.states == "count":
            found.append(Count(one, *register.counts(one.day.last, one.regime)))
    return found


def contradictions(register: Register, said: tuple[Statement, ...] | None = None) -> list[Remark]:
    """List what does not fit: within the list of events, with statements of others, with the guidance."""
    told = statements() if said is None else said
    return [
        *register.replayed.remarks,
        *_of_counts(register, told),
        *_of_statements(register, told),
        *_of_oversight(register),
    ]


def _of_counts(register: Register, told: tuple[Statement, ...]) -> Iterator[Remark]:
    for count in counts(register, told):
        statement = count.statement
        if count.recorded > (statement.number or 0):
            there = [one for one in register.on(statement.day.last, statement.regime) if one.answer == "yes"]
            codes = ", ".join(one.ccg_code for one in there)
            against = f"recorded {IN_WORDS[statement.regime]} then: {codes}"
            sources = dict.fromkeys(
                source for one in there for spell in one.spells for source in spell.sources
            )
            yield Remark("", f"{statement.says} ({statement.day})", against, (statement.source, *sources))


def _of_statements(register: Register, told: tuple[Statement, ...]) -> Iterator[Remark]:
    """Whoever was not the first, and whoever was in special measures without the rating that goes with it."""
    rule = rules()["rating"]
    for one in told:
        for code in one.ccg_codes:
            own = [spell for spell in register.history(code) if spell.regime == one.regime]
            if one.states == "first":
                before = [
                    spell
                    for spell in register.replayed.spells
                    if spell.regime == one.regime and spell.certain and spell.certain[0] < one.day.first
                ]
                for spell in before:
                    said = f"{spell.ccg_code} was {IN_WORDS[one.regime]} before"
                    yield Remark(code, one.says, said, (one.source, *spell.sources))
            elif one.states == "not rated" and one.rating == rule.value:
                there = [spell for spell in own if spell.on(one.day.last) == "yes"]
                for spell in there:
                    against = f"{IN_WORDS[one.regime]} on {one.day}, which is for those rated {rule.value}"
                    yield Remark(code, one.says, against, (one.source, *spell.sources, rule.source))


def _of_oversight(register: Register) -> Iterator[Remark]:
    """Special measures that certainly lasted longer than their oversight, without an extension on record."""
    rule, months = rules()["oversight"], oversight_months()
    for spell in register.replayed.spells:
        if spell.regime != "special measures" or spell.begins is None or spell.ends is None:
            continue
        due = after_months(spell.begins.last, months)
        until = max((one.until for one in spell.events if one.until is not None), default=due)
        if spell.ends.first > max(due, until):
            said = f"in special measures since {spell.begins}, until {spell.ends}"
            against = f"{rule.says}; no decision after {months} months is recorded"
            yield Remark(spell.ccg_code, said, against, (*spell.sources, rule.source))
