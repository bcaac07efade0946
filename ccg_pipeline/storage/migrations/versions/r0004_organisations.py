"""The table `organisation_attribute` comes: what files say of organisations that no reference lists.

Belongs here: nothing but the number, for tables that are not there yet are made from their definitions after
the last revision.
Does not belong here: its definition (tables/organisations.py).
"""

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Change nothing that is there."""
