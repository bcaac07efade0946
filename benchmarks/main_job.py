"""How long one month of the made-up year takes: the whole DAG with its checks, in one process.

Run as `python -m benchmarks.main_job` (or as a file): the months before are read first and not timed. Prints
the seconds of importing and of the run; the limits are 8 and 20 s together.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT_SECONDS, LIMIT_IMPORT_SECONDS = 20, 8

TIMED = """
import json, sys, time
begin = time.perf_counter()
from ccg_pipeline.orchestration.instance import dagster_instance
from ccg_pipeline.orchestration.main_job import MainJob
imported = time.perf_counter()
with dagster_instance() as instance:
    MainJob(instance, sys.argv[1], sys.argv[2]).run("interim", sys.argv[3])
print(json.dumps({"import": imported - begin, "run": time.perf_counter() - imported}))
"""


def timed(url: str, landing: Path, month: str) -> dict[str, float]:
    """Seconds of a fresh process that imports and takes `month` to the gates and the released table."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TIMED, url, str(landing), month],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{month} failed: {done.stderr[-2000:]}")
    seconds: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return seconds


def main() -> None:
    """Print the figures, and fail when a limit is passed."""
    from ccg_pipeline.demo.year import make_year

    with tempfile.TemporaryDirectory() as folder:
        home, landing = Path(folder, "home"), Path(folder, "landing")
        os.environ |= {"CCG_HOME": str(home), "DAGSTER_HOME": str(home / "dagster")}
        make_year(landing)
        url = f"sqlite:///{home / 'ccg.db'}"
        begin = time.perf_counter()
        timed(url, landing, "2017-02")
        before = time.perf_counter() - begin
        month = timed(url, landing, "2017-03")
    whole = month["import"] + month["run"]
    print(f"eleven months and what is before, read and scored once: {before:.1f} s (not limited)")
    print(f"one month, importing: {month['import']:.1f} s (limit {LIMIT_IMPORT_SECONDS} s)")
    print(f"one month, the whole DAG with its checks: {whole:.1f} s (limit {LIMIT_SECONDS} s)")
    if whole > LIMIT_SECONDS or month["import"] > LIMIT_IMPORT_SECONDS:
        raise SystemExit("One month takes longer than it may.")


if __name__ == "__main__":
    main()
