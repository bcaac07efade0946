"""A released round of an edition of any framework as a site says it.

Belongs here: turning a released round into subjects and outcomes, in the edition's own words.
Does not belong here: the two lanes of 2016/17 (of_lanes.py), one node (of_nodes.py), pages (templates/), the
method.
"""

from collections.abc import Callable, Mapping, Sequence

from ccg_pipeline.framework.edition import Edition, Node, Round
from ccg_pipeline.framework.round_dates import days_of
from ccg_pipeline.method.engine.explaining import explain
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.engine.wording import figure
from ccg_pipeline.publish.league import cannot_say
from ccg_pipeline.publish.league_critics import critics
from ccg_pipeline.publish.naming import day_in_words, noun_of, plural
from ccg_pipeline.publish.round_tables import frames_of, table_of
from ccg_pipeline.publish.site.addresses import slugs
from ccg_pipeline.publish.site.content import Exported, Organisation, Subject
from ccg_pipeline.publish.site.content import Round as Said
from ccg_pipeline.publish.site.of_nodes import Around, subject_of
from ccg_pipeline.publish.special_measures import standings_in_words
from ccg_pipeline.reference.organisations import similar_organisations
from ccg_pipeline.reference.special_measures.register import REGISTERED
from ccg_pipeline.release.rounds import ReleasedRound

MAP = "ccg_2016"


def round_of_edition(
    released: ReleasedRound,
    edition: Edition,
    one: Round,
    before: ReleasedRound | None,
    history: Sequence[ReleasedRound],
    statements: Mapping[str, Sequence[tuple[str, str]]] | None,
) -> Said:
    """Return a released round as a site says it.

    `before` is the same round's partition before it, `history` all that is released of it up to this one;
    `statements` are heads and sentences of what each body decided, by its key; without them it is a release
    that is superseded, of which nobody asks what would change it.
    """
    key = released.release.partition_key
    noun = noun_of(edition.organisation)
    nodes = in_order(edition, one, released)
    runs: dict[str, Run] = {}

    def run_of(node: str) -> Run | None:
        name = released.part_of[node]
        if node not in released.withheld and name not in runs:
            runs[name] = released.run_of(edition, node)
        return runs.get(name)

    asked = critics(edition, released.tables["scores"])
    frames = frames_of(released, edition, one, asked)
    around = Around(
        edition, one, released, frames, before, history, statements or {}, asked, statements is not None
    )
    pages = slugs(node.key for node in nodes)
    subjects = [subject_of(node, around, run_of(node.key), pages[node.key]) for node in nodes]
    numbers = [number for number in edition.numbers() if number.provenance == "assumed"]
    return Said(
        edition=edition.key,
        edition_title=edition.title,
        lane=one.key,
        name=key,
        title=f"{edition.title}, {key}",
        noun=noun,
        data_until=day_in_words(days_of(edition, one, key)[1]),
        is_made_up=released.is_made_up,
        is_official=False,
        serial=released.release.serial,
        sha256=released.release.sha256,
        made_at="",
        verification=_verified(released),
        organisations=_organisations(released, edition, one),
        subjects=tuple(subjects),
        tables=tuple(
            Exported(table_of(name, list(frame.columns)), frame)
            for name, frame in frames.items()
            if len(frame)
        ),
        assumed=tuple(
            (number.item, f"{number.text} {number.unit}".strip(), number.source) for number in numbers
        ),
        cannot_say=cannot_say(plural(noun)),
        example=_example(subjects, run_of, around),
        map_key=MAP if edition.organisation == REGISTERED else "",
        register=released.register,
        glossary=tuple((f"{level.capitalize()}", _level(level, nodes)) for level in _levels(nodes)),
    )


def in_order(edition: Edition, one: Round, released: ReleasedRound) -> list[Node]:
    """Return the nodes that a released round shows: by level, in the round's order or from the top down."""
    shown = set(released.tables["scores"]["node"])
    nodes = [node for node in edition.nodes if node.key in shown]
    last_first = dict.fromkeys(node.level for node in reversed(nodes))
    levels = [level for level in one.levels or last_first if level in last_first]
    return [node for level in levels for node in _within(level, nodes)]


def _within(level: str, nodes: Sequence[Node]) -> list[Node]:
    """The nodes of a level, those that rest on others of it before these."""
    own = [node for node in nodes if node.level == level]
    keys = {node.key for node in own}
    used = {key for node in own for key in node.nodes_used()} & keys
    return [node for node in own if node.key not in used] + [node for node in own if node.key in used]


def _levels(nodes: Sequence[Node]) -> list[str]:
    return list(dict.fromkeys(node.level for node in nodes))


def _level(level: str, nodes: Sequence[Node]) -> str:
    titles = [node.title for node in nodes if node.level == level]
    more = f" and {len(titles) - 3} more" if len(titles) > 3 else ""
    return f"A level of this framework: {'; '.join(titles[:3])}{more}."


def _verified(released: ReleasedRound) -> str:
    said = str(released.release.header["verification"])
    return f"{said[:1].upper()}{said[1:]}."


def _organisations(released: ReleasedRound, edition: Edition, one: Round) -> tuple[Organisation, ...]:
    known = released.tables["organisations"]
    last = days_of(edition, one, released.release.partition_key)[1]
    is_ccg = edition.organisation == REGISTERED
    similar_to: dict[str, tuple[str, ...]] = {}
    if is_ccg:
        ranked = similar_organisations().sort_values(["ccg_code", "rank"])
        similar_to = {str(code): tuple(own) for code, own in ranked.groupby("ccg_code")["similar_ccg_code"]}
    pages = slugs(str(code) for code in known.index)
    return tuple(
        Organisation(
            code=str(code),
            name=str(row["name"] or code),
            group=", ".join(str(row[name]) for name in edition.attributes if _is_said(row[name])),
            similar=similar_to.get(str(code), ()),
            standings=tuple(standings_in_words(released.register, str(code), last)) if is_ccg else (),
            page=pages[str(code)],
        )
        for code, row in known.iterrows()
    )


def _is_said(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _example(
    subjects: Sequence[Subject], run_of: Callable[[str], Run | None], around: Around
) -> tuple[tuple[str, str], ...]:
    """Heads and sentences of how the first rating that is shown comes about, step by step."""
    for subject in subjects:
        run = run_of(subject.key)
        code = next((code for code, one in subject.outcomes.items() if one.text), "")
        if run is None or not code:
            continue
        explained = explain(run, subject.key, code)
        name = around.released.tables["organisations"]["name"].get(code) or code
        pairs = [("What is rated", f"{subject.title} of {name} ({code}).")]
        pairs += [
            (
                use.node.title,
                f"{use.node.label or figure(use.node.score)}{f', {use.role}' if use.role else ''}.",
            )
            for use in explained.uses
        ]
        pairs += [
            (
                step.do.replace("_", " ").capitalize(),
                f"{step.words}: {step.result}." + (f" {step.because}." if step.because else ""),
            )
            for step in explained.steps
        ]
        return (*pairs, ("What it came to", f"{subject.outcomes[code].text}."))
    return ()
