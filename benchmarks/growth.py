"""How the pipeline grows: with organisations, and with years of history; seconds and memory of each step.

Run as `python -m benchmarks.growth` (or as a file); `--sizes 209,2090,20900 --years 1,4,10` says of what. An
edition of 60 measures, whose files are in the declared layout, goes from its files to a release: each year
by a separate process, of which the last is measured. For each step: seconds of processor, the most memory
until its end, and the exponent of its seconds against those of the fewest organisations or years (1: twice
the work takes twice as long). Limits for 20,900 organisations: 120 s of processor and 2 GB.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

MEASURES, DOMAINS = 60, 6
LAST_YEAR = 2020
LIMIT_AT, LIMIT_SECONDS, LIMIT_MEGABYTES = 20_900, 120.0, 2_000.0
LEAST_SECONDS = 0.5
"""A step of less is shown without an exponent, which would be that of chance."""

EDITION = """
key: grown
title: Sixty measures, for the benchmark of growth
year: "{year}"
organisation: unit
scales:
  - key: words
    labels: [First, Second, Third, Fourth]
    colours: ["#00401e", "#78be20", "#ffb81c", "#da291c"]
nodes:
  - rows: measures
    key: "{{code}}"
    name: "Measure {{code}}"
    level: indicator
    steps:
      - {{do: read, measure: "grown/{{code}}", better: higher, provenance: assumed, source: Benchmark}}
      - {{do: goalposts, worst: 0, best: 100, high: 100, provenance: assumed, source: Benchmark}}
{domains}
  - key: overall
    name: Overall
    level: overall
    scale: words
    steps:
      - {{do: mean, of: [{every}], provenance: assumed, source: Benchmark}}
      - {{do: cuts, at: [60, 50, 40], provenance: assumed, source: Benchmark}}
rounds:
  - {{key: year, every: year, provenance: assumed, source: Benchmark}}
"""
DOMAIN = """  - key: {key}
    name: Domain {key}
    level: domain
    steps:
      - do: mean
        of: {{rows: measures, where: {{domain: {key}}}, each: {{node: "{{code}}"}}}}
        provenance: assumed
        source: Benchmark"""

MEASURED = """
import json, resource, sys, time
from pathlib import Path
clock, steps = time.process_time, []

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

def tell(step):
    steps.append((step, clock(), peak()))

from ccg_pipeline.assets.edition_round import EditionRound
from ccg_pipeline.framework.families import edition_in
from ccg_pipeline.orchestration.instance import dagster_instance
from ccg_pipeline.orchestration.main_job import MainJob
tell("importing")
folder, landing, url, year = sys.argv[1:]
edition = edition_in(Path(folder))
with dagster_instance(url) as instance:
    job = MainJob(instance, url, landing, tell, editions=[edition])
    job.run_round(EditionRound(edition, edition.rounds[0]), year)
