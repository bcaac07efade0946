"""`ccg panel notices`: the outbox at the command line.

Belongs here: filling it, delivering it where asked, and printing what is not sent yet.
Does not belong here: what is in it (notices.py).
"""

from typing import Annotated

import typer
from sqlalchemy import Engine

from ccg_pipeline.cli.gate import editions_asked
from ccg_pipeline.cli.options import Database, console
from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.panel_papers.certificates import without_receipt
from ccg_pipeline.release import notices
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.settings import database_url
from ccg_pipeline.storage.database import open_for_writing, reading
from expert_panels.clock import utc_now
from expert_panels.foundation.fault import WrongUse
from expert_panels.notices import outbox
from expert_panels.notices.delivery import deliver
from expert_panels.settings import VARIABLE, declared

UNSENT = ("waiting", "leased", "refused")
SHOWN = ("channel", "recipient", "subject", "error")

Deliver = Annotated[bool, typer.Option("--deliver", help="Deliver what is due, by mail and webhook.")]


def not_sent(engine: Engine) -> list[str]:
    """Return what has not reached its people, in sentences; nothing where no mail and no webhook is declared.

    Receipts are issued by the account that has the room's key, and sent as any message is.
    """
    settings = declared()
    if settings is None or not (settings.settings.notices.mail or settings.settings.notices.webhook):
        return []
    with reading(engine) as connection:
        numbers = outbox.counts(connection)
        lacking = without_receipt(connection, utc_now()) if settings.settings.notices.mail else []
    by_state = {state: sum(n for (_, one), n in numbers.items() if one == state) for state in UNSENT}
    said = [f"{n} {state}" for state, n in by_state.items() if n]
    found = [f"Messages not sent: {', '.join(said)}; `ccg panel notices` says which and why."] if said else []
    if lacking:
        lines = ", ".join(str(line.seq) for line in lacking)
        found.append(f"Decisions without a receipt: line {lines}. The room tries again; its log says why.")
    return found


def show(deliver_too: Deliver = False, database: Database = "") -> None:
    """Fill the outbox from what happened, and print what has not been sent; `--deliver` sends it."""
    settings = declared()
    channels = notices.channels(settings) if settings else {}
    if settings is None or not channels:
        raise WrongUse(
            "There is nowhere to send notices: name a settings file with a mail server or a webhook in "
            f"{VARIABLE}."
        )
    engine = open_for_writing(database or database_url())
    editions = editions_asked()
    new = notices.fill(engine, terms_in_force(editions), settings.settings, editions=editions)
    new += notices.fill_daily_head(engine, settings.settings)
    console.print(f"New: {new}.", highlight=False)
    if deliver_too:
        with console.status("delivering"):
            accepted = deliver(engine, channels)
        console.print(f"Delivered: {accepted}.", highlight=False)
    with reading(engine) as connection:
        numbers, left = outbox.counts(connection), outbox.unsent(connection)
    for (channel, state), number in numbers.items():
        console.print(f"{channel}: {number} {state}", highlight=False)
    rows = [[f"{one['happened_at']:%Y-%m-%d %H:%M}", *(str(one[name]) for name in SHOWN)] for one in left]
    if rows:
        console.print(table_of(["happened", "by", "to", "about", "why not sent"], rows, title="Not sent"))
