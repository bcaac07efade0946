"""What the terminal shows of an edition's rounds.

Belongs here: the prints of a released round and of a run's end.
Does not belong here: what an edition is and what it gives on a file of figures (edition.py).
"""

from collections.abc import Hashable, Mapping, Sequence
from shlex import quote
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from sqlalchemy import Engine, func, select

from ccg_pipeline.cli.prints.edition import explanation, league_head
from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.cli.prints.round_sentences import (
    REAL,
    again,
    counted_changes,
    moderated,
    nearest,
    real_changes,
)
from ccg_pipeline.cli.typed import as_typed
from ccg_pipeline.framework.edition import Edition, Node, Round
from ccg_pipeline.framework.families import typed_name
from ccg_pipeline.framework.round_dates import days_of, lane_of
from ccg_pipeline.method.engine.explaining import explain
from ccg_pipeline.method.engine.run import Run, measures_under
from ccg_pipeline.method.engine.wording import figure
from ccg_pipeline.orchestration.outcome import Outcome
from ccg_pipeline.publish.league_critics import COLUMNS, MEANING, NOT_REAL, Critics
from ccg_pipeline.publish.special_measures import standings_in_words
from ccg_pipeline.reference.special_measures.register import REGISTERED
from ccg_pipeline.release.archive import latest_release
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.release.holds import HELD_BACK, blocking_round, reason_of, released_although
from ccg_pipeline.release.rounds import ReleasedRound, released_round
from ccg_pipeline.release.tables import MADE_UP
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import quarantine, source_file

SETS = (
    "A place says who is before whom by the published figures, its set which places it may have: in 95 of "
    "100 draws all sets of a league are right at once."
)
NO_SETS = (
    "How sure these places are is not known: the figures behind them come without anything that tells their "
    "error."
)
PLACED = ["place", "set_first", "set_last"]

GAPS = "With gaps: the score were all that is missing under it at its worst, and at its best."


def opening(console: Console, edition: Edition, released: ReleasedRound) -> None:
    """Print what the release is, whose it is not, and that nobody verified it."""
    if released.is_made_up:
        say(console, MADE_UP)
    header = released.release.header
    say(console, f"{header['title']}. Release {released.release.serial}: {header['verification']}.")
    if any(one.provenance == "assumed" for one in edition.numbers()):
        say(
            console,
            f"Some of its rules are assumed: `ccg edition check {typed_name(edition)} --numbers` lists them.",
        )


def summary(
    console: Console, engine: Engine, asked: tuple[Edition, Round, str], outcome: Outcome, database: str = ""
) -> None:
    """Print the short table that a run ends with: what was scored, refused and released, where to look.

    `asked`: edition, round and partition; `database` as it was typed, so that what to type next names it.
    """
    edition, one, key = asked
    named = f"--edition {typed_name(edition)}" + (f" --database {quote(database)}" if database else "")
    with reading(engine) as connection:
        if held := reason_of(blocking_round(connection, edition, one, key)):
            say(console, f"{edition.title}, {key}, is {HELD_BACK}. {held}.")
        if latest_release(connection, lane_of(edition, one), key) is None and one.gates:
            waiting = ", ".join(gate.name or gate.panel for gate in one.gates)
            say(console, f"{edition.title}, {key}: scored, and nothing is released before {waiting} decided.")
            say(console, f"See: ccg panel status {named}; ccg panel show PANEL {named} --{one.every} {key}.")
            return
        released = released_round(connection, edition, one, key, terms_in_force([edition]))
        n_quarantined = connection.execute(select(func.count()).select_from(quarantine)).scalar_one()
        refused = frames.read(connection, source_file, {"state": "refused"})
    scores = released.tables["scores"]
    opening(console, edition, released)
    rows: list[list[object]] = [["organisations", scores["organisation_code"].nunique()]]
    for level, own in scores.groupby("level", sort=False):
        scored = own["score"].notna() | own["grade"].notna()
        withheld = sorted({released.withheld[node] for node in own["node"] if node in released.withheld})
        rows.append([f"{level}: scores", "; ".join([f"{int(scored.sum()):,} of {len(own):,}", *withheld])])
    rows += [
        ["rows quarantined", f"{n_quarantined:,}"],
        ["files refused", len(refused)],
        ["checks warned in this run", len(set(outcome.warned))],
        ["released table", f"release {released.release.serial}"],
    ]
    console.print(table_of(["", key], rows, title=edition.title))
    counts = scores[scores["label"] != ""].groupby(["node", "label"]).size()
    is_rated = set(counts.index.get_level_values("node"))
    for scale in edition.scales:
        graded = [node for node in edition.nodes if node.scale == scale.key and node.key in is_rated]
        table = [
            [node.title, *(str(counts.get((node.key, label), "")) for label in scale.labels)]
            for node in graded
        ]
        if table:
            console.print(table_of(["grades", *scale.labels], table, numbers=scale.labels))
    for refusal in refused["refusal"]:
        say(console, f"Refused: {refusal}")
    for check in sorted(set(outcome.warned)):
        say(console, f"Warned: {check}")
    typed = f"{named} --{one.every} {key}"
    first = scores["organisation_code"].iloc[0]
    lines = [f"ccg show {first} {typed}", f"ccg explain {first} NODE {typed}", f"ccg league {typed}"]
    lines = [f"ccg panel status {named}", *lines] if released.withheld else lines
    say(console, f"Next: {'; '.join(lines)}.")


