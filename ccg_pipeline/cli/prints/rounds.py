"""What the terminal shows of an edition's rounds.

Belongs here: the prints of a released round and of a run's end.
Does not belong here: what an edition is and what it gives on a file of figures (edition.py).
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from sqlalchemy import Engine, func, select

from ccg_pipeline.cli.prints.edition import explanation
from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.framework.edition import Edition, Node, Round
from ccg_pipeline.method.certainty.saying import CONDITION, sentence, words_of
from ccg_pipeline.method.engine.explaining import explain
from ccg_pipeline.method.engine.run import Run, resting_on
from ccg_pipeline.method.engine.wording import figure
from ccg_pipeline.orchestration.outcome import Outcome
from ccg_pipeline.release.rounds import ReleasedRound, released_round
from ccg_pipeline.release.tables import MADE_UP
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import quarantine, source_file

SETS = (
    "A place says who is before whom by the published figures, its set which places it may have: in 95 of "
    "100 draws all sets of a league are right at once."
)


def opening(console: Console, edition: Edition, released: ReleasedRound) -> None:
    """Print what the release is, whose it is not, and that nobody verified it."""
    if released.is_made_up:
        _say(console, MADE_UP)
    header = released.release.header
    _say(console, f"{header['title']}. Release {released.release.serial}: {header['verification']}.")
    if any(one.provenance == "assumed" for one in edition.numbers()):
        _say(
            console, f"Some of its rules are assumed: `ccg edition check {edition.key} --numbers` lists them."
        )


def summary(
    console: Console, engine: Engine, edition: Edition, one: Round, key: str, outcome: Outcome
) -> None:
    """Print the short table that a run ends with: what was scored, refused and released, where to look."""
    with reading(engine) as connection:
        released = released_round(connection, edition, one, key)
        n_quarantined = connection.execute(select(func.count()).select_from(quarantine)).scalar_one()
        refused = frames.read(connection, source_file, {"state": "refused"})
    scores = released.tables["scores"]
    opening(console, edition, released)
    rows: list[list[object]] = [["organisations", scores["organisation_code"].nunique()]]
    for level, own in scores.groupby("level", sort=False):
        scored = own["score"].notna() | own["grade"].notna()
        rows.append([f"{level}: scores", f"{int(scored.sum()):,} of {len(own):,}"])
    rows += [
        ["rows quarantined", f"{n_quarantined:,}"],
        ["files refused", len(refused)],
        ["checks warned in this run", len(set(outcome.warned))],
        ["released table", f"release {released.release.serial}"],
    ]
    console.print(table_of(["", key], rows, title=edition.title))
    graded = [node for node in edition.nodes if node.scale and node.key in set(scores["node"])]
    if graded:
        labels = list(dict.fromkeys(label for node in graded for label in edition.labels(node.key)))
        counts = scores[scores["label"] != ""].groupby(["node", "label"]).size()
        table = [[node.title, *(str(counts.get((node.key, one), "")) for one in labels)] for node in graded]
        console.print(table_of(["grades", *labels], table, numbers=labels))
    for refusal in refused["refusal"]:
        _say(console, f"Refused: {refusal}")
    for check in sorted(set(outcome.warned)):
        _say(console, f"Warned: {check}")
    asked = f"--edition {edition.key} --{one.every} {key}"
    first = scores["organisation_code"].iloc[0]
    _say(console, f"Next: ccg show {first} {asked}; ccg explain {first} NODE {asked}; ccg league {asked}.")


def of_organisation(
    console: Console, edition: Edition, one: Round, released: ReleasedRound, code: str
) -> None:
    """Print each node's outcome for an organisation, in the order of the round's levels, then its places."""
    organisations = released.tables["organisations"]
    about = [str(one) for one in organisations.loc[code] if one is not None and str(one)]
    scores = released.tables["scores"]
    own = scores[scores["organisation_code"] == code].set_index("node")
    nodes = [node for node in reversed(edition.nodes) if node.key in own.index]
    if one.levels:
        nodes = [node for level in one.levels for node in reversed(nodes) if node.level == level]
    rows = [[node.title, node.level, *_outcome(own.loc[[node.key]].to_dict("records")[0])] for node in nodes]
    title = ", ".join([code, *about])
    console.print(table_of(["", "level", "grade", "score", "rests on", "because"], rows, title, ["score"]))
    places = released.tables["places"]
    for row in places[places["organisation_code"] == code].to_dict("records"):
        if said := _place(row, places):
            _say(console, said)
    for said in again(nodes, released, code):
        _say(console, said)


def _place(row: Mapping[Hashable, Any], places: pd.DataFrame) -> str:
    """What is said of an organisation's place in a league; '' where it has neither place nor set."""
    within = f" ({row['pool']})" if row["pool"] else ""
    among = places[(places["league"] == row["league"]) & (places["pool"] == row["pool"])]
    has_set = not pd.isna(row["set_first"])
    between = f"in a set from {row['set_first']} to {row['set_last']}" if has_set else ""
    if pd.isna(row["place"]):
        alone = "without a place, for it rests on one figure"
        return f"{row['league']}{within}: {between}, {alone}." if has_set else ""
    place = f"place {row['place']} of {int(among['place'].notna().sum())}"
    return f"{row['league']}{within}: {', '.join(part for part in (place, between) if part)}."


