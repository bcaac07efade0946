"""Tables into which rows are only ever added: the database itself refuses anything else.

Belongs here: the triggers of such a table, on SQLite and on PostgreSQL: making them, and naming those that do
not guard.
Does not belong here: the sign-off ledger, whose lines are chained too (the panels' own package keeps it).
"""

from typing import Any

from sqlalchemy import Connection, Integer, Table, event

IS_INSERT_ONLY = "insert_only"
"""What the `info` of such a table says."""


def insert_only(table: Table) -> Table:
    """Let the database refuse to change or take away a row of `table`, from when it is created on."""
    table.info[IS_INSERT_ONLY] = True
    event.listen(table, "after_create", _guard_the_new)
    return table


def _guard_the_new(table: Table, connection: Connection, **_: Any) -> None:
    guard(connection, table)


def guard(connection: Connection, table: Table) -> None:
    """Make the triggers of a table that do not guard, inside the caller's transaction."""
    wanted = triggers_of(table, connection.dialect.name)
    unsound = unsound_triggers(connection, table)
    if unsound and connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_function(table))
    for name in unsound:
        on = f" ON {table.name}" if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{on}")
        connection.exec_driver_sql(wanted[name])


def unsound_triggers(connection: Connection, table: Table) -> dict[str, str]:
    """Return the triggers of a table that do not guard, by name: `missing`, or `disabled or altered`."""
    wanted = triggers_of(table, connection.dialect.name)
    if connection.dialect.name == "postgresql":
        found = connection.exec_driver_sql(
            # when it fires: the sum of before 2, delete 8, update 16 and truncate 32
            "SELECT tgname, tgenabled IN ('O', 'A') AND tgqual IS NULL AND tgattr = '' AND tgtype = 58, "
            "prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE tgrelid = to_regclass(%s)",
            (table.name,),
        )
        sound = {str(name): bool(fires) and source == _body(table) for name, fires, source in found}
    else:
        found = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table.name,)
        )
        sound = {str(name): made == wanted.get(str(name)) for name, made in found}
    return {
        name: "disabled or altered" if name in sound else "missing"
        for name in wanted
        if not sound.get(name, False)
    }


def _says(table: Table) -> str:
    return f"'{table.name} is insert-only'"


def _body(table: Table) -> str:
    return f" BEGIN RAISE EXCEPTION USING MESSAGE = {_says(table)}; END "


def _function(table: Table) -> str:
    """Return the statement that makes the function of PostgreSQL's trigger."""
    return (
        f"CREATE OR REPLACE FUNCTION {table.name}_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        f"$${_body(table)}$$"
    )


def triggers_of(table: Table, dialect: str) -> dict[str, str]:
    """Return the statement that makes each trigger, by its name."""
    name = table.name
    if dialect == "postgresql":
        change = (
            f"CREATE TRIGGER {name}_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_refuses()"
        )
        return {f"{name}_change": change}
    # INSERT OR REPLACE takes away a row of the same key, and one of the same rowid, without firing the
    # trigger on DELETE; -1 is what a trigger sees of a rowid that the database is to give
    there = f"EXISTS (SELECT 1 FROM {name} WHERE "  # noqa: S608  # the table's own names
    taken = f"NEW.rowid <> -1 AND {there}rowid = NEW.rowid)"
    if not _is_rowid(table):
        same = " AND ".join(f"{one.name} = NEW.{one.name}" for one in table.primary_key.columns)
        taken = f"{there}{same}) OR {taken}"
    when = {
        "update": f"BEFORE UPDATE ON {name}",
        "delete": f"BEFORE DELETE ON {name}",
        "insert": f"BEFORE INSERT ON {name} WHEN {taken}",
    }
    return {
        f"{name}_{what}": f"CREATE TRIGGER {name}_{what} {at} BEGIN SELECT RAISE(ABORT, {_says(table)}); END"
        for what, at in when.items()
    }


def _is_rowid(table: Table) -> bool:
    """Whether the key of a table is what SQLite calls its rowid: one whole number."""
    key = list(table.primary_key.columns)
    return len(key) == 1 and isinstance(key[0].type, Integer)
