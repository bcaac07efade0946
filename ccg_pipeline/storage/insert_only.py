"""Tables into which lines are only ever added: the database itself refuses anything else.

Belongs here: the triggers of such a table, on SQLite and on PostgreSQL.
Does not belong here: the sign-off ledger, whose lines are chained too (the panels' own package keeps it).
"""

from sqlalchemy import DDL, Table, event


def insert_only(table: Table) -> Table:
    """Let the database refuse to change or take away a row of `table`, from when it is created on.

    The table's primary key is one column, `seq`.
    """
    name = table.name
    says = f"'{name} is insert-only'"
    taken = f"EXISTS (SELECT 1 FROM {name} WHERE seq = NEW.seq)"  # noqa: S608  # the table's own name
    on_sqlite = {
        "update": f"BEFORE UPDATE ON {name}",
        "delete": f"BEFORE DELETE ON {name}",
        # INSERT OR REPLACE takes a row away without firing the trigger on DELETE
        "insert": f"BEFORE INSERT ON {name} WHEN {taken}",
    }
    for what, when in on_sqlite.items():
        made = f"CREATE TRIGGER {name}_{what} {when} BEGIN SELECT RAISE(ABORT, {says}); END"
        _when_created(table, made, "sqlite")
    on_postgres = [
        f"CREATE OR REPLACE FUNCTION {name}_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION USING MESSAGE = {says}; END $$",
        f"CREATE TRIGGER {name}_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_refuses()",
    ]
    for made in on_postgres:
        _when_created(table, made, "postgresql")
    return table


def _when_created(table: Table, statement: str, dialect: str) -> None:
    ddl = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy left it without types
    event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
