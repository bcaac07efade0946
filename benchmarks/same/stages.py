"""The stages that a checkout is taken through, from source files to what it says after the last decision.

Belongs here: the order of what is asked, and opening what another checkout made.
Does not belong here: the questions (asks.py), running them and keeping the answers (collecting.py).
"""

import csv
import json
import re
import shutil
import tempfile
from pathlib import Path

from same import asks
from same.asks import Ask
from same.collecting import World

KEY = (
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n"
    "-----END PRIVATE KEY-----\n"
)
"""Signs the certificates of every collection: 32 times the byte 1, worth nothing, and the same for both."""


SPOILED = {
    0: {"numerator": "fifty"},
    1: {"value": "50"},
    3: {"organisation_code": "ZZZ"},
    4: {"numerator": "9999", "value": ""},
}
"""Number of a row -> cells that a revision spoils; its last row comes twice."""

LOWERED = range(2, 60, 7)
"""Numbers of the rows whose figures a revision lowers."""


def collect(checkout: Path, kept: Path, real: Path | None) -> None:
    """Run a checkout on the made-up year and, where there are any, on real files; keep all in a folder."""
    with tempfile.TemporaryDirectory(prefix="identical-") as folder:
        _made_up(World(checkout, _scratch(folder, "made"), kept / "made_up"))
        scratch = _scratch(folder, "late")
        shutil.copytree(kept / "made_up" / "home", scratch / "home")
        _revised(World(checkout, scratch, kept / "revised"))
        if real is not None:
            _real(World(checkout, _scratch(folder, "real"), kept / "real"), real.resolve())


def reopen(checkout: Path, before: Path, kept: Path, real: Path | None) -> None:
    """Let a checkout open the databases that another made, as they were kept, and ask the same of them."""
    with tempfile.TemporaryDirectory(prefix="identical-") as folder:
        for name, landing in (("made_up", None), ("real", real and real.resolve())):
            if not (before / name).is_dir() or (name == "real" and landing is None):
                continue
            scratch = _scratch(folder, name[:4])
            shutil.copytree(before / name / "home", scratch / "home")
            world = World(checkout, scratch, kept / name)
            world.moment.days += json.loads((before / name / "moment.json").read_text())["days"]
            if landing:
                world.moment.paths[str(landing)] = "<landing>"
            _upgrade(world)
            world.keep_database("kept")
            world.ask("asked", asks.of_kept(landing is None))
            world.end()


def _scratch(folder: str, name: str) -> Path:
    scratch = Path(folder, name)
    scratch.mkdir()
    return scratch


def _upgrade(world: World) -> None:
    """Upgrade the database where the checkout has a command for that; what it prints is nobody's concern."""
    world.ask("help", [Ask(("--help",))])
    said = (world.kept / "outputs" / world.index.pop()["streams"]["print"]).read_text(encoding="utf-8")
    if re.search(r"^\W*database ", said, re.MULTILINE):
        world.ask("upgrade", [Ask(("database", "upgrade"))])
        errors = (world.kept / "outputs" / world.index.pop()["streams"]["errors"]).read_text()
        if not errors.startswith("ended with 0\n"):
            raise SystemExit(f"The kept database could not be upgraded: {errors}")


def _asked(world: World, landing: Path | None) -> None:
    folder = ["--landing", str(landing)] if landing else []
    if landing:
        world.moment.paths[str(landing)] = "<landing>"
    world.ask("asked", asks.of_everything(folder, landing is None))
    world.keep_database("asked")


def _begin(world: World) -> None:
    keys = world.home / "keys"
    keys.mkdir(mode=0o700)
    (keys / "certificates.key.pem").write_text(KEY, encoding="ascii")
    (keys / "certificates.key.pem").chmod(0o600)


def _made_up(world: World) -> None:
    _begin(world)
    world.ask("made up", [Ask(("run",))])
    world.keep_files()
    world.ask("decided", asks.before_the_panels(world.subjects()))
    world.ask("decided", asks.reopened(world.subjects()))
    world.ask("decided", asks.confirmed(world.subjects()))
    world.keep_database("kept")
    world.keep_home()
    _asked(world, None)
    world.keep_pages()
    world.end()


def _real(world: World, landing: Path) -> None:
    _begin(world)
    folder = ["--landing", str(landing)]
    world.ask("real", [Ask(("run", *folder, *asks.MONTH))])
    world.keep_database("kept")
    world.keep_home()
    _asked(world, landing)
    world.keep_files()
    world.end()


def _revised(world: World) -> None:
    """Let a publisher revise a file of the made-up year after the panels have verified what rests on it."""
    folder = world.home / "landing" / "cancer_waits"
    with (folder / "cancer_waits_2017-03-31.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        row |= {"published_on": "2017-07-20", **SPOILED.get(number, {})}
        if number in LOWERED and row["numerator"].isdigit():
            row |= {"numerator": str(int(row["numerator"]) - 20), "value": ""}
    rows.append(rows[-1])
    name = "cancer_waits_2017-03-31_revised.csv"
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    world.ask("revised", asks.revised(name))
    world.keep_database("revised")
    world.ask("amended", asks.amended(world.refused_rows()))
    world.keep_database("amended")
    world.keep_files()
    world.end()
