"""What `ccg edition` prints: what an edition is, what came out of trying it, and why.

Belongs here: laying out an edition, its results, the tree of an explanation.
Does not belong here: the words of a rule (the method's engine), files, options and exit codes.
"""

from calendar import month_name
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from ccg_pipeline.cli.figures_file import Figures
from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.cli.typed import as_typed
from ccg_pipeline.framework.consistency import notes
from ccg_pipeline.framework.edition import Edition, Node, Round
from ccg_pipeline.framework.reach import never_given
from ccg_pipeline.method.engine.explaining import Done, Explained, Use, tops
from ccg_pipeline.method.engine.reasons import in_titles
from ccg_pipeline.method.engine.rows import asked_of, changed_by, labels_of, place_table
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.engine.wording import figure
from ccg_pipeline.publish.export import UNRELEASED
from ccg_pipeline.publish.naming import how_many, noun_of, plural

ACROSS = 6
"""Nodes in a table of results, so that it fits a terminal; more make another table."""
WITH_GAPS = "with what is missing at its worst and at its best"


def editions(console: Console, found: Sequence[Edition]) -> None:
    """Print the editions that ship, a row each."""
    rows = [[one.key, one.title, one.year, plural(noun_of(one.organisation))] for one in found]
    console.print(table_of(["key", "title", "year", "assesses"], rows))


def begun(console: Console, folder: Path) -> None:
    """Print what to do with a new edition."""
    _say(console, f"{folder}: an edition that works, to be made yours. Next:")
    for verb in (f"check {folder}", f"try {folder} {folder / 'figures.csv'}"):
        _say(console, f"  ccg edition {verb}")


def whole(console: Console, edition: Edition) -> None:
    """Print what an edition is: nodes by level, measures, rules, rounds, leagues."""
    title = f"{edition.title} ({edition.key})"
    rows = [
        ["year", edition.year + _begins(edition)],
        ["assesses", plural(noun_of(edition.organisation))],
        *([f"scale {one.key}", ", ".join(one.labels)] for one in edition.scales),
        *([name, nodes] for name, nodes in _levels(edition)),
        *([f"{node.key} never gives", ", ".join(lost)] for node, lost in _lost(edition)),
        *(["note", said] for said in notes(edition)),
        [f"{len(edition.measures)} measures", ", ".join(edition.measures)],
        *([["attributes", ", ".join(edition.attributes)]] if edition.attributes else []),
        ["rules", ", ".join(f"{n} {rule}" for rule, n in _rules(edition))],
        *([f"round {one.key}", _round(one)] for one in edition.rounds),
        *(
            [
                f"league of {one.of}",
                ", ".join(
                    part
                    for part in (f"by {', then '.join(one.by)}", one.pool and f"within {one.pool}", one.order)
                    if part
                ),
            ]
            for one in edition.leagues
        ),
    ]
    console.print(table_of(["", "whole: no fault was found"], rows, title))


def _begins(edition: Edition) -> str:
    """In which month its year begins, where the edition says it."""
    return f", from {month_name[edition.year_begins]}" if "year_begins" in edition.model_fields_set else ""


def _lost(edition: Edition) -> Iterator[tuple[Node, list[str]]]:
    """Nodes of whose scale no step gives some labels."""
    for node in edition.nodes:
        if lost := never_given(node, edition.labels(node.key)):
            yield node, lost


def _levels(edition: Edition) -> Iterator[tuple[str, str]]:
    levels = dict.fromkeys(node.level for node in edition.nodes)
    for level in levels:
        own = [node for node in edition.nodes if node.level == level]
        scales = ", ".join(dict.fromkeys(node.scale for node in own if node.scale is not None))
        graded = f", graded on {scales}" if scales else ""
        yield f"level {level}", f"{how_many(len(own), 'node')}{graded}"


def _rules(edition: Edition) -> list[tuple[str, int]]:
    return Counter[str](step.do for node in edition.nodes for step in node.steps).most_common()


def _round(one: Round) -> str:
    levels = f", of {', '.join(one.levels)}" if one.levels else ""
    if not one.gates:
        return f"every {one.every}{levels}, no gates: released unverified, and said so"
    gates = ", ".join(one.key for one in one.gates)
    how = "each gate releases its own" if one.release == "each" else "released together"
    return f"every {one.every}{levels}, gates {gates}; {how}"


def tried(console: Console, edition: Edition, read: Figures, name: str) -> None:
    """Print that what follows is unofficial, and what of a file of figures was used."""
    _say(console, f"{UNRELEASED}; {edition.title}, {edition.year}, tried on {name}.", style="bold")
    _say(
        console,
        f"{name} is {read.shape}, with {read.separator}: "
        f"{how_many(len(read.facts.organisations), 'organisation')}, "
        f"{how_many(len(read.measures), 'measure')} that the edition reads.",
    )
    for said, names in (
        ("Not asked for", read.not_asked_for),
        ("Read by the edition, and not in the file", read.not_there),
        ("Not assessed, as others are compared with it", read.references),
    ):
        if names:
            _say(console, f"{said}: {', '.join(names)}.")


