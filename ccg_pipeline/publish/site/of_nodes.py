"""A node of a released round as a site says it: its outcomes, on what each rests, how it is worked out.

Belongs here: turning the rows of one node into a subject.
Does not belong here: which nodes there are, and the round around them (of_rounds.py), the words of a rule
(method/engine/wording.py), how a page looks (templates/).
"""

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from ccg_pipeline.framework.edition import Edition, League, Node, Round
from ccg_pipeline.framework.round_dates import days_of
from ccg_pipeline.framework.vocabulary.grading import Cuts
from ccg_pipeline.framework.vocabulary.rule import plain
from ccg_pipeline.method.certainty.nearest import nearest_other_grade
from ccg_pipeline.method.certainty.saying import CONDITION
from ccg_pipeline.method.engine.run import Run, resting_on
from ccg_pipeline.method.engine.wording import figure
from ccg_pipeline.publish.league_critics import COLUMNS, MEANING, NOT_REAL, Critics
from ccg_pipeline.publish.measures import title_of
from ccg_pipeline.publish.naming import period_in_words
from ccg_pipeline.publish.site.content import Outcome, Subject
from ccg_pipeline.release.rounds import ReleasedRound
from ccg_pipeline.sources.catalogue import PUBLICATIONS

Row = Mapping[Hashable, Any]

MOST_SEARCHED = 3_000
"""Figures up to which the nearest other grade is looked for, a search of some seconds (assumed)."""
MOST_FIGURES = 6
"""Published figures of which a cell says file and place; of more it says how many there are (assumed)."""
NO_DIRECTION = "Neither direction is better."
BETTER = {"higher": "A higher score is better.", "lower": "A lower score is better.", "none": NO_DIRECTION}


@dataclass(frozen=True)
class Around:
    """A released round and what is told with it: the partition before, those up to it, what was decided."""

    edition: Edition
    round: Round
    released: ReleasedRound
    frames: Mapping[str, pd.DataFrame]
    before: ReleasedRound | None
    history: Sequence[ReleasedRound]
    statements: Mapping[str, Sequence[tuple[str, str]]]
    critics: Critics | None
    is_current: bool

    @cached_property
    def scores(self) -> dict[str, pd.DataFrame]:
        """The rows of each node, by its key, as they are exported."""
        return _by(self.frames, "scores", "node")

    @cached_property
    def before_scores(self) -> dict[str, pd.DataFrame]:
        """The same of the partition before."""
        return {} if self.before is None else _by(self.before.tables, "scores", "node")

    @cached_property
    def places(self) -> dict[str, pd.DataFrame]:
        """The rows of each league, by its name."""
        return _by(self.frames, "places", "league")

    @cached_property
    def figures(self) -> dict[str, dict[str, Row]]:
        """The published figures of each organisation, by measure."""
        return {
            code: {str(row["measure"]): row for row in rows.to_dict("records")}
            for code, rows in _by(self.frames, "figures", "organisation_code").items()
        }

    @cached_property
    def drawn(self) -> frozenset[str]:
        """The nodes of which it is known how often each grade would come again."""
        return frozenset(self.frames["chances"]["node"])

    @cached_property
    def trends(self) -> dict[tuple[str, str], list[tuple[str, float]]]:
        """The score of a node and an organisation in each partition up to this one, by its last day."""
        found: dict[tuple[str, str], list[tuple[str, float]]] = {}
        for each in [*self.history, self.released]:
            last = days_of(self.edition, self.round, each.release.partition_key)[1].isoformat()
            rows = each.tables["scores"]
            rows = rows[rows["score"].notna()]
            for node, code, score in zip(rows["node"], rows["organisation_code"], rows["score"], strict=True):
                found.setdefault((str(node), str(code)), []).append((last, float(score)))
        return found

    def measures_of(self, node: Node) -> list[str]:
        """Return the measures on which a node rests without another node that is shown in between."""
        found = list(node.measures_used())
        for key in node.nodes_used():
            if key not in self.scores:
                found += self.measures_of(self.edition.node[key])
        return list(dict.fromkeys(found))

    def measures_under(self, node: Node) -> list[str]:
        """Return all measures on which a node rests."""
        keys = resting_on(self.edition, [node.key])
        return [key for one in self.edition.nodes if one.key in keys for key in one.measures_used()]

    def members_of(self, node: Node) -> list[str]:
        """Return the nodes that are shown and on which a node rests, through those that are not."""
        found = []
        for key in node.nodes_used():
            found += [key] if key in self.scores else self.members_of(self.edition.node[key])
        return list(dict.fromkeys(found))


