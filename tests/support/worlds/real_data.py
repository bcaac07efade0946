"""A database of made-up data that says throughout that its data are real, for tests of what real data ask.

Belongs here: writing it again, ledger and releases too, as nobody can who changes a single row.
Does not belong here: any expectation; real files (tests/published).
"""

from dataclasses import replace

from sqlalchemy import Engine, insert, text

from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.storage.insert_only import guard
from ccg_pipeline.storage.sql import release
from expert_panels.ledger import record as ledger
from expert_panels.ledger.line import GENESIS
from expert_panels.ledger.table import decision_ledger
from tests.support.notations.ledger_cases import damage


def called_real(engine: Engine) -> None:
    """Let a database say that its data are real; nobody has signed anything in it yet."""
    link, new, became = GENESIS, [], {}
    for line in ledger.lines(engine):
        sealed = replace(line, data_kind="real").sealed(line.seq, link)
        became[line.hash], link = sealed.hash, sealed.hash
        new.append(sealed.content())
    marks = [f"UPDATE {name} SET is_made_up = FALSE" for name in ("lane_fingerprint", "gate")]  # noqa: S608  # of constants
    damage(engine, ["DELETE FROM decision_ledger", "UPDATE database_kind SET kind = 'real'", *marks])
    with engine.begin() as connection:
        connection.execute(insert(decision_ledger), new)
        for old, now in became.items():
            connection.execute(
                text("UPDATE gate SET last_line = :now WHERE last_line = :old"), {"now": now, "old": old}
            )
        connection.execute(text("DROP TRIGGER release_update"))
        for lane, key, serial, header in connection.execute(
            text("SELECT lane, partition_key, serial, header FROM release")
        ).all():
            said = str(header).replace('"is_made_up":true', '"is_made_up":false')
            for old, now in became.items():
                said = said.replace(old, now)
            connection.execute(
                release.update()
                .where(release.c.lane == lane, release.c.partition_key == key, release.c.serial == serial)
                .values(header=said, sha256=sha256_of(said))
            )
        guard(connection, release)
