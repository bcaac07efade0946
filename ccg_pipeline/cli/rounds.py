"""What `run`, `show`, `explain`, `league` and `export` do with `--edition`: rounds of any framework.

Belongs here: which edition, round and partition was asked for, and handing a released round to the prints.
Does not belong here: the verbs of the two lanes of 2016/17 (run.py, show.py, …), what is printed
(prints/rounds.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ccg_pipeline.cli.options import console, errors
from ccg_pipeline.cli.output import refuse_output, write
from ccg_pipeline.cli.prints import round_of_all
from ccg_pipeline.cli.prints import rounds as printed
from ccg_pipeline.framework.edition import Edition, Round
from ccg_pipeline.framework.families import edition_named, shipped_editions
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.node_counts import fit_by_label, fit_of_named, named_counts, node_counts
from ccg_pipeline.framework.round_dates import key_typed, keys_of, round_of
from ccg_pipeline.publish.export import exported
from ccg_pipeline.publish.league_critics import critics
from ccg_pipeline.publish.measures import title_of
from ccg_pipeline.publish.round_tables import frames_of, table_of
from ccg_pipeline.reference.finding import did_you_mean
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.release.round_parts import TABLES
from ccg_pipeline.release.rounds import ReleasedRound, released_keys, released_round
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import open_for_reading, reading
from expert_panels.foundation.fault import WrongUse

MEASURES, ALL = "measures", "all"
EXPORTED = (*TABLES, MEASURES)
"""The tables of a round that can be written: what it holds, and which measures its edition reads."""


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
    key = key_typed(found, one, typed[one.every]) if typed else ""
    return Asked(found.in_words_of(one), one, key)


def show_round(asked: Asked, organisation: str, database: str) -> None:
    """Print what every node that the round shows came to for an organisation."""
    released = _released(asked, database)
    printed.opening(console, asked.edition, released)
    printed.of_organisation(console, asked.edition, asked.round, released, _found(released, organisation))


def show_one_of_round(asked: Asked, name: str, database: str) -> None:
    """Print one node, or one published measure, of every organisation of a round."""
    released = _released(asked, database)
    measures = {text.casefold(): one for one in asked.edition.measures for text in (one, one.split("/")[-1])}
    measures |= {title_of(asked.edition, one).casefold(): one for one in asked.edition.measures}
    nodes = _nodes_by_name(asked.edition)
    wanted = name.casefold()
    printed.opening(console, asked.edition, released)
    if wanted in nodes:
        round_of_all.of_node(console, asked.edition, released, nodes[wanted])
    elif wanted in measures:
        round_of_all.of_measure(console, asked.edition, released, measures[wanted])
    else:
        meant = did_you_mean(name, [*(one.title for one in asked.edition.nodes), *asked.edition.measures])
        raise WrongUse(
            f"{asked.edition.key} has no node and no measure {name!r}: it has {_some(asked.edition)}.{meant}"
        )


def _nodes_by_name(edition: Edition) -> dict[str, str]:
    """The keys of the nodes by key and by title, in small letters."""
    by_title = {one.title.casefold(): one.key for one in edition.nodes}
    return by_title | {one.key.casefold(): one.key for one in edition.nodes}


def explain_round(asked: Asked, organisation: str, node: str, database: str) -> None:
    """Print a node with its steps down to its measures, and the file and cell of each figure."""
    released = _released(asked, database)
    keys = _nodes_by_name(asked.edition)
    if node.casefold() not in keys:
        meant = did_you_mean(node, [one.title for one in asked.edition.nodes])
        raise WrongUse(f"{asked.edition.key} has no node {node!r}: it has {_some(asked.edition)}.{meant}")
    key = keys[node.casefold()]
    code, run = _found(released, organisation), released.run_of(asked.edition, key)
    printed.opening(console, asked.edition, released)
    printed.explained(console, run, released, key, code)


def league_round(asked: Asked, database: str) -> None:
    """Print the places of the edition's leagues, and what they cannot say."""
    released = _released(asked, database)
    printed.opening(console, asked.edition, released)
    printed.leagues(console, asked.edition, released, critics(asked.edition, released.tables["scores"]))


def fit_round(asked: Asked, database: str) -> None:
    """Print how many organisations are in each grade of a released round, next to the published counts."""
    released = _released(asked, database)
    folder = shipped_editions().get(asked.edition.key)
    counts = node_counts(folder, asked.edition) if folder is not None else ()
    named = named_counts(folder, asked.edition) if folder is not None else ()
    scores = released.tables["scores"]
    printed.opening(console, asked.edition, released)
    round_of_all.fit(
        console, fit_by_label(scores, asked.edition, counts), fit_of_named(scores, named), released
    )


def export_round(asked: Asked, table: str, file_format: str, output: Path | None, database: str) -> None:
    """Write a table of a released round, or with the table `all` each of them into a folder."""
    refuse_output(file_format, output)
    if table not in (*EXPORTED, ALL):
        raise WrongUse(
            f"There is no table {table!r} of a round: choose one of {', '.join(EXPORTED)}, or {ALL}."
        )
    if table == ALL and (output is None or output.is_file()):
        raise WrongUse(f"`ccg export {ALL}` writes a file a table: name their folder with --output.")
    released = _released(asked, database)
    if table == ALL and output is not None:
        output.mkdir(exist_ok=True)
    asked_of = critics(asked.edition, released.tables["scores"])
    frames = frames_of(released, asked.edition, asked.round, asked_of)
    for name in EXPORTED if table == ALL else (table,):
        path = output / f"{name}.{file_format}" if table == ALL and output is not None else output
        write(exported(frames[name], file_format, table_of(name, list(frames[name].columns))), path)
    errors.print(printed.provenance(released), markup=False, highlight=False, soft_wrap=True)


def _released(asked: Asked, database: str) -> ReleasedRound:
    with reading(open_for_reading(database or database_url())) as connection:
        key = asked.key
        if not key:
            every = keys_of(asked.edition, asked.round)
            key = (released_keys(connection, asked.edition, asked.round, every) or every)[-1]
        return released_round(connection, asked.edition, asked.round, key, terms_in_force([asked.edition]))


def _found(released: ReleasedRound, text: str) -> str:
    return found_in(released.tables["organisations"], text)


def found_in(known: pd.DataFrame, text: str) -> str:
    """Return the code of who is meant by a code or a part of a name; WrongUse for nobody or several."""
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
    some, meant = ", ".join(known.index[:5]), did_you_mean(text, names)
    raise WrongUse(f"There is no organisation {text!r} in this round: it has {some} ….{meant}")


def _some(edition: Edition) -> str:
    keys = [one.key for one in edition.nodes]
    return ", ".join(keys[:12]) + (" …" if len(keys) > 12 else "")
