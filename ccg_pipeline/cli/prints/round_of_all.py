"""What the terminal shows of a released round of everybody: a node, a published measure, counts by grade.

Belongs here: these lists. Does not belong here: one organisation, leagues, a run's end (rounds.py).
"""

from collections.abc import Sequence

import pandas as pd
from rich.console import Console

from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.cli.prints.rounds import called, outcome, provenance, published_figure, say
from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.publish.measures import title_of
from ccg_pipeline.release.rounds import ReleasedRound


def of_node(console: Console, edition: Edition, released: ReleasedRound, node: str) -> None:
    """Print what a node came to for every organisation, in the order of their codes."""
    scores, names = released.tables["scores"], released.tables["organisations"]["name"]
    rows = [
        [row["organisation_code"], names[row["organisation_code"]] or "", *outcome(row)]
        for row in scores[scores["node"] == node].sort_values("organisation_code").to_dict("records")
    ]
    heads = ["organisation", "name", "grade", "score", "rests on", "because"]
    _listed(console, heads, rows, edition.node[node].title, "score", released)
    if node in released.withheld:
        why = f"{edition.node[node].title}: {released.withheld[node]}."
        console.print(why, markup=False, highlight=False)


def of_measure(console: Console, edition: Edition, released: ReleasedRound, measure: str) -> None:
    """Print the published figure of a measure of every organisation, in the order of their codes."""
    figures, names = released.tables["figures"], released.tables["organisations"]["name"]
    rows = [
        [
            row["organisation_code"],
            names.get(row["organisation_code"]) or "",
            published_figure(row),
            f"{row['period_end']:%Y-%m-%d}",
        ]
        for row in figures[figures["measure"] == measure].sort_values("organisation_code").to_dict("records")
    ]
    heads = ["organisation", "name", "figure", "period ends"]
    _listed(console, heads, rows, title_of(edition, measure), "figure", released)


def _listed(
    console: Console,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    title: str,
    number: str,
    released: ReleasedRound,
) -> None:
    """Print rows, without the columns that have nothing, and of which release they are."""
    kept = [at for at in range(len(heads)) if any(row[at] for row in rows)]
    shown = [[row[at] for at in kept] for row in rows]
    console.print(table_of([heads[at] for at in kept], shown, title, numbers=[number]))
    console.print(provenance(released), markup=False, highlight=False)


def fit(console: Console, table: pd.DataFrame, named: pd.DataFrame, released: ReleasedRound) -> None:
    """Print counts by grade next to the published counts, then grades of organisations published by name."""
    say(console, "Shown, never tuned to: made-up figures need not give the published counts.")
    known = released.tables["organisations"].index
    names = [called(released, one) if one in known else one for one in named["organisation_code"]]
    _compared(console, table, "organisations here", "Organisations by grade")
    if len(named):
        _compared(console, named.assign(organisation_code=names), "here", "Grades published by name")
    say(console, provenance(released))


def _compared(console: Console, table: pd.DataFrame, here: str, title: str) -> None:
    """Print counts next to the published ones, then once where each of these is from."""
    named = table.rename(columns={"here": here, "organisation_code": "organisation"})
    shown = named.drop(columns=["provenance", "source"])
    heads = [str(one) for one in shown.columns]
    console.print(table_of(heads, shown.to_numpy(dtype=object).tolist(), title, [here, "published"]))
    for said in dict.fromkeys(zip(named[heads[0]], named["provenance"], named["source"], strict=True)):
        if said[1]:
            say(console, f"{said[0]}, published: {said[1]}, {said[2]}")
