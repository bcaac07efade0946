"""What a second Celery worker saves: the sources of some months, and their rounds at the same time.

Run as `python -m benchmarks.workers`, with `--months 2`; it needs Redis, PostgreSQL and the extra `celery`,
and starts both itself. Each job goes through no worker (one process executes its steps), one and two, each
time on a new database of the same files; what is in the database first is not timed. Work that divides
should take two workers at most 1/1.7 of the time of one, where the machine has the processors for it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ccg_pipeline.demo.year import make_year
from tests.support.servers.celery_workers import deployment, redis_server, workers
from tests.support.servers.postgres import Server, binaries, running_server

RATIO = 1.7
NAMES = ("one", "two")
RUN = """
import json, sys
import dagster as dg
from dagster._core.definitions.reconstruct import ReconstructableRepository
from ccg_pipeline.orchestration import definitions
from ccg_pipeline.orchestration.instance import dagster_instance
job, url, tags = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
ours = ReconstructableRepository.for_module(definitions.__name__, "defs").get_reconstructable_job(job)
quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
with dagster_instance(url) as instance, dg.execute_job(
    ours, instance=instance, tags=tags, run_config=quiet, raise_on_error=False
) as result:
    sys.exit(not result.success)
"""


def seconds_of(job: str, environment: Mapping[str, str], tags: Sequence[Mapping[str, str]]) -> float:
    """Return the seconds of a job's runs, one for each of `tags`, all at the same time."""
    begin = time.perf_counter()
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", RUN, job, environment["CCG_DATABASE"], json.dumps(one)],
            env={**os.environ, **environment},
            stderr=subprocess.DEVNULL,
        )
        for one in tags
    ]
    codes = [process.wait() for process in started]
    if any(codes):
        raise SystemExit(f"A run of {job} failed: say CCG_LOG=json for why.")
    return time.perf_counter() - begin


@contextmanager
def cluster(server: Server, landing: Path, names: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the environment of a new database with these workers; of none, a run executes its own steps."""
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as broker:
        home = Path(folder) / "home"
        environment = deployment(home, server.url(), server.url(), landing, broker)
        environment |= {} if names else {"CCG_EXECUTOR": "in_process"}
        os.environ |= environment
        with workers(home, environment, *names):
            yield environment


def main() -> None:
    """Print the seconds of each job with no worker, one and two, and how many times faster two are."""
    parser = argparse.ArgumentParser(description="What a second Celery worker saves.")
    parser.add_argument(
        "--months", type=int, default=2, help="months that are read, and scored at the same time"
    )
    given, _ = parser.parse_known_args()
    months = [f"2016-{4 + at:02}" for at in range(given.months)]
    every = {
        "dagster/asset_partition_range_start": months[0],
        "dagster/asset_partition_range_end": months[-1],
    }
    rounds = [{"dagster/partition": month} for month in months]
    found: dict[str, list[float]] = {f"sources of {len(months)} months": [], f"rounds of {len(months)}": []}
    folder = binaries()
    if folder is None:
        raise SystemExit("PostgreSQL's initdb is nowhere: install it (Debian: apt install postgresql).")
    with tempfile.TemporaryDirectory() as landing, running_server(folder) as server:
        make_year(Path(landing))
        for names in ((), NAMES[:1], NAMES):
            with cluster(server, Path(landing), names) as environment:
                ingested = seconds_of("ingest", environment, [every])
                scored = seconds_of("interim_lane", environment, rounds)
            print(f"{len(names)} workers: {ingested:.0f} s of sources, {scored:.0f} s of rounds", flush=True)
            for took, one in zip(found.values(), (ingested, scored), strict=True):
                took.append(one)
    print(f"{os.cpu_count()} processors{'':<14}no worker  one worker  two workers   one / two")
    for name, (none, one, two) in found.items():
        print(f"{name:<26}{none:>9.1f} s{one:>10.1f} s{two:>11.1f} s{one / two:>12.2f}", flush=True)
    if max(one / two for _, one, two in found.values()) < RATIO:
        print(f"Two workers are not {RATIO} times as fast as one here: what they share is the machine.")


if __name__ == "__main__":
    main()