tell("all else")
print(json.dumps(steps))
"""


def write_edition(folder: Path, year: int) -> None:
    """Write the edition of one year into a new folder."""
    keys = [f"domain_{number}" for number in range(DOMAINS)]
    every = ", ".join(f"{{node: {key}}}" for key in keys)
    domains = "\n".join(DOMAIN.format(key=key) for key in keys)
    folder.mkdir(parents=True)
    text = EDITION.format(year=year, domains=domains, every=every)
    (folder / "edition.yaml").write_text(text.lstrip(), encoding="utf-8")
    rows = [{"code": f"m{at}", "domain": keys[at % DOMAINS]} for at in range(MEASURES)]
    pd.DataFrame(rows).to_csv(folder / "measures.csv", index=False)


def write_year(folder: Path, organisations: int, year: int) -> None:
    """Write the figures of a year, a file a domain."""
    from ccg_pipeline.sources.declared import COLUMNS

    random = np.random.default_rng(year)
    codes = [f"U{number:05}" for number in range(organisations)]
    level = random.normal(50, 10, organisations)
    folder.mkdir(parents=True, exist_ok=True)
    for domain in range(DOMAINS):
        measures = [f"m{at}" for at in range(MEASURES) if at % DOMAINS == domain]
        values = np.clip(level + random.normal(0, 8, (len(measures), organisations)), 0, 100)
        rows = pd.DataFrame(
            {
                "layout": "declared",
                "publication": "grown",
                "indicator": np.repeat(measures, organisations),
                "period_start": f"{year}-01-01",
                "period_end": f"{year}-12-31",
                "published_on": f"{year + 1}-02-01",
                "organisation_code": codes * len(measures),
                "value": np.round(values.ravel(), 3),
            }
        )
        rows.reindex(columns=list(COLUMNS)).to_csv(folder / f"{year}_{domain}.csv", index=False)


def measured(home: Path, organisations: int, years: int) -> dict[str, tuple[float, float]]:
    """Return seconds of processor and megabytes of each step of the last of some years, and of all of it."""
    landing, url = home / "landing", f"sqlite:///{home / 'ccg.db'}"
    environment = {**os.environ, "CCG_HOME": str(home), "DAGSTER_HOME": str(home / "dagster")}
    said = ""
    for year in range(LAST_YEAR - years + 1, LAST_YEAR + 1):
        write_year(landing, organisations, year)
        write_edition(home / str(year), year)
        done = subprocess.run(
            [
                sys.executable,
                "-W",
                "ignore",
                "-c",
                MEASURED,
                str(home / str(year)),
                str(landing),
                url,
                str(year),
            ],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        if done.returncode:
            raise SystemExit(f"{organisations:,} organisations in {year} failed: {done.stderr[-2000:]}")
        said = done.stdout.splitlines()[-1]
    found: dict[str, tuple[float, float]] = {}
    begin = 0.0
    for step, clock, peak in json.loads(said):
        name = "reading files" if step.startswith("reading ") else step
        found[name] = (found.get(name, (0.0, 0.0))[0] + clock - begin, peak)
        begin = clock
    return {**found, "whole": (begin, max(peak for _, peak in found.values()))}


def table(title: str, of: dict[int, dict[str, tuple[float, float]]]) -> None:
    """Print each step's seconds and megabytes, a column a size, and its exponent from first to last."""
    sizes = sorted(of)
    print(f"\n{title:<34}" + "".join(f"{size:>18,}" for size in sizes) + f"{'exponent':>10}")
    for step in of[sizes[-1]]:
        cells = [of[size].get(step, (0.0, 0.0)) for size in sizes]
        first, last = cells[0][0], cells[-1][0]
        exponent = ""
        if len(sizes) > 1 and last >= LEAST_SECONDS and first > 0:
            exponent = f"{math.log(last / first) / math.log(sizes[-1] / sizes[0]):.2f}"
        shown = "".join(f"{seconds:>8.1f} s{peak:>5.0f} MB" for seconds, peak in cells)
        print(f"{step[:33]:<34}{shown}{exponent:>10}", flush=True)


def main() -> None:
    """Print both tables, and fail when a limit is passed."""
    parser = argparse.ArgumentParser(description="How the pipeline grows.")
    parser.add_argument("--sizes", default="209,2090", help="organisations, with a year of history")
    parser.add_argument("--years", default="1,4", help="years of history, with the fewest organisations")
    given, _ = parser.parse_known_args()
    sizes, years = ([int(one) for one in text.split(",")] for text in (given.sizes, given.years))
    of_sizes, of_years = {}, {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            of_sizes[size] = measured(Path(folder), size, 1)
    table(f"organisations x {MEASURES} measures", of_sizes)
    for number in years:
        with tempfile.TemporaryDirectory() as folder:
            of_years[number] = measured(Path(folder), min(sizes), number)
    table(f"years of {min(sizes)} organisations", of_years)
    seconds, peak = of_sizes.get(LIMIT_AT, {"whole": (0.0, 0.0)})["whole"]
    print(f"\nlimits at {LIMIT_AT:,} organisations: {LIMIT_SECONDS:.0f} s, {LIMIT_MEGABYTES:,.0f} MB")
    if seconds > LIMIT_SECONDS or peak > LIMIT_MEGABYTES:
        raise SystemExit("A round of so many organisations takes more than it may.")


if __name__ == "__main__":
    main()
