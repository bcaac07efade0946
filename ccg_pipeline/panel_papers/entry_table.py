"""An entry of the register before the committee that records entries, as the room shows it.

Belongs here: an entry's fields, and the rules of the guidance, in the words of the room's protocol.
Does not belong here: finding the bytes (papers.py), what an entry is (release/entries.py).
"""

from ccg_pipeline.framework.round_dates import REGISTER
from ccg_pipeline.publish.special_measures import entry_rows, name_of
from ccg_pipeline.reference.special_measures.guidance import rules
from ccg_pipeline.release.bodies import RECORDS
from ccg_pipeline.release.entries import entry_in, key_of
from expert_panels.foundation.fault import Fault
from expert_panels.papers import CandidateTable, Figure, Measure, MethodNumber, Organisation


def entry_table(subject_sha256: str, content: str) -> CandidateTable:
    """Return the table of one row that an entry is; Fault for bytes that are no entry."""
    entry = entry_in(content)
    if entry is None:
        raise Fault(f"What is kept under {subject_sha256[:12]}… is no entry of the register.")
    event, said = entry.event, dict(entry_rows(entry))
    about, what = said.pop("CCG"), f"{event.what}, {event.regime}"
    one = Organisation(
        code=event.ccg_code,
        name=name_of(event.ccg_code) or about,
        region="",
        grade=1,
        rating=what,
        score="",
        used="",
        why="",
        figures=tuple(
            Figure(name, text, "", "", "", "", "", "", "", "", "", "") for name, text in said.items()
        ),
    )
    return CandidateTable(
        panel=RECORDS,
        lane=REGISTER,
        partition_key=key_of(event),
        subject_sha256=subject_sha256,
        labels=(what,),
        measures=tuple(Measure(name, name.capitalize(), "", "", "", True) for name in said),
        organisations=(one,),
        spreads=(),
        is_made_up=entry.is_made_up,
        notes=("This is one entry of the register of special measures, and no rating.",),
    )


def guidance_numbers() -> list[MethodNumber]:
    """Return the rules of the guidance of special measures and directions, each with where it is from."""
    return [
        MethodNumber(one.says, one.value, one.unit, one.provenance, one.source) for one in rules().values()
    ]