def results(console: Console, run: Run) -> None:
    """Print grades and scores of the nodes at the top, then what is missing and what was changed, and why."""
    nodes, asked = tops(run), asked_of(run)
    for first in range(0, len(nodes), ACROSS):
        shown = nodes[first : first + ACROSS]
        columns = [np.where(asked[node.key], _outcomes(run, node), "").tolist() for node in shown]
        rows = [list(row) for row in zip(run.facts.organisations, *columns, strict=True)]
        console.print(table_of(["organisation", *(node.title for node in shown)], rows))
    missing = [
        [organisation, node.title, why]
        for node in nodes
        for organisation, why, is_asked in zip(
            run.facts.organisations, _why(run, node), asked[node.key], strict=True
        )
        if why and is_asked
    ]
    if missing:
        console.print(table_of(["organisation", "has no", "because"], missing))
    changed = [
        [organisation, node.title, because]
        for node in nodes
        for organisation, because in zip(run.facts.organisations, changed_by(run, node.key), strict=True)
        if because
    ]
    if changed:
        console.print(table_of(["organisation", "changed", "because"], changed))


def _outcomes(run: Run, node: Node) -> list[str]:
    scores, is_scored = run.states[node.key].score[0], any(one.do == "as_scored" for one in node.steps)
    return [
        _outcome(label, score, node.scale is not None, is_scored)
        for label, score in zip(labels_of(run, node.key), scores, strict=True)
    ]


def _outcome(label: str, score: float, is_graded: bool, is_scored: bool) -> str:
    """A label, with its score where that is not the grade itself; the score alone where nobody grades."""
    if not is_graded:
        return figure(score)
    return (label or "none") + (f" ({figure(score)})" if not is_scored and np.isfinite(score) else "")


def _why(run: Run, node: Node) -> list[str]:
    why = run.states[node.key].why
    said = [""] * len(run.facts.organisations) if why is None else why
    return [in_titles(str(one), run.edition) for one in said]


def leagues(console: Console, run: Run) -> None:
    """Print the places of each league."""
    table = place_table(run)
    if table.empty:
        _say(console, "The edition has no league.")
    for name, own in table.groupby("league", sort=False):
        shown = own[["place", "score"]].map(figure)
        columns = {
            "within": own["pool"].fillna(""),
            "place": shown["place"],
            "organisation": own["organisation"],
        }
        columns |= {"grade": own["label"], "score": shown["score"]}
        kept = {head: list(cells) for head, cells in columns.items() if (cells != "").any()}
        rows = zip(*kept.values(), strict=True)
        console.print(table_of(list(kept), rows, league_head(run.edition, str(name)), ["place", "score"]))


def league_head(edition: Edition, title: str) -> str:
    """Return the head of a league's table: its title, and from whom it counts where not from the best."""
    order = edition.leagues_by_title[title].order
    return f"League: {title}" + (f" ({order})" if order else "")


def explanation(console: Console, organisation: str, explained: Sequence[Explained]) -> None:
    """Print each node at the top with its steps and, under it, the nodes that it uses."""
    _say(console, f"\n{organisation}", style="bold")
    seen: set[object] = set()
    for top in explained:
        tree = Tree(_head(top, ""))
        _grow(tree, top, seen)
        console.print(tree)


def _grow(tree: Tree, node: Explained, seen: set[object]) -> None:
    """Add a node's steps and what it uses; a node or a source that was printed before is named alone."""
    seen.add(node.key)
    for step in node.steps:
        tree.add(_step(step, seen))
        seen.update(step.doubtful)
    for use in node.uses:
        is_new = use.node.key not in seen
        branch = tree.add(_head(use.node, _role(use), is_new))
        if is_new:
            _grow(branch, use.node, seen)


def _role(use: Use) -> str:
    return f", {use.role}" if use.role else ""


def _head(node: Explained, role: str, is_new: bool = True) -> Text:
    rests = f", on {node.n_used} of {node.n_expected}" if node.n_used < node.n_expected else ""
    if node.with_gaps is not None:
        worst, best = node.with_gaps
        rests += f", {figure(worst)} to {figure(best)} {WITH_GAPS}"
    why = f", because {node.why}" if node.why else ""
    text = Text(f"{node.title}: ", style="bold")
    is_scored = any(one.do == "as_scored" for one in node.steps)
    text.append(_outcome(node.label, node.score, node.is_graded, is_scored) + why)
    text.append(f" ({node.level}{role}{rests}{'' if is_new else ', see above'})", style="not bold")
    return text


def _step(step: Done, seen: Container[object]) -> Text:
    because = f", because {step.because}" if step.because else ""
    said = (f"{one[0]}, see above" if one in seen else ": ".join(one) for one in step.doubtful)
    doubtful = "".join(f" [{one}]" for one in dict.fromkeys(said))
    return Text(f"{step.do}: {step.words} → {step.result}{because}{doubtful}")


def _say(console: Console, sentence: str, style: str | None = None) -> None:
    console.print(as_typed(sentence), markup=False, highlight=False, style=style)
