"""What `run`, `show`, `explain`, `league` and `export` do with `--edition`: rounds of any framework.

Belongs here: which edition, round and partition was asked for, and handing a released round to the prints.
Does not belong here: the verbs of the two lanes of 2016/17 (run.py, show.py, …), what is printed
(prints/rounds.py).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ccg_pipeline.cli.options import console, errors
from ccg_pipeline.cli.output import refuse_output, write
from ccg_pipeline.cli.prints import rounds as printed
from ccg_pipeline.framework.edition import Edition, Round
from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.round_dates import key_typed, keys_of, round_of
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.round_assessment import run_of
from ccg_pipeline.publish.export import exported, stamped
from ccg_pipeline.release.rounds import TABLES, ReleasedRound, released_keys, released_round
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import open_for_reading, reading
from expert_panels.foundation.fault import Fault, WrongUse


@dataclass(frozen=True)
class Asked:
    """What was asked for: an edition, one of its rounds, and a partition of it ('' where none was named)."""

    edition: Edition
    round: Round
    key: str


def asked_for(edition: str, month: str, quarter: str, year: str, name: str = "") -> Asked | None:
    """Return what the options ask for; None for the edition of 2016/17, which has verbs of its own.

    WrongUse for a round that the edition does not have.
    """
    if not edition or edition == load_edition().key:
        if quarter or name:
            option = "--quarter" if quarter else "--round"
            raise WrongUse(f"{option} is of an edition with such rounds: name it with --edition.")
        return None
    typed = {kind: text for kind, text in (("month", month), ("quarter", quarter), ("year", year)) if text}
    if len(typed) > 1:
        raise WrongUse(f"Give one of --{' and --'.join(typed)}, not both.")
    found = edition_named(edition)
    one = round_of(found, next(iter(typed), ""), name)
    return Asked(found, one, key_typed(found, one, typed[one.every]) if typed else "")


def show_round(asked: Asked, organisation: str, database: str) -> None:
    """Print what every node that the round shows came to for an organisation."""
    released = _released(asked, database)
    printed.opening(console, asked.edition, released)
    printed.of_organisation(console, asked.edition, asked.round, released, _found(released, organisation))


def explain_round(asked: Asked, organisation: str, node: str, database: str) -> None:
    """Print a node with its steps down to its measures, and the file and cell of each figure."""
    released = _released(asked, database)
    keys = {one.key.casefold(): one.key for one in asked.edition.nodes}
    keys = {one.title.casefold(): one.key for one in asked.edition.nodes} | keys
    if node.casefold() not in keys:
        raise WrongUse(f"{asked.edition.key} has no node {node!r}: it has {_some(asked.edition)}.")
    code, run = _found(released, organisation), _run(asked.edition, released)
    printed.opening(console, asked.edition, released)
    printed.explained(console, run, released, keys[node.casefold()], code)


def league_round(asked: Asked, database: str) -> None:
    """Print the places of the edition's leagues, and what they cannot say."""
    released = _released(asked, database)
    printed.opening(console, asked.edition, released)
    printed.leagues(console, released)


def export_round(asked: Asked, table: str, file_format: str, output: Path | None, database: str) -> None:
    """Write a table of a released round."""
    refuse_output(file_format, output)
    if table not in TABLES:
        raise WrongUse(f"There is no table {table!r} of a round: choose one of {', '.join(TABLES)}.")
    released = _released(asked, database)
    frame = released.tables[table]
    frame = frame.reset_index() if table == "organisations" else frame
    write(exported(stamped(frame) if released.is_made_up else frame, file_format), output)
    errors.print(printed.provenance(released), markup=False, highlight=False, soft_wrap=True)


def _released(asked: Asked, database: str) -> ReleasedRound:
    with reading(open_for_reading(database or database_url())) as connection:
        key = asked.key
        if not key:
            every = keys_of(asked.edition, asked.round)
            key = (released_keys(connection, asked.edition, asked.round, every) or every)[-1]
        return released_round(connection, asked.edition, asked.round, key)


def _run(edition: Edition, released: ReleasedRound) -> Run:
    """Work a release out again from its own figures; Fault where it does not give the scores that it says."""
    run = run_of(edition, released.tables["figures"], released.tables["organisations"])
    said = released.tables["scores"].set_index(["node", "organisation_code"])["score"]
    for node in said.index.get_level_values("node").unique():
        again = pd.Series(run.states[node].score[0], index=pd.Index(run.facts.organisations))
        own = said.loc[node]
        if not np.allclose(own.astype(float), again.reindex(own.index), rtol=1e-9, atol=1e-9, equal_nan=True):
            raise Fault(
                f"{edition.key} as it is now does not give what was released of {node}: the edition was "
                "changed since; run the round again."
            )
    return run


def _found(released: ReleasedRound, text: str) -> str:
    """Return the code of who is meant by a code or a part of a name; WrongUse for nobody or several."""
    known = released.tables["organisations"]
    names = known["name"].astype("str") if "name" in known else pd.Series("", index=known.index)
    for code in known.index:
        if text.casefold() in (code.casefold(), str(names[code]).casefold()):
            return str(code)
    found = [str(code) for code in known.index if text.casefold() in str(names[code]).casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        shown = "; ".join(f"{code} {names[code]}" for code in found[:5])
        raise WrongUse(f"{text!r} may be {shown}{' …' if len(found) > 5 else ''}: give a code.")
    raise WrongUse(f"There is no organisation {text!r} in this round: it has {', '.join(known.index[:5])} ….")


def _some(edition: Edition) -> str:
    keys = [one.key for one in edition.nodes]
    return ", ".join(keys[:12]) + (" …" if len(keys) > 12 else "")
