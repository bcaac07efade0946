"""Thousands of files damaged at random, in every layout: what reading makes of each. Run by `make fuzz`.

Belongs here: how many files, what counts as a failure, the table at the end.
Does not belong here: the sound files and the ways to damage them (tests/unit/sources).

A failure is an exception that is no refusal, a file that takes longer than SECONDS, a row that is not
accounted for, more memory than MEGABYTES, or a figure that is not the sound file's though the rows that it
rests on were not touched. A figure whose own cells were overwritten with others that can be true is no
failure: nothing in such a file can tell.
"""

import argparse
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import FrameType

import numpy as np
import pandas as pd

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.sources.catalogue import READERS
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


class Hangs(Exception):
    """Reading took longer than SECONDS."""


def main() -> int:
    """Damage and read the files; the number of failures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--files", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=2016)
    options = asked.parse_args()
    signal.signal(signal.SIGALRM, _stop)
    edition = load_edition()
    outcomes: Counter[tuple[str, str]] = Counter()
    failures: list[str] = []
    began, read, slowest = time.monotonic(), 0, 0.0
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "damaged").mkdir()
        sound = {layout: sound_file(write_sound(folder, layout), edition) for layout in sorted(READERS)}
        while read < options.files:
            for layout, one in sound.items():
                for number, damage in enumerate(DAMAGES):
                    rng = np.random.default_rng([options.seed, read, number])
                    started = time.monotonic()
                    kind, said = _try(one, layout, damage, folder / "damaged" / layout, rng)
                    slowest = max(slowest, time.monotonic() - started)
                    outcomes[damage, kind] += 1
                    read += 1
                    failures += [
                        f"{layout}, {damage}, seed [{options.seed}, {read - 1}, {number}]: {each}"
                        for each in said
                    ]
            print(f"{read} files, {len(failures)} failures", file=sys.stderr, flush=True)
    megabytes = (
        max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        / 1024
    )
    if megabytes > MEGABYTES:
        failures.append(f"took {megabytes:.0f} MB")
    print(pd.Series(outcomes).unstack(fill_value=0).to_string())
    print(f"{read:,} damaged files of {len(sound)} layouts in {time.monotonic() - began:.0f} s")
    print(f"slowest {slowest:.1f} s, at most {megabytes:.0f} MB, {len(failures)} failures")
    print("\n".join(failures[:50]))
    return min(len(failures), 1)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Hangs


def _try(
    sound: Sound, layout: str, damage: str, path: Path, rng: np.random.Generator
) -> tuple[str, list[str]]:
    """What became of one damaged file, and what is wrong with that."""
    if layout == "gp_patient_survey":
        write_sidecar(path)
    path.write_bytes(DAMAGES[damage](sound, rng))
    signal.alarm(SECONDS)
    try:
        found = outcome(path, load_edition())
        if isinstance(found, Refused):
            sentence = str(found)
            is_one = sentence.startswith(f"{layout}") and sentence.endswith(".") and "\n" not in sentence
            return "refused whole", [] if is_one else [f"no sentence: {sentence!r}"]
        assert_accounted(found)
        return kind_of(found, sound), list(wrong_figures(sound, path, found, damage))
    except Hangs:
        return "hangs", [f"takes longer than {SECONDS} s"]
    except Exception as error:  # noqa: BLE001  whatever comes through is what is looked for
        return "exception", [f"{type(error).__name__}: {error}"]
    finally:
        signal.alarm(0)


if __name__ == "__main__":
    sys.exit(main())
