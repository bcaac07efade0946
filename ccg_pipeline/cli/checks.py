"""`ccg checks`: what holds rounds back, and letting it through.

Belongs here: the options of these verbs, and their print.
Does not belong here: what blocks and the record of it (release/holds.py), finding anything (checks).
"""

from typing import Annotated, Literal

import typer

from ccg_pipeline.cli.options import Actor, Database, EditionNamed, say, verbs_of
from ccg_pipeline.cli.panel import follow
from ccg_pipeline.release.holds import Blocking, all_blocking, change
from ccg_pipeline.settings import database_url, launched_by
from ccg_pipeline.storage.database import open_for_reading, open_for_writing

app = verbs_of(
    "What holds rounds back before their panels, and letting it through with a reason.",
    is_said_alone=True,
)
Finding = Annotated[str, typer.Argument(help="ID of what blocks, as the list prints it.", metavar="ID")]
Reason = Annotated[str, typer.Option("--reason", help="Why; the release says it.")]


@app.callback()
def listed(context: typer.Context, database: Database = "") -> None:
    """Print what does not hold and blocks, with its ID and whether it was let through."""
    if context.invoked_subcommand is not None:
        return
    found = all_blocking(open_for_reading(database or database_url()))
    for one in found:
        say(f"{one.id}  {one.sentence}\n{_state(one)}\n")
    if not found:
        say("Nothing that blocks: no round is held back.")


def _state(one: Blocking) -> str:
    if one.let_through is None:
        return "It holds back every round whose figures these are."
    said = one.let_through
    return f"Let through by {said.actor} on {said.at[:10]}: {said.reason}"


@app.command(name="let-through")
def let_through(
    finding: Finding,
    actor: Actor,
    reason: Reason,
    back: Annotated[bool, typer.Option("--back", help="Take it back: it holds rounds back again.")] = False,
    database: Database = "",
    edition_named: EditionNamed = "",
) -> None:
    """Let a round go on to its panels though a finding blocks, as it was found now. Recorded.

    When the data change and it is found in another way, it blocks again.
    """
    action: Literal["let through", "hold"] = "hold" if back else "let through"
    engine = open_for_writing(database or database_url())
    one = change(engine, finding, action, actor, reason, launched_by({}))
    done = "holds rounds back again" if back else "is let through"
    say(f"Recorded: {one.about} ({one.expectation}) {done}.")
    follow(database, edition_named)
