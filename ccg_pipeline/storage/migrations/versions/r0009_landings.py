"""A database says when each file landed, and which blocking findings were found; its guards know of rowids.

Belongs here: the step alone. The tables `file_landed` and `blocking_finding` are made from their definitions
after the last revision, and so are triggers.
Does not belong here: any other change.
"""

revision, down_revision = "0009", "0008"


def upgrade() -> None:
    """Change nothing that is there."""
