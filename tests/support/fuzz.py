"""Thousands of files damaged at random, in every layout: what reading makes of each. Run by `make fuzz`.

Belongs here: how many files, what counts as a failure, the table at the end.
Does not belong here: the sound files and the ways to damage them (tests/unit/sources).

A failure is an exception that is no refusal, a file that takes more than SECONDS of a processor, a row that
is not accounted for, more memory than MEGABYTES, or a figure that is not the sound file's though the rows
that it rests on were not touched. A figure whose own cells were overwritten with others that can be true is
no failure: nothing in such a file can tell.

Each file is made of the seed and its number alone, and noted as soon as it was read: who calls again with
the same `--notes` goes on after the last one.
"""

import argparse
import json
import os
import pickle
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pandas as pd

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.sources import documents, parsing
from ccg_pipeline.sources.catalogue import READERS
from ccg_pipeline.sources.file_kinds import Parsed, Unreadable
from ccg_pipeline.sources.result import Refused
from tests.unit.sources.damaged_files import DAMAGES, Sound, outcome, sound_file, wrong_figures
from tests.unit.sources.test_sources_random_damage import (
    assert_accounted,
    kind_of,
    write_sidecar,
    write_sound,
)

SECONDS = 60
MEGABYTES = 1024
SHOWN = 50


class Hangs(Exception):
    """Reading took more than SECONDS of a processor."""


def main() -> int:
    """Damage and read the files; 1 where any failed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--files", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=2016)
    asked.add_argument(
        "--notes", type=Path, help="where each file is noted; those noted before are not read again"
    )
    options = asked.parse_args()
    signal.signal(signal.SIGPROF, _stop)
    documents._parsed_apart = _parsed_in_a_fork
    edition = load_edition()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "damaged").mkdir()
        notes = options.notes or folder / "notes"
        sound = {layout: sound_file(write_sound(folder, layout), edition) for layout in sorted(READERS)}
        kinds = [(layout, damage) for layout in sound for damage in DAMAGES]
        notes.touch()
        before = len(notes.read_text(encoding="utf-8").splitlines())
        with notes.open("a", encoding="utf-8") as noting:
            for number in range(before, options.files):
                layout, damage = kinds[number % len(kinds)]
                rng = np.random.default_rng([options.seed, number])
                began = time.process_time()
                kind, said = _try(sound[layout], layout, damage, folder / "damaged" / layout, rng)
                note = {
                    "file": [layout, damage, options.seed, number],
                    "became": kind,
                    "failures": said,
                    "seconds": time.process_time() - began,
                    "megabytes": _megabytes(),
                }
                noting.write(json.dumps(note) + "\n")
                noting.flush()
                if (number + 1) % 100 == 0:
                    print(f"{number + 1} files", file=sys.stderr, flush=True)
        found = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]
    return _told(found, len(sound))


def _told(found: list[dict[str, Any]], layouts: int) -> int:
    """Print what became of the files; 1 where any failed."""
    outcomes = Counter((one["file"][1], one["became"]) for one in found)
    failures = [f"{one['file']}: {each}" for one in found for each in one["failures"]]
    slowest, megabytes = (max(one[name] for one in found) for name in ("seconds", "megabytes"))
    if megabytes > MEGABYTES:
        failures.append(f"took {megabytes:.0f} MB")
    print(pd.Series(outcomes).unstack(fill_value=0).to_string())
    print(f"{len(found):,} damaged files of {layouts} layouts, the slowest {slowest:.1f} s of a processor")
    print(f"at most {megabytes:.0f} MB, {len(failures)} failures")
    print("\n".join(failures[:SHOWN]))
    return min(len(failures), 1)


@lru_cache(maxsize=1)  # what became of a file opens it once more
def _parsed_in_a_fork(data: bytes) -> tuple[str, list[Parsed]]:
    """Parse as the process apart does, with its limits, in a fork of this one: that costs a tenth."""
    reads, writes = os.pipe()
    if (child := os.fork()) == 0:
        try:
            _answer(data, writes)
        finally:
            os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as file:
        answer = file.read()
    _, status = os.waitpid(child, 0)
    if status or not answer:
        raise Unreadable("is a damaged workbook that cannot be read; download it again")
    said, *found = pickle.loads(answer)
    if said == "refused":
        raise Unreadable(*found)
    kind, sheets = found
    return kind, [Parsed(*each) for each in sheets]


def _answer(data: bytes, writes: int) -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
    memory = pages * resource.getpagesize() + parsing.MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    answer: tuple[object, ...]
    try:
        kind, sheets = parsing.parse(data)
        answer = "read", kind, [tuple(each) for each in sheets]
    except Unreadable as unreadable:
        answer = "refused", str(unreadable)
    with os.fdopen(writes, "wb") as file:
        pickle.dump(answer, file, protocol=5)


def _megabytes() -> float:
    """The most that this process, or one that it started, has taken so far."""
    return (
        max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        / 1024
    )


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Hangs


def _try(
    sound: Sound, layout: str, damage: str, path: Path, rng: np.random.Generator
) -> tuple[str, list[str]]:
    """What became of one damaged file, and what is wrong with that."""
    if layout == "gp_patient_survey":
        write_sidecar(path)
    path.write_bytes(DAMAGES[damage](sound, rng))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        found = outcome(path, load_edition())
        if isinstance(found, Refused):
            sentence = str(found)
            is_one = sentence.startswith(f"{layout}") and sentence.endswith(".") and "\n" not in sentence
            return "refused whole", [] if is_one else [f"no sentence: {sentence!r}"]
        assert_accounted(found)
        return kind_of(found, sound), list(wrong_figures(sound, path, found, damage))
    except Hangs:
        return "hangs", [f"takes more than {SECONDS} s of a processor"]
    except Exception as error:  # noqa: BLE001  whatever comes through is what is looked for
        return "exception", [f"{type(error).__name__}: {error}"]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    sys.exit(main())