def of_organisation(
    console: Console, edition: Edition, one: Round, released: ReleasedRound, code: str
) -> None:
    """Print what each node came to for an organisation, top levels first, then its places."""
    scores = released.tables["scores"]
    own = scores[scores["organisation_code"] == code].set_index("node")
    levels = one.levels or tuple(reversed(dict.fromkeys(node.level for node in edition.nodes)))
    shown = [node for node in edition.nodes if node.key in own.index]
    nodes = [node for level in levels for node in shown if node.level == level]
    records = {node.key: own.loc[[node.key]].to_dict("records")[0] for node in nodes}
    rows = [[node.title, node.level, *outcome(records[node.key])] for node in nodes]
    heads, title = ["", "level", "grade", "score", "rests on", "because"], called(released, code)
    if any(gaps := [with_gaps(records[node.key]) for node in nodes]):
        heads.insert(5, "with gaps")
        rows = [[*row[:5], gap, *row[5:]] for row, gap in zip(rows, gaps, strict=True)]
    console.print(table_of(heads, rows, title, ["score"]))
    if any(gaps):
        say(console, GAPS)
    places = released.tables["places"]
    for row in places[places["organisation_code"] == code].to_dict("records"):
        if said := _place(row, places, edition):
            say(console, said)
    tops_shown = [node for node in nodes if node.scale and node.key not in _used(nodes)]
    for said in (
        *_standings(edition, one, released, code),
        *again(nodes, released, code),
        *(_nearest(edition, released, node.key, code) for node in tops_shown),
        *real_changes(edition, released, code),
        *moderated(edition, released, code),
    ):
        if said:
            say(console, said)


def published_figure(row: Mapping[Hashable, Any]) -> str:
    """Return a row of `figures` in words: the judgement, the number, or why there is none."""
    return row["judgement"] or (row["status"] if np.isnan(row["value"]) else figure(row["value"]))


def _standings(edition: Edition, one: Round, released: ReleasedRound, code: str) -> list[str]:
    """What the register says of it on the round's last day; nothing of any other organisation."""
    if edition.organisation != REGISTERED:
        return []
    return standings_in_words(
        released.register, code, days_of(edition, one, released.release.partition_key)[1]
    )


def called(released: ReleasedRound, code: str) -> str:
    """Return the code of an organisation, its name and what else is known of it."""
    about = released.tables["organisations"].loc[code]
    return ", ".join([code, *(str(one) for one in about if one is not None and str(one))])


def _used(nodes: Sequence[Node]) -> set[str]:
    return {key for node in nodes for key in node.nodes_used()}


def _nearest(edition: Edition, released: ReleasedRound, node: str, code: str) -> str:
    is_shown = node not in released.withheld
    return nearest(released.run_of(edition, node), node, code) if is_shown else ""


def _place(row: Mapping[Hashable, Any], places: pd.DataFrame, edition: Edition) -> str:
    """What is said of an organisation's place in a league; '' where it has neither place nor set."""
    within = f" ({row['pool']})" if row["pool"] else ""
    among = places[(places["league"] == row["league"]) & (places["pool"] == row["pool"])]
    has_set = not pd.isna(row["set_first"])
    between = f"in a set from {row['set_first']} to {row['set_last']}" if has_set else ""
    if pd.isna(row["place"]):
        alone = "without a place, for it rests on one figure"
        return f"{row['league']}{within}: {between}, {alone}." if has_set else ""
    place = f"place {row['place']} of {int(among['place'].notna().sum())}"
    order = edition.leagues_by_title[row["league"]].order
    return f"{row['league']}{within}: {', '.join(part for part in (place, between, order) if part)}."


