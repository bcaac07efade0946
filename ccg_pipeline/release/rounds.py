"""Releases of an edition's rounds read back: what each part shows, and why other rows are withheld.

Belongs here: a released round as tables, each row with what was done about it.
Does not belong here: what a part holds (round_parts.py), which parts a release shows (round_gates.py), what
is printed of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy import Connection

from ccg_pipeline.framework.edition import Edition, Round
from ccg_pipeline.framework.families import typed_name
from ccg_pipeline.framework.round_dates import lane_of
from ccg_pipeline.framework.round_parts import OPEN, RoundPart, part_shown, parts_of
from ccg_pipeline.method.engine.reasons import in_titles
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.round_assessment import with_bounds
from ccg_pipeline.reference.special_measures.register import Register
from ccg_pipeline.release.archive import Release, fetch, latest_release
from ccg_pipeline.release.entries import register_known_to
from ccg_pipeline.release.holds import HELD_BACK, blocking_round, reason_of
from ccg_pipeline.release.rederived import check_round
from ccg_pipeline.release.round_gates import NO_GATE
from ccg_pipeline.release.round_parts import PartTables, part_tables, run_again
from ccg_pipeline.release.tables import SHOWN
from ccg_pipeline.storage.frames import completed, typed
from ccg_pipeline.storage.sql import score
from expert_panels.foundation.fault import Fault
from expert_panels.terms import Terms


@dataclass(frozen=True)
class ReleasedRound:
    """A released round of an edition: its release, its tables by the names in TABLES, the parts they are of.

    `scores`, `places` and `chances` have a column `verification`; what is withheld is a row of `scores` with
    that as the reason for having none. `parts` are those that are shown, by name; `withheld` says of each
    node that is not shown why; `register` is that of special measures as the release knows it.
    """

    release: Release
    tables: Mapping[str, pd.DataFrame]
    parts: Mapping[str, PartTables]
    part_of: Mapping[str, str]
    withheld: Mapping[str, str]
    register: Register

    @property
    def is_made_up(self) -> bool:
        """Whether any figure in it was drawn from a seed."""
        return bool(self.release.header["is_made_up"])

    def run_of(self, edition: Edition, node: str) -> Run:
        """Run the edition again on the figures of the part that shows a node; Fault for one withheld."""
        if node in self.withheld:
            raise Fault(f"{edition.node[node].title} is not shown: {self.withheld[node]}.")
        return run_again(edition, self.parts[self.part_of[node]])


def released_round(
    connection: Connection, edition: Edition, one: Round, key: str, terms: Mapping[str, Terms] | None = None
) -> ReleasedRound:
    """Read the newest release of a round, as `round_of_release` does; Fault where there is none."""
    release = latest_release(connection, lane_of(edition, one), key)
    if release is None:
        if held := reason_of(blocking_round(connection, edition, one, key)):
            raise Fault(f"Nothing of {edition.key} {key} is released, for it is {HELD_BACK}. {held}.")
        named = typed_name(edition)
        waits = f"; `ccg panel status --edition {named}` says what is awaited" if one.gates else ""
        raise Fault(
            f"Nothing of {edition.key} {key} is released in this database: run `ccg run --edition {named} "
            f"--{one.every} {key}`{waits}."
        )
    return round_of_release(connection, edition, one, release, terms)


def round_of_release(
    connection: Connection,
    edition: Edition,
    one: Round,
    release: Release,
    terms: Mapping[str, Terms] | None = None,
) -> ReleasedRound:
    """Read any release of a round, checked against ledger, terms and its own figures.

    `terms` has those of every body of its gates. Fault where it is not what these give.
    """
    check_round(connection, edition, one, release, terms or {})
    header, cut = release.header, parts_of(edition, one)
    parts, said = {}, {}
    for part in cut:
        sha256, words = _shown(header, one, part)
        said[part.name] = words
        if sha256:
            parts[part.name] = part_tables(fetch(connection, sha256))
    for name, part_read in parts.items():
        scores = with_bounds(part_read.tables["scores"], run_again(edition, part_read))
        parts[name] = replace(part_read, tables={**part_read.tables, "scores": typed(scores, score)})
    shown_from = {node: part.name for node, part in part_shown(cut).items()}
    withheld = {node: said[name] for node, name in shown_from.items() if name not in parts}
    tables = _together(edition, parts, shown_from, said)
    tables["scores"] = pd.concat(
        [tables["scores"], _withheld_rows(edition, one, release, withheld, tables["organisations"].index)],
        ignore_index=True,
    )
    register = register_known_to(connection, release)
    return ReleasedRound(release, tables, parts, shown_from, withheld, register)


def _shown(header: Mapping[str, object], one: Round, part: RoundPart) -> tuple[str, str]:
    """The fingerprint of a part as a release shows it ('' where it does not), and what was done about it."""
    panels, resting = header["panels"], header.get("resting", {})
    assert isinstance(panels, dict)  # as check_round has found
    assert isinstance(resting, dict)
    if part.name == OPEN:
        return str(header["open"]), NO_GATE if not panels else "no panel verifies it"
    if part.gate is not None:
        own = panels[part.gate.panel]
        words = str(own["verification"])
        return (str(own["subject"]) if words in SHOWN else ""), words
    sha256 = str(resting.get(part.name, ""))
    names = {gate.panel: gate.name or gate.panel for gate in one.gates}
    each = [f"{names[body]}: {panels[body]['verification']}" for body in part.waits_for]
    return sha256, "; ".join(each)


def _together(
    edition: Edition, parts: Mapping[str, PartTables], shown_from: Mapping[str, str], said: Mapping[str, str]
) -> dict[str, pd.DataFrame]:
    """The tables of all parts that are shown, each node from the part that shows it."""
    found = {name: parts[OPEN].tables[name] for name in ("changes", "figures", "organisations")}
    of_league = {edition.league_title(each): each.of for each in edition.leagues}
    for name in ("scores", "places", "chances"):
        rows = []
        for part in parts.values():
            own = part.tables[name]
            nodes = own["league"].map(of_league) if name == "places" else own["node"]
            own = own[(nodes.map(shown_from) == part.name).to_numpy()]
            rows.append(own.assign(verification=said[part.name]))
        found[name] = pd.concat(rows, ignore_index=True)
    found["scores"]["why"] = [in_titles(why, edition) for why in found["scores"]["why"]]
    return found


def _withheld_rows(
    edition: Edition, one: Round, release: Release, withheld: Mapping[str, str], codes: pd.Index
) -> pd.DataFrame:
    """Rows of `scores` for what is withheld: no score, and the reason for it."""
    levels = {key: edition.node[key].level for key in withheld}
    shown = [key for key in withheld if not one.levels or levels[key] in one.levels]
    rows = pd.DataFrame(
        [(key, code) for key in shown for code in codes], columns=["node", "organisation_code"]
    )
    words = rows["node"].map(dict(withheld)).astype("str")
    rows = rows.assign(
        level=rows["node"].map(levels).astype("str"),
        edition=edition.key,
        round=one.key,
        partition_key=release.partition_key,
        why=words,
        is_made_up=bool(release.header["is_made_up"]),
    )
    return typed(completed(rows, score), score).assign(verification=words)


def released_keys(connection: Connection, edition: Edition, one: Round, keys: list[str]) -> list[str]:
    """Return those of a round's partitions `keys` of which there is a release, in their order."""
    return [key for key in keys if latest_release(connection, lane_of(edition, one), key) is not None]
