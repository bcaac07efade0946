"""What the terminal shows of a gate of an edition's round.

Belongs here: the print of the table before a body. Does not belong here: its decisions (decisions.py), the
prints of what is released (rounds.py), the gates of the two lanes of 2016/17 (panel.py).
"""

from rich.console import Console
from sqlalchemy import Engine

from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.cli.prints.round_sentences import again_of
from ccg_pipeline.cli.prints.rounds import outcome, with_gaps
from ccg_pipeline.framework.edition import Edition, Round
from ccg_pipeline.framework.round_dates import lane_of, round_title
from ccg_pipeline.method.round_assessment import with_bounds
from ccg_pipeline.release.archive import fetch
from ccg_pipeline.release.round_parts import part_tables, run_again
from ccg_pipeline.release.round_state import known_in_round
from ccg_pipeline.release.tables import MADE_UP
from ccg_pipeline.storage.database import reading
from expert_panels.foundation.fault import Fault
from expert_panels.ledger.gate_state import GateState
from expert_panels.terms import Terms


def before_body(
    console: Console, engine: Engine, edition: Edition, one: Round, key: str, terms: Terms, state: GateState
) -> None:
    """Print the table before a body: of each node that it verifies each organisation's grade and score."""
    if not state.subject:
        raise Fault(
            f"Nothing of {edition.key} {key} is submitted to the {terms.title}: it is {state.described}."
        )
    with reading(engine) as connection:
        part = part_tables(fetch(connection, state.subject))
    scores = with_bounds(part.tables["scores"], run_again(edition, part))
    names = known_in_round(engine, edition, one, key)["name"].fillna("")
    if bool(scores["is_made_up"].any()):
        console.print(MADE_UP, markup=False, highlight=False)
    gate = next(each for each in one.gates if each.panel == terms.panel)
    title = f"{terms.title}, {round_title(lane_of(edition, one), key, [edition])}: UNRELEASED"
    for node_key in gate.verifies:
        node = edition.node[node_key]
        own = scores[scores["node"] == node_key].to_dict("records")
        rows = [
            [
                f"{row['organisation_code']} {names.get(row['organisation_code'], '')}".strip(),
                *outcome(row),
                with_gaps(row),
                again_of(part.tables["chances"], node_key, row["organisation_code"], row["label"]),
            ]
            for row in own
        ]
        heads = [
            edition.organisation,
            "grade",
            "score",
            "rests on",
            "because",
            "with gaps",
            "of 100 measured again",
        ]
        console.print(table_of(heads, rows, f"{title}. {node.title}", ["score"]))
        counts = scores.loc[(scores["node"] == node_key) & (scores["label"] != ""), "label"].value_counts()
        console.print("; ".join(f"{label}: {n}" for label, n in counts.items()), highlight=False)
    for each in part.moderations:
        console.print(
            f"{each.organisation}, {each.node} moderated from {each.before} to {each.after} "
            f"by the {each.role}: {' '.join(each.reason.split())}",
            markup=False,
            highlight=False,
        )