def outcome(row: Mapping[Hashable, Any]) -> list[str]:
    """Return grade, score, on what it rests, and why it is so or is not there, of a row of `scores`."""
    rests = "" if pd.isna(row["n_used"]) else f"{row['n_used']} of {row['n_expected']}"
    because = "; ".join(row[name] for name in ("changed_by", "why") if row[name])
    score = float("nan") if pd.isna(row["score"]) else row["score"]
    return [row["label"], figure(score), rests, because]


def with_gaps(row: Mapping[Hashable, Any]) -> str:
    """Return between which scores a row of `scores` lies with its gaps filled; '' where there is none."""
    ends = row["with_gaps_worst"], row["with_gaps_best"]
    return "" if pd.isna(ends[0]) else f"{figure(ends[0])} to {figure(ends[1])}"


def explained(console: Console, run: Run, released: ReleasedRound, node: str, code: str) -> None:
    """Print a node with its steps, and each figure that it rests on with its file and cell."""
    explanation(console, called(released, code), [explain(run, node, code)])
    measures = measures_under(run.edition, [node])
    figures = released.tables["figures"]
    own = figures[(figures["organisation_code"] == code) & figures["measure"].isin(list(measures))]
    rows = [
        [
            row["measure"],
            published_figure(row),
            f"{row['period_end']:%Y-%m-%d}",
            row["source_name"],
            " ".join(part for part in (row["sheet"], row["cell"]) if part),
        ]
        for row in own.to_dict("records")
    ]
    console.print(table_of(["measure", "figure", "period ends", "file", "cell"], rows, "Published figures"))
    for said in (
        nearest(run, node, code),
        *real_changes(run.edition, released, code, node),
        *moderated(run.edition, released, code, node),
    ):
        if said:
            say(console, said)


def leagues(
    console: Console, edition: Edition, released: ReleasedRound, asked: Critics | None = None
) -> None:
    """Print places, the first first within each pool, with what really changed and what critics asked."""
    places = released.tables["places"]
    if places.empty:
        why = "; ".join(sorted({released.withheld.get(each.of, "") for each in edition.leagues} - {""}))
        say(console, f"No league is shown: {why}." if why else "The edition has no league.")
        return
    names = released.tables["organisations"]["name"]
    of_league = {edition.league_title(each): each.of for each in edition.leagues}
    for name, own in places.groupby("league", sort=False):
        ordered = own.sort_values(["pool", *PLACED, "organisation_code"], na_position="last")
        changed = counted_changes(edition, released, of_league[str(name)])
        rows = [
            [
                row["pool"],
                "" if pd.isna(row["place"]) else str(row["place"]),
                row["organisation_code"],
                names[row["organisation_code"]] or "",
                "" if pd.isna(row["set_first"]) else f"{row['set_first']} to {row['set_last']}",
                row["label"],
                figure(row["score"]),
                *([changed.get(row["organisation_code"], "")] if changed else []),
                *(_asked(asked, str(name), row["organisation_code"]) if asked else ()),
            ]
            for row in ordered.to_dict("records")
        ]
        heads = ["within", "place", "organisation", "name", "set", "grade", "score"]
        heads += [f"real changes since {released.tables['changes']['since'].iloc[0]}"] if changed else []
        heads += ["after deprivation and age", "by weights"] if asked else []
        console.print(table_of(heads, rows, league_head(edition, str(name)), ["place", "score"]))
        if asked and str(name) in asked.explained:
            share = f"{100 * asked.explained[str(name)]:.0f} %"
            say(console, f"Deprivation and age explain {share} of how the scores of {name!s} differ.")
    say(console, SETS if places["set_first"].notna().any() else NO_SETS)
    if len(released.tables["changes"]):
        say(console, REAL)
    if asked:
        say(console, MEANING + (NOT_REAL if released.is_made_up else ""))


def _asked(asked: Critics, league: str, code: str) -> tuple[str, str]:
    """The place after deprivation and age, and those under other weights; '' where there are none."""
    if (league, code) not in asked.places.index:
        return "", ""
    row = asked.places.loc[[(league, code)]].to_dict("records")[0]
    after, first, last = (row[name] for name in COLUMNS)
    return ("" if pd.isna(after) else str(after)), ("" if pd.isna(first) else f"{first} to {last}")


def provenance(released: ReleasedRound) -> str:
    """Return what was written, of which release, and what it was released in spite of."""
    header, release = released.release.header, released.release
    through = "".join(f" {one}" for one in released_although(header.get("let_through", ())))
    which = f"release {release.serial}, sha256 {release.sha256[:12]}…"
    return f"{header['title']}: {which}, {header['verification']}.{through}"


def say(console: Console, sentence: str) -> None:
    """Print a sentence as it is, its commands as they can be typed here."""
    console.print(as_typed(sentence), markup=False, highlight=False, soft_wrap=True)
