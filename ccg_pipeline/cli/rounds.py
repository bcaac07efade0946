"""What `run`, `show`, `explain`, `league` and `export` do with `--edition`: rounds of any framework.

Belongs here: which edition, round and partition was asked for, and handing a released round to the prints.
Does not belong here: the verbs of the two lanes of 2016/17 (run.py, show.py, …), what is printed
(prints/rounds.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ccg_pipeline.cli.options import console, errors
from ccg_pipeline.cli.output import refuse_output, write
from ccg_pipeline.cli.prints import rounds as printed
from ccg_pipeline.framework.edition import Edition, Round
from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.round_dates import key_typed, keys_of, round_of
from ccg_pipeline.method.engine.rows import place_table, score_table
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


def asked_for(
    edition: str,
    month: str,
    quarter: str,
    year: str,
    name: str = "",
    others: Mapping[str, object] | None = None,
) -> Asked | None:
    """Return what the options ask for; None for the edition of 2016/17, which other functions serve.

    `others`: options that only that edition has, as they were given. WrongUse for one of them with another
    edition, and for a round that the edition does not have.
    """
    if not edition or edition == load_edition().key:
        if quarter or name:
            option = "--quarter" if quarter else "--round"
            raise WrongUse(f"{option} is of an edition with such rounds: name it with --edition.")
        return None
    if given := [option for option, value in (others or {}).items() if value]:
        raise WrongUse(f"{given[0]} is of the edition {load_edition().key}: leave it out with --edition.")
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
    code, run = _found(released, organisation), recomputed(asked.edition, released)
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
        released = released_round(connection, asked.edition, asked.round, key)
    recomputed(asked.edition, released)
    return released


def recomputed(edition: Edition, released: ReleasedRound) -> Run:
    """Run the edition on a release's figures; Fault where scores, grades or places are not those released.

    Nobody signs a release without gates: it must follow from its own figures and the edition.
    """
    run = run_of(edition, released.tables["figures"], released.tables["organisations"])
    by = ["node", "organisation_code"]
    scores = score_table(run).rename(columns={"organisation": "organisation_code"}).set_index(by)
    said = released.tables["scores"].set_index(by)
    lost = said.index.difference(scores.index)
    own = scores.reindex(said.index)
    is_same = np.isclose(said["score"], own["score"].astype(float), rtol=1e-9, atol=1e-9, equal_nan=True)
    is_same &= (said["label"] == own["label"]).to_numpy()
    if len(lost) or not is_same.all():
        node = str(said.index[~is_same][0][0])
        raise Fault(
            f"What was released of {node} does not follow from its figures by {edition.key} as it is now: "
            "the release was altered, or the edition was changed since. Run the round again."
        )
    places = place_table(run).set_index(["league", "organisation"])["place"].astype(float)
    shown = released.tables["places"].set_index(["league", "organisation_code"])["place"].astype("float64")
    is_its = shown.isna() | (shown.to_numpy() == places.reindex(shown.index).to_numpy())
    if not is_its.all():
        raise Fault(f"The places that were released do not follow from the figures by {edition.key}.")
    return run


def _found(released: ReleasedRound, text: str) -> str:
    """Return the code of who is meant by a code or a part of a name; WrongUse for nobody or several."""
    known = released.tables["organisations"]
    names = known["name"].fillna("").astype("str")
    for code in known.index:
        if text and text.casefold() in (code.casefold(), names[code].casefold()):
            return str(code)
    found = [str(code) for code in known.index if text and text.casefold() in names[code].casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        shown = "; ".join(f"{code} {names[code]}" for code in found[:5])
        raise WrongUse(f"{text!r} may be {shown}{' …' if len(found) > 5 else ''}: give a code.")
    raise WrongUse(f"There is no organisation {text!r} in this round: it has {', '.join(known.index[:5])} ….")


def _some(edition: Edition) -> str:
    keys = [one.key for one in edition.nodes]
    return ", ".join(keys[:12]) + (" …" if len(keys) > 12 else "")
