"""How long reading takes and how much memory: every published file, a month's files, next to plain pandas.

Run as `python -m benchmarks.reading` (or as a file). The files are those of ../shared/landing; where they are
not, those of the made-up year, and it says so. Limits by the clock: all files 30 s, a month's files 5 s; and
for the whole tree of processes 600 MB. Next to it, in seconds of processor (so that a busy machine changes no
ratio) and without a limit, what `pandas.read_excel` (engine calamine, every sheet, nothing checked) takes for
the same workbooks.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

LIMIT_SECONDS, LIMIT_MONTH_SECONDS, LIMIT_MEGABYTES = 30, 5, 600
SHARED = Path(__file__).resolve().parents[2] / "shared" / "landing"
A_MONTH = {  # what comes out in one month
    "published": ("Incomplete-Commissioner-May15*", "LA_March_17*", "Commissioner_Mar_17*"),
    "made up": (
        "*Mar17.xls",
        "LA_March_17.xls",
        "Commissioner_Mar_17.xls",
        "*2017-03-31.csv",
        "*mar-2017.csv",
    ),
}

CLOCK = """
import json, os, sys, time

def clock():
    used = os.times()
    return time.perf_counter(), used.user + used.system + used.children_user + used.children_system

def since(begin):
    return [now - then for now, then in zip(clock(), begin)]
"""
READ = f"""{CLOCK}
from pathlib import Path
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.result import Refused
edition, seconds = load_edition(), dict()
for name in json.loads(sys.stdin.read()):
    begin = clock()
    try:
        read_file(Path(name), edition)
    except Refused as refused:
        print(refused, file=sys.stderr)
    seconds[name] = since(begin)
print(json.dumps(seconds))
"""
PLAIN = f"""{CLOCK}
import pandas as pd
seconds = dict()
for name in json.loads(sys.stdin.read()):
    begin = clock()
    pd.read_excel(name, sheet_name=None, header=None, engine="calamine")
    seconds[name] = since(begin)
print(json.dumps(seconds))
"""


def timed(script: str, files: list[Path]) -> tuple[dict[Path, float], dict[Path, float], float]:
    """Seconds by file, of the clock and of the processor, and the most memory of the tree of processes in MB.

    The files are read one after the other by a fresh process.
    """
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    peak = [0.0]

    def watch() -> None:
        while process.poll() is None:
            peak[0] = max(peak[0], megabytes(process.pid))
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    said, _ = process.communicate(json.dumps([str(path) for path in files]))
    watcher.join()
    if process.returncode:
        raise SystemExit(f"Reading failed with code {process.returncode}.")
    by_file = {Path(name): seconds for name, seconds in json.loads(said).items()}
    clock, processor = ({path: each[which] for path, each in by_file.items()} for which in (0, 1))
    return clock, processor, peak[0]


def megabytes(pid: int) -> float:
    """What a process and its children hold, shared pages counted once; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:  # it ended meanwhile, or there is no /proc
        return 0.0
    own = next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return own / 1024 + sum(megabytes(int(child)) for child in children)


def is_workbook(path: Path) -> bool:
    """True for .xls and .xlsx, by their first bytes."""
    return path.suffix != ".zip" and path.read_bytes()[:4] in (b"\xd0\xcf\x11\xe0", b"PK\x03\x04")


def measure(kind: str, landing: Path) -> None:
    """Print the figures of the files below ``landing``, and fail when a limit is passed."""
    from ccg_pipeline.sources.folder import files_in

    files = files_in(landing)
    print(f"{len(files)} {kind} files, {sum(path.stat().st_size for path in files) / 2**20:.1f} MB")
    seconds, processor, peak = timed(READ, files)
    of_a_month = [path for path in files if any(path.match(pattern) for pattern in A_MONTH[kind])]
    month = sum(timed(READ, of_a_month)[0].values())
    workbooks = [path for path in files if is_workbook(path)]
    _, plain, _ = timed(PLAIN, workbooks)
    print(f"{'folder':<22}{'files':>6}{'read and checked':>18}{'pandas.read_excel':>19}{'ratio':>7}")
    for folder in sorted({path.parent for path in files}):
        own = [path for path in files if path.parent == folder]
        ours = sum(processor[path] for path in own)
        theirs = sum(plain.get(path, 0.0) for path in own)
        beside = (
            f"{theirs:>17.2f} s{ours / max(theirs, 1e-3):>7.1f}" if all(path in plain for path in own) else ""
        )
        print(f"{folder.name:<22}{len(own):>6}{ours:>16.2f} s{beside}")
    ours, theirs = sum(processor[path] for path in workbooks), sum(plain.values())
    print(f"{'all workbooks':<22}{len(workbooks):>6}{ours:>16.2f} s{theirs:>17.2f} s{ours / theirs:>7.1f}")
    whole = sum(seconds.values())
    print(f"all files: {whole:.1f} s (limit {LIMIT_SECONDS} s), of processor {sum(processor.values()):.1f} s")
    print(f"a month's {len(of_a_month)} files: {month:.1f} s (limit {LIMIT_MONTH_SECONDS} s)")
    print(f"most memory, child processes included: {peak:.0f} MB (limit {LIMIT_MEGABYTES} MB)")
    if whole > LIMIT_SECONDS or month > LIMIT_MONTH_SECONDS or peak > LIMIT_MEGABYTES:
        raise SystemExit("Reading takes more than it may.")


def main() -> None:
    """Measure the published files where they are, else the made-up year's."""
    if SHARED.is_dir():
        measure("published", SHARED)
        return
    from ccg_pipeline.demo.year import make_year

    print("No ../shared/landing next to the project: these are the files of the made-up year.")
    with tempfile.TemporaryDirectory() as folder:
        make_year(Path(folder, "landing"))
        measure("made up", Path(folder, "landing"))


if __name__ == "__main__":
    main()
