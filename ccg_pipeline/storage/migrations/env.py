"""What Alembic runs before the revisions of this package: it uses the connection that it is handed.

Belongs here: the settings that hold for every revision.
Does not belong here: a revision (versions/), when they run (schema.py).

A revision changes tables that it finds. A table that is absent is made after the last revision, from its
definition, so that a new database and an older one end the same.
"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
)
context.run_migrations()
