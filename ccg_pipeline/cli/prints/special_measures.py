"""What the terminal shows of the register of special measures.

Belongs here: laying its tables out, with what they cannot say.
Does not belong here: the tables (publish/special_measures.py), the register itself (reference).
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from rich.console import Console

from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.publish.special_measures import (
    INCOMPLETE,
    PROPOSED,
    contradiction_table,
    count_table,
    entry_rows,
    length_of,
    name_of,
    proposal_table,
    spell_table,
    standing_table,
)
from ccg_pipeline.reference.special_measures.events import Regime
from ccg_pipeline.reference.special_measures.guidance import persistence, rules
from ccg_pipeline.reference.special_measures.proposals import Criterion, Proposal, Round, propose
from ccg_pipeline.reference.special_measures.register import IN_WORDS, Register
from ccg_pipeline.reference.special_measures.replay import Remark
from ccg_pipeline.release.entries import Submitted
from expert_panels.terms import Terms


def whole(console: Console, register: Register) -> None:
    """Print all spells, the counts of others, what contradicts, and the rules that were applied."""
    spells = spell_table(register.replayed.spells)
    spells = spells.assign(  # few columns, so that no date is folded at 80 characters
        ccg=spells["ccg_code"] + " " + spells["ccg_name"],
        regime=spells["regime"] + spells["of"].map(lambda of: f", {of}" if of else ""),
    )
    _table(console, spells[["ccg", "regime", "begins", "ends", "lasted"]], "Spells")
    _table(console, count_table(register).drop(columns="source"), "Published counts")
    _table(console, contradiction_table(register), "What does not fit")
    applied = [
        [one.says, f"{one.value} {one.unit}".strip(), one.provenance, one.source] for one in rules().values()
    ]
    console.print(table_of(["rule", "value", "provenance", "source"], applied, "Rules"))
    here = len(register.here)
    more = f", and {here} recorded in this database ({_codes_here(register)})" if here else ""
    _say(
        console, f"{len(register.events)} events, the last of {register.replayed.horizon}{more}. {INCOMPLETE}"
    )


def _codes_here(register: Register) -> str:
    return ", ".join(dict.fromkeys(one.ccg_code for one in register.here))


def on_day(console: Console, register: Register, day: date, regimes: Sequence[Regime]) -> None:
    """Print who was in each regime on a day, and of whom that is not known."""
    frame = standing_table(register, day, regimes)
    for regime in regimes:
        own = frame[frame["regime"] == regime].drop(columns=["day", "regime", "source"])
        answers = list(own["answer"])
        title = f"{IN_WORDS[regime].capitalize()} on {day}: {answers.count('yes')}; not known: "
        _table(console, own, f"{title}{answers.count('not known')}")
    if day > register.replayed.horizon:
        codes, until = _codes_here(register), register.replayed.horizon
        _say(
            console,
            f"Nothing after {until} is recorded{f' of others than {codes}' if codes else ''}, "
            f"so that nobody{' else' if codes else ''}'s answer is no.",
        )
    _say(console, INCOMPLETE)


def history(console: Console, register: Register, ccg_code: str) -> None:
    """Print the spells of a CCG with their events."""
    spells = register.history(ccg_code)
    _say(console, f"{name_of(ccg_code)} ({ccg_code})")
    if not spells:
        _say(console, f"No event is recorded. {INCOMPLETE}")
        return
    for spell in spells:
        what = ", ".join(part for part in (spell.regime, spell.kind, spell.part) if part)
        rows = [
            [
                str(one.day),
                one.what,
                one.detail + (f"; exercised by {one.given_to}" if one.given_to else ""),
                one.source,
                f"{one.confidence:g}",
            ]
            for one in spell.events
        ]
        lasted = f", {length_of(spell)}" if length_of(spell) else ""
        console.print(
            table_of(["when", "event", "what is said", "source", "confidence"], rows, f"{what}{lasted}")
        )
        if (certain := spell.certain) is not None:
            _say(console, f"Certain from {certain[0]} to {certain[1]}.")
    own = contradiction_table(register)
    own = own[own["ccg_code"] == ccg_code].drop(columns="ccg_code")
    if len(own):
        _table(console, own, "What does not fit")


def proposals(
    console: Console,
    register: Register,
    rounds: Sequence[Round],
    by: Sequence[Criterion],
    found: Sequence[Proposal],
) -> None:
    """Print who is proposed, or how far the released rounds go."""
    rows = [[one.name, one.judged_by, " or ".join(one.labels), one.provenance, one.source] for one in by]
    console.print(table_of(["criterion", "judged by", "is", "provenance", "source"], rows, "Criteria"))
    periods = ", ".join(one.period for one in rounds) or "none"
    needed = persistence()
    if len(rounds) < needed:
        _say(
            console,
            f"Nobody is proposed: a problem must persist over {needed} released years in a row (assumed).",
        )
        so_far = propose(rounds, by, len(rounds)) if rounds else []
        codes = ", ".join(one.ccg_code for one in so_far) or "nobody"
        _say(console, f"Released in a row: {periods}. Over these the criteria hold for: {codes}.")
        return
    frame = proposal_table(found)
    last = date(int(rounds[-1].period[:4]) + 1, 3, 31)
    answers = [register.standing(one.ccg_code, "special measures", last).answer for one in found]
    _table(console, frame.assign(**{"in special measures": answers}), f"Proposed after {periods}")
    _say(console, PROPOSED)


def entries(console: Console, every: Sequence[Submitted]) -> None:
    """Print the entries that were submitted, each with its state and who has signed."""
    if not every:
        _say(console, "No entry was submitted yet: ccg measures submit does that.")
        return
    rows = [
        [
            one.key,
            f"{one.state.described}{',' if one.recorded else ', not'} in the register",
            ", ".join(each.role for each in one.state.signed_by) or "nobody",
            "; ".join(one.state.missing) or "nothing",
        ]
        for one in every
    ]
    heads = ["entry", "state", "signed by", "missing"]
    console.print(table_of(heads, rows, "Entries submitted in this database"))


def entry(console: Console, found: Submitted, terms: Terms, against: Sequence[Remark]) -> None:
    """Print what was submitted to the committee: the event, the evidence, and what does not fit."""
    title = f"{terms.title}, {found.key}: UNRELEASED"
    if found.before is None:
        _say(console, f"{title}. Nothing is submitted to it.")
        return
    console.print(table_of(["what", "says"], [list(one) for one in entry_rows(found.before)], title))
    for one in against:
        _say(console, f"It does not fit: {one.says}, but {one.against} ({'; '.join(one.sources)}).")


def _table(console: Console, frame: pd.DataFrame, title: str) -> None:
    heads = [{"ccg_code": "CCG", "ccg_name": "name"}.get(one, one) for one in frame.columns]
    console.print(table_of(heads, frame.to_numpy().tolist(), title))


def _say(console: Console, sentence: str) -> None:
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)
