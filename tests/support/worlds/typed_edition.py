"""An edition run from files to a release at the command line, and what is read back of it there.

Belongs here: typing the verbs of one edition and round in a new home. Does not belong here: any expectation.
"""

from pathlib import Path

import pandas as pd

from tests.support.worlds.terminal import Terminal


class TypedEdition:
    """A landing folder and a database, and what `ccg` says there of one edition."""

    def __init__(self, home: Path, ccg: Terminal, edition: str, year: str) -> None:
        self.home, self._ccg, self.landing = home, ccg, home / "landing"
        self._of = ["--edition", edition, "--database", f"sqlite:///{home}/ccg.db", "--year", year]
        self.landing.mkdir()

    def __call__(self, *words: str) -> str:
        answer = self._ccg.type(words[0], *words[1:], *self._of)
        assert answer.code == 0, answer.err
        return " ".join(answer.said.split())

    def run(self) -> str:
        return self("run", "--landing", str(self.landing))

    def table(self, name: str) -> pd.DataFrame:
        path = self.home / f"{name}.csv"
        self("export", name, "--output", str(path))
        return pd.read_csv(
            path, keep_default_na=False, na_values=[""], dtype={"organisation_code": str}, low_memory=False
        )

    def scores(self, node: str) -> pd.DataFrame:
        rows = self.table("scores")
        return rows[rows["node"] == node].set_index("organisation_code")
