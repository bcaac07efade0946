"""`ccg panel`: the verbs of the panels and the committee, put together.

Belongs here: which there are. Does not belong here: any of them (panel.py, decisions.py,
records.py, notices.py).
"""

import typer

from ccg_pipeline.cli import decisions, notices, panel, records

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help="What the six panels and the committee have before them, and their decisions.",
)
app.add_typer(panel.app)
app.add_typer(decisions.app)
app.add_typer(records.app)
app.command(name="notices")(notices.show)
