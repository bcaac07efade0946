"""`ccg panel`: the verbs of the panels and the committee, put together.

Belongs here: which there are. Does not belong here: any of them (panel.py, decisions.py,
demonstration.py, records.py, notices.py).
"""

from ccg_pipeline.cli import decisions, demonstration, notices, panel, records
from ccg_pipeline.cli.options import verbs_of

app = verbs_of(
    "The tables submitted to the six panels and the committee, and their decisions.",
)
app.add_typer(panel.app)
app.add_typer(demonstration.app)
app.add_typer(decisions.app)
app.add_typer(records.app)
app.command(name="notices")(notices.show)