def again(nodes: Sequence[Node], released: ReleasedRound, code: str) -> list[str]:
    """What is said of each grade of an organisation: how often it would be repeated, and the condition."""
    chances, scores = released.tables["chances"], released.tables["scores"]
    own = chances[(chances["organisation_code"] == code) & (chances["kind"] == "again")]
    earned = scores[scores["organisation_code"] == code].set_index("node")["label"]
    said = []
    for node in nodes:
        rows = own[own["node"] == node.key]
        if len(rows) and earned[node.key]:
            each = {
                _graded(label): chance for label, chance in zip(rows["label"], rows["chance"], strict=True)
            }
            label = _graded(earned[node.key])
            words = sentence(each, label, released.release.partition_key)
            n_held = int(rows["n_held"].iloc[0])
            held = f" {n_held} of its measures have no known error and are taken as exact." if n_held else ""
            said.append(f"{node.title} ({words_of(each, label)}): {words}{held}")
    return [*said, CONDITION] if said else []


def _graded(label: str) -> str:
    """A grade that is a number, so that nobody takes it for a count."""
    return f"grade {label}" if label.isdigit() else label


def _outcome(row: Mapping[Hashable, Any]) -> list[str]:
    rests = "" if pd.isna(row["n_used"]) else f"{row['n_used']} of {row['n_expected']}"
    because = "; ".join(row[name] for name in ("changed_by", "why") if row[name])
    score = float("nan") if pd.isna(row["score"]) else row["score"]
    return [row["label"], figure(score), rests, because]


def explained(console: Console, run: Run, released: ReleasedRound, node: str, code: str) -> None:
    """Print a node with its steps, and each figure that it rests on with its file and cell."""
    explanation(console, code, [explain(run, node, code)])
    used = resting_on(run.edition, [node])
    measures = dict.fromkeys(
        measure for one in run.edition.nodes if one.key in used for measure in one.measures_used()
    )
    figures = released.tables["figures"]
    own = figures[(figures["organisation_code"] == code) & figures["measure"].isin(list(measures))]
    rows = [
        [
            row["measure"],
            row["judgement"] or (row["status"] if np.isnan(row["value"]) else figure(row["value"])),
            f"{row['period_end']:%Y-%m-%d}",
            row["source_name"],
            " ".join(part for part in (row["sheet"], row["cell"]) if part),
        ]
        for row in own.to_dict("records")
    ]
    console.print(table_of(["measure", "figure", "period ends", "file", "cell"], rows, "Published figures"))


def leagues(console: Console, released: ReleasedRound) -> None:
    """Print the places of each league, best first within each pool."""
    places = released.tables["places"]
    if places.empty:
        _say(console, "The edition has no league.")
        return
    names = released.tables["organisations"]["name"]
    for name, own in places.groupby("league", sort=False):
        ordered = own.sort_values(["pool", "place", "organisation_code"], na_position="last")
        rows = [
            [
                row["pool"],
                "" if pd.isna(row["place"]) else str(row["place"]),
                row["organisation_code"],
                names[row["organisation_code"]] or "",
                "" if pd.isna(row["set_first"]) else f"{row['set_first']} to {row['set_last']}",
                row["label"],
                figure(row["score"]),
            ]
            for row in ordered.to_dict("records")
        ]
        heads = ["within", "place", "organisation", "name", "set", "grade", "score"]
        console.print(table_of(heads, rows, f"League: {name}", ["place", "score"]))
    _say(console, SETS)


def provenance(released: ReleasedRound) -> str:
    """Return one sentence: what was written, and by which release."""
    header, release = released.release.header, released.release
    which = f"release {release.serial}, sha256 {release.sha256[:12]}…"
    return f"{header['title']}: {which}, {header['verification']}."


def _say(console: Console, sentence: str) -> None:
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)