def _by(frames: Mapping[str, pd.DataFrame], table: str, column: str) -> dict[str, pd.DataFrame]:
    return {str(key): own for key, own in frames[table].groupby(column, sort=False)}


def subject_of(node: Node, around: Around, run: Run | None, page: str) -> Subject:
    """Return a node as a site says it; `run` is that of the part that shows it, None where it is withheld."""
    rows, edition = around.scores[node.key], around.edition
    verification = str(rows["verification"].iloc[0])
    better = "none" if run is None else run.states[node.key].better
    league = next((one for one in edition.leagues if one.of == node.key), None)
    places = around.places.get(edition.league_title(league)) if league else None
    gates = [gate.panel for gate in around.round.gates if node.key in gate.verifies]
    asked = _critics(places) if places is not None and set(COLUMNS) <= set(places.columns) else {}
    measures = around.measures_of(node)
    return Subject(
        key=node.key,
        code=node.key if node.name else "",
        title=node.title,
        level=node.level,
        outcomes=dict(_outcomes(node, around, run, rows, places, () if run is None else measures)),
        unit="score",
        labels=edition.labels(node.key),
        better=better,
        about=tuple(
            (head, text)
            for head, text in (
                ("What it is", f"{node.title}, one of {edition.title}, level {node.level}. {BETTER[better]}"),
                ("Published figures", _published(measures)),
                ("Who verifies it", f"{verification[:1].upper()}{verification[1:]}."),
                ("How sure it is", CONDITION if node.key in around.drawn else ""),
            )
            if text
        ),
        members=tuple(around.members_of(node)),
        verification=verification,
        statement=tuple(pair for panel in gates for pair in around.statements.get(panel, ())),
        is_withheld=node.key in around.released.withheld,
        cuts=tuple(plain(at) for step in node.steps if isinstance(step, Cuts) for at in step.at),
        has_places=places is not None,
        critics=asked,
        critic_heads=("After deprivation and age", "By weights") if asked else (),
        league_notes=_league_notes(around, league, bool(asked)) if league else (),
        page=page,
    )


def _published(measures: Sequence[str]) -> str:
    if not measures:
        return ""
    by: dict[str, list[str]] = {}
    for measure in measures:
        publication, _, code = measure.partition("/")
        by.setdefault(publication, []).append(code)
    said = []
    for publication, codes in by.items():
        known = PUBLICATIONS.get(publication)
        name = f"{known.title}, {known.publisher}" if known else publication
        said.append(f"{', '.join(codes)} of {name}")
    return f"{'; '.join(said)}."


