"""What is said of a score that a body moderated: from what to what, by whom and why, the same everywhere.

Belongs here: these sentences. Does not belong here: what a moderation does to a score (release/, method/).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.method.engine.run import resting_on
from ccg_pipeline.method.scoring.moderated import BLOCKS
from ccg_pipeline.release.rounds import ReleasedRound


def moderations(edition: Edition, released: ReleasedRound, code: str, node: str = "") -> Iterator[str]:
    """Return what is said of each judgement of an organisation that was moderated, under `node` if named."""
    under = resting_on(edition, [node]) if node else edition.node
    every = [each for part in released.parts.values() for each in part.moderations]
    for each in dict.fromkeys(one for one in every if one.organisation == code and one.node in under):
        title = edition.node[each.node].title
        yield _sentence(title, each.before, each.after, f"the {each.role}", each.reason)


def moderations_by_score(edition: Edition, released: ReleasedRound) -> dict[tuple[str, str], str]:
    """Return the same by node and organisation, of every node that has a moderated judgement under it."""
    moderated = {each.organisation for part in released.parts.values() for each in part.moderations}
    found = {
        (node.key, code): " ".join(moderations(edition, released, code, node.key))
        for node in edition.nodes
        for code in moderated
    }
    return {key: said for key, said in found.items() if said}


def moderations_of_year(row: Mapping[Any, Any]) -> Iterator[str]:
    """The same of a row of the overall ratings of 2016/17, with the columns of `released_tables`."""
    for block in BLOCKS:
        if before := row.get(f"{block}_judgement_before"):
            why = row[f"{block}_moderation_reason"]
            yield _sentence(
                block.capitalize(), before, row[f"{block}_judgement"], "the commissioning committee", why
            )


def _sentence(title: str, before: str, after: str, by: str, reason: str) -> str:
    return f"{title} was moderated from {before} to {after} by {by}: {' '.join(reason.split())}."
