"""Who decides: the terms of reference of every body of the editions in force.

Belongs here: finding the terms of an edition's bodies. Does not belong here: what terms say (expert_panels).

Those of 2016/17 come with the package; an edition has its own in its folder, `terms/<body>.yaml`.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ccg_pipeline.framework.edition import Edition
from expert_panels.foundation.fault import Fault
from expert_panels.terms import Terms, load_terms

FOLDER = "terms"
RECORDS = "special_measures_committee"
"""The body that records entries of the register of special measures: ours, and assumed."""


@cache
def recording_body() -> Terms:
    """Return the terms of the body that records entries of the register."""
    return load_terms(Path(__file__).parent / FOLDER)[RECORDS]


def terms_in_force(editions: Sequence[Edition] = ()) -> dict[str, Terms]:
    """Return the terms of every body by its key: of the packaged ones, of who keeps the register,
    and of these editions' own.

    Raises Fault for a gate whose body has no terms, and for a body of which two editions differ.
    """
    found = {**load_terms(), RECORDS: recording_body()}
    for edition in editions:
        gates = [gate for one in edition.rounds for gate in one.gates]
        own = {}
        if gates and edition.folder is not None and (edition.folder / FOLDER).is_dir():
            own = load_terms(edition.folder / FOLDER)
        for body, terms in own.items():
            if body in found and found[body].version != terms.version:
                raise Fault(
                    f"{edition.key}: {FOLDER}/{body}.yaml differs from the terms of another body of that "
                    "name; give the body another key."
                )
            found[body] = terms
        for gate in gates:
            if gate.panel not in found:
                raise Fault(
                    f"{edition.key}: nobody can decide at the gate {gate.key}, for {gate.panel} has no terms "
                    f"of reference: write {FOLDER}/{gate.panel}.yaml in the edition's folder (`ccg edition "
                    "new` writes one to begin from)."
                )
            if extra := sorted(set(gate.may_moderate) - set(found[gate.panel].may_moderate)):
                raise Fault(
                    f"{edition.key}: its gate {gate.key} may moderate {extra[0]}, and the terms of "
                    f"{gate.panel} do not name it under may_moderate."
                )
    return found