def _outcomes(
    node: Node,
    around: Around,
    run: Run | None,
    rows: pd.DataFrame,
    places: pd.DataFrame | None,
    measures: Sequence[str],
) -> Iterator[tuple[str, Outcome]]:
    earlier = around.before_scores.get(node.key)
    was = (
        {} if earlier is None else {str(row["organisation_code"]): row for row in earlier.to_dict("records")}
    )
    placed: dict[str, Row] = (
        {} if places is None else {str(row["organisation_code"]): row for row in places.to_dict("records")}
    )
    is_headline = node.level == (around.round.levels or (around.edition.nodes[-1].level,))[0]
    n_figures = len(rows) * len(around.measures_under(node))
    searched = run if around.is_current and is_headline and n_figures <= MOST_SEARCHED else None
    for row in rows.to_dict("records"):
        code = str(row["organisation_code"])
        place = placed.get(code, {})
        behind = [figures[one] for one in measures if one in (figures := around.figures.get(code, {}))]
        trend = tuple(around.trends.get((node.key, code), ()))
        yield (
            code,
            Outcome(
                text=text_of(row),
                number=_number(row["score"]) if pd.notna(row["score"]) else _number(row["grade"]),
                lower=_number(row["lower_95"]),
                upper=_number(row["upper_95"]),
                grade=_whole(row["grade"]),
                sure=str(row["how_sure"]),
                change=_nearest(searched, node, code) if searched is not None and row["label"] else "",
                because=" ".join(part for part in (str(row["changed_by"]), str(row["moderated"])) if part),
                counts=_counts(behind),
                period=_period(behind),
                why=str(row["why"]),
                where=_where(behind),
                pool=str(place.get("pool") or ""),
                place=_whole(place.get("place")),
                set_first=_whole(place.get("set_first")),
                set_last=_whole(place.get("set_last")),
                before=text_of(was[code]) if code in was else "",
                trend=trend if len(trend) > 1 else (),
            ),
        )


def text_of(row: Row) -> str:
    """Return what a row of `scores` came to: the grade, or the score; '' for nothing."""
    return str(row["label"]) or ("" if pd.isna(row["score"]) else figure(float(row["score"])))


def _number(value: Any) -> float:
    return math.nan if value is None or pd.isna(value) else float(value)


def _whole(value: Any) -> int:
    return 0 if value is None or pd.isna(value) else int(value)


def _nearest(run: Run, node: Node, code: str) -> str:
    near = nearest_other_grade(run, node.key, code)
    if near is None:
        return ""
    return near.sentence(title_of(run.edition, near.measure))


def _counts(behind: Sequence[Row]) -> str:
    """The figures behind an outcome, each with its measure; of one measure alone its counts too."""
    if len(behind) > MOST_FIGURES:
        return f"{len(behind)} figures"
    said: list[str] = []
    for row in behind:
        value = str(row["judgement"]) or (
            str(row["status"]) if pd.isna(row["value"]) else figure(float(row["value"]))
        )
        counted = ""
        if pd.notna(row["numerator"]) and pd.notna(row["denominator"]):
            counted = f" ({row['numerator']:,.0f} of {row['denominator']:,.0f})"
        said.append(f"{str(row['measure']).partition('/')[2]} {value}{counted}")
    return "; ".join(said)


def _period(behind: Sequence[Row]) -> str:
    periods = dict.fromkeys(period_in_words(row["period_start"], row["period_end"]) for row in behind)
    return "; ".join(periods) if len(behind) <= MOST_FIGURES else ""


def _where(behind: Sequence[Row]) -> str:
    if len(behind) > MOST_FIGURES:
        return ""
    cells = (
        ", ".join(part for part in (row["source_name"], row["sheet"], row["cell"]) if part) for row in behind
    )
    return "; ".join(dict.fromkeys(cells))


def _critics(places: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """What critics ask of each organisation's place, from the rows of a league."""
    found: dict[str, tuple[str, ...]] = {}
    for row in places.to_dict("records"):
        after, first, last = (row[column] for column in COLUMNS)
        by_weights = "none" if pd.isna(first) else f"{first} to {last}"
        found[str(row["organisation_code"])] = ("none" if pd.isna(after) else str(after), by_weights)
    return found


def _league_notes(around: Around, league: League, is_asked: bool) -> tuple[str, ...]:
    """From whom a league counts, where not from the best; where critics have asked, what they were told."""
    notes = [f"{league.order[:1].upper()}{league.order[1:]}."] if league.order else []
    if is_asked and around.critics:
        share = around.critics.explained.get(around.edition.league_title(league))
        if share is not None:
            notes.append(f"Deprivation and age explain {100 * share:.0f} % of how the scores differ.")
        notes.append(MEANING + (NOT_REAL if around.released.is_made_up else ""))
    return tuple(notes)
