"""A copy of a whole database in one file, and a new database of such a copy.

Belongs here: SQLite's own online backup, PostgreSQL's pg_dump and pg_restore.
Does not belong here: what is next to the database: keys, source files, validation reports.
"""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from ccg_pipeline.storage.database import DatabaseFault, address_of, file_of, shown, status_of
from expert_panels.foundation.fault import WrongUse


def back_up(url: str, file: Path) -> None:
    """Write a copy of a database into a new file, as it is at one moment, while others go on writing.

    Raises DatabaseFault where there is no database or it cannot be copied, WrongUse for a file that is there.
    """
    if file.exists():
        raise WrongUse(f"{file} is there already: name a new file.")
    status_of(url)
    address = address_of(url)
    partial = file.with_name(
        f".{file.name}.part"
    )  # so that a copy that was cut off never passes for a whole one
    partial.unlink(missing_ok=True)
    if (source := file_of(address)) is None:
        _run(address, "pg_dump", "--format=custom", f"--file={partial}", _libpq(address))
    else:
        try:
            with (
                closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as whole,
                closing(sqlite3.connect(partial)) as copy,
            ):
                whole.backup(copy)
        except sqlite3.Error as error:
            raise DatabaseFault(f"The database {shown(address)} cannot be copied: {error}.") from error
    partial.chmod(0o600)
    partial.replace(file)


def restore(file: Path, url: str) -> None:
    """Make a database of a copy where there is none yet, all of it or nothing.

    Raises WrongUse for a copy that is not there, DatabaseFault where there is a database already or the copy
    is not one.
    """
    if not file.is_file():
        raise WrongUse(f"{file}: there is no such file.")
    address = address_of(url)
    target = file_of(address)
    if target is None:
        if status_of(url) != "empty":
            raise DatabaseFault(f"The database {shown(address)} holds something: restore into an empty one.")
        _run(
            address,
            "pg_restore",
            "--single-transaction",
            "--no-owner",
            f"--dbname={_libpq(address)}",
            str(file),
        )
        return
    if target.exists():
        raise DatabaseFault(f"The database {shown(address)} is there: move it away, or name another.")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.part")
    shutil.copyfile(file, partial)
    partial.chmod(0o600)
    try:
        with closing(sqlite3.connect(partial)) as copy:
            (sound,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        sound = str(error)
    if sound != "ok":
        partial.unlink()
        raise DatabaseFault(f"{file} is no whole copy of a database: {sound}.")
    partial.replace(target)


def _libpq(address: URL) -> str:
    return address.set(drivername="postgresql").render_as_string(hide_password=False)


def _run(address: URL, program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise WrongUse(f"{program} is not on the PATH: install PostgreSQL's client programs.")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it does not say why"])[0]
        raise DatabaseFault(f"The database {shown(address)}: {said}.")
