"""Whether two checkouts of the project say the same, byte for byte: exports, prints, pages, every table.

Belongs here: comparing what was collected, the lines that say what came of it, the options.
Does not belong here: what is asked (same/asks.py), running it (same/collecting.py), what is of the moment
(same/moment.py).

    python benchmarks/identical.py BEFORE AFTER [--real FOLDER]
    python benchmarks/identical.py --keep KEPT CHECKOUT [--real FOLDER]

The first compares two checkouts; BEFORE may also be a folder KEPT, into which the second puts what a checkout
says. Each is run from its source files on: the made-up year with all its decisions, the same after a file
of it was revised and, with --real, the published files of that folder. Then AFTER opens the databases that
BEFORE made, and must say of them what BEFORE said. It takes some minutes a checkout. Exit code 1: it differs.
"""

import argparse
import io
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # also when it is run as a module

from same.moment import MOMENT, Moment, change_of, first_difference, in_order, is_new, renamed
from same.stages import collect, reopen

WORLDS = ("made_up", "revised", "real")
TABLES = "columns, indexes, triggers"
KEPT = "kept.json"
PARQUET = b"PAR1"


@dataclass(frozen=True)
class Said:
    """What a checkout said of a world: outputs by name, each with its streams; and what is of the moment."""

    outputs: dict[str, dict[str, bytes]]
    moment: Moment

    @classmethod
    def read(cls, folder: Path) -> "Said":
        index = json.loads((folder / "outputs" / "index.json").read_text(encoding="utf-8"))
        outputs = {
            one["name"]: {
                stream: (folder / "outputs" / file).read_bytes() for stream, file in one["streams"].items()
            }
            for one in index
        }
        return cls(outputs, Moment(**json.loads((folder / "moment.json").read_text(encoding="utf-8"))))

    def lines(self, name: str, stream: str, is_before: bool) -> list[str]:
        """Return an output's stream as the lines that are compared."""
        content = self.outputs[name].get(stream, b"")
        text = _of_parquet(content) if content.startswith(PARQUET) else self.moment.settled(name, content)
        lines = (renamed(text) if is_before else text).split("\n")
        if name.endswith(TABLES):  # keys and indexes may come and go: no row is another by one
            lines = [line for line in lines if not line.startswith('["index"')]
            lines = lines if is_before else [line for line in lines if not is_new(line)]
        if name.endswith(": table kept"):
            lines = [in_order(line) for line in lines]
        return sorted(lines) if ": table " in name else lines


def _of_parquet(content: bytes) -> str:
    """Return a Parquet file as text: columns, types and rows; the metadata that explain them may differ."""
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(content))
    rows = [json.dumps(row, ensure_ascii=False, sort_keys=True, default=str) for row in table.to_pylist()]
    columns = [f"{field.name}: {field.type}" for field in table.schema]
    return "\n".join([*columns, *rows])


def differences(before: Said, after: Said) -> Iterator[tuple[str, str]]:
    """Yield the name of every output and where it differs, '' where it is identical."""
    for name in before.outputs:
        if name not in after.outputs:
            yield name, "only BEFORE has it"
            continue
        yield name, _difference(before, after, name)
    for name in after.outputs:
        if name not in before.outputs:
            yield name, "" if is_new(name) else "only AFTER has it"


def _difference(before: Said, after: Said, name: str) -> str:
    for stream in sorted({*before.outputs[name], *after.outputs[name]}):
        content = before.outputs[name].get(stream, b"")
        if content == after.outputs[name].get(stream):
            continue
        one, other = before.lines(name, stream, True), after.lines(name, stream, False)
        if one != other:
            return f"{stream}, {first_difference(one, other)}"
    return ""


def compare(before: Path, after: Path, title: str, of_kept: bool = False) -> tuple[int, int]:
    """Print a line an output; return how many there are and how many differ."""
    number = parted = 0
    for world in WORLDS:
        if not (before / world).is_dir() or not (after / world).is_dir():
            if not of_kept:
                print(f"not asked  {title}, {world}")
            continue
        one, other = Said.read(before / world), Said.read(after / world)
        if of_kept:  # fewer questions, so BEFORE has answers to more
            both = {name: said for name, said in one.outputs.items() if name in other.outputs}
            one = Said(both, one.moment)
        for name, where in differences(one, other):
            on_purpose = change_of(name) if where else ""
            number, parted = number + 1, parted + bool(where and not on_purpose)
            word = "changed  " if on_purpose else "differs  " if where else "identical"
            print(f"{word}  {title}, {world}: {name}  {on_purpose or where}".rstrip())
    return number, parted


def main() -> None:
    """Collect, compare and fail when something differs."""
    parser = argparse.ArgumentParser(description="Whether two checkouts say the same, byte for byte.")
    parser.add_argument("before", nargs="?", type=Path, help="a checkout, or what was kept of one")
    parser.add_argument("after", nargs="?", type=Path, help="a checkout")
    parser.add_argument("--real", type=Path, help="folder of published files")
    parser.add_argument("--keep", type=Path, help="folder in which to keep what the one checkout says")
    given = parser.parse_args()
    if given.before is None:
        print("Nothing to compare: name two checkouts, as `--help` says.")
        return
    if given.real is not None and not given.real.is_dir():
        parser.error(f"--real {given.real}: there is no such folder.")
    if given.keep is not None:
        if given.after is not None:
            parser.error("--keep takes one checkout.")
        _collected(given.before, given.keep, given.real)
        return
    if given.after is None:
        parser.error("Name the checkout AFTER too.")
    with tempfile.TemporaryDirectory(prefix="identical-") as folder:
        before, after, opened = given.before, Path(folder, "after"), Path(folder, "opened")
        if not (before / KEPT).is_file():
            before = _collected(before, Path(folder, "before"), given.real)
        _collected(given.after, after, given.real)
        reopen(given.after, before, opened, given.real)
        counts = [compare(before, after, "run"), compare(before, opened, "opened", of_kept=True)]
    number, parted = (sum(each) for each in zip(*counts, strict=True))
    print(f"\nTaken for equal: {'; '.join(f'{what} ({why})' for what, why in MOMENT.items())}.")
    print(f"{number} outputs, {number - parted} as before or changed on purpose, {parted} differ.")
    if parted:
        raise SystemExit(1)


def _collected(checkout: Path, folder: Path, real: Path | None) -> Path:
    if not (checkout / "pyproject.toml").is_file():
        raise SystemExit(f"{checkout} is neither a checkout nor what was kept of one.")
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} holds something already: name a new folder.")
    collect(checkout, folder, real)
    (folder / KEPT).write_text(json.dumps({"real": real is not None}) + "\n", encoding="utf-8")
    return folder


if __name__ == "__main__":
    main()
