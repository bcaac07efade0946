"""All tables of the panels, for whoever makes or upgrades a database.

Belongs here: the one list of them.
Does not belong here: the definitions (tables.py, ledger/table.py), making or changing the tables in a
database (the pipeline does both).
"""

from expert_panels.ledger.table import decision_ledger

METADATA = decision_ledger.metadata
"""The ledger with its triggers, the access log, what the room remembers, the outbox."""
