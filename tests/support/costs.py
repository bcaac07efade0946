"""What the tests cost: the seconds of a run, and of the files that take most of them.

Belongs here: measuring the CPU of each test in the process that runs it, the lines at the end of a run, and
which files begin first.
Does not belong here: how fast the pipeline should be (benchmarks/).

CPU is that of the process of a test and of the processes that it waited for. It is counted from test to test,
so that what several tests share counts for the first that asks for it. `make test` names a run in TIER,
and in TIERS a file that gets the last line of each.
"""

import os
import time
from collections import Counter, defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest

SHOWN = 12
"""So many files are listed."""

LONGEST = (
    "test_room_story", "test_amendments", "test_main_job_real_files", "test_lanes_releases",
    "test_celery", "test_readme", "test_command_panels", "test_editions", "test_room_pages",
    "test_statistics_coverage", "test_sources_random_damage", "test_sources_catalogue",
)  # fmt: skip
"""The files of tests that take longest, from their seconds and from how long they wait for a daemon."""

UNMEASURED = (
    "test_statistics_coverage", "test_sources_random_damage", "test_sources_catalogue", "test_demo_truth",
    "test_certainty_calibration", "test_method_certainty", "test_method_properties", "test_storage_frames",
    "test_method_frames", "test_release_assessment", "test_method_robustness", "test_sources_damage",
    "test_method_restatement_properties",
)  # fmt: skip
"""Files that repeat the same lines in many worlds: measuring which lines they reach makes them take twice as
long, and other tests reach the same."""

CASES_MEASURED = 3
"""Of a test with many cases so many are measured, and every tenth: the others reach the same lines."""


def cpu_seconds() -> float:
    """CPU of this process so far, and of the processes that it started and waited for."""
    return sum(os.times()[:4])


class Costs:
    """Sums seconds and CPU by file, from the reports of whichever process ran them."""

    def __init__(self) -> None:
        self._begun, self._before = time.monotonic(), cpu_seconds()
        self._files: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        now = cpu_seconds()
        report.cpu, self._before = now - self._before, now
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        seconds = self._files[report.nodeid.partition("::")[0]]
        seconds[0] += report.cpu
        seconds[1] += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if "PYTEST_XDIST_WORKER" in os.environ:
            return  # the process that started this one has the reports of all
        dearest = sorted(self._files.items(), key=lambda one: -one[1][0])[:SHOWN]
        terminalreporter.section("seconds of CPU, and seconds, of the dearest files")
        for file, (cpu, seconds) in dearest:
            terminalreporter.line(f"{cpu:7.1f} {seconds:7.1f}  {file}")
        whole = time.monotonic() - self._begun
        line = f"{os.environ.get('TIER', 'All')}: {cpu_seconds():.0f} s of CPU in {whole:.0f} s"
        terminalreporter.line(line)
        if "TIERS" in os.environ:
            with Path(os.environ["TIERS"]).open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Costs(), "costs")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with LONGEST: a long file that came last would leave the other processes with nothing to do.

    What is UNMEASURED is marked so, and so are most of many cases.
    """
    names = [f"{name}.py" for name in LONGEST]
    cases: Counter[str] = Counter()
    for item in items:
        test = item.nodeid.partition("[")[0]
        cases[test] += 1
        if item.path.stem in UNMEASURED or (cases[test] > CASES_MEASURED and cases[test] % 10):
            item.add_marker("no_cover")
    items.sort(key=lambda item: names.index(item.path.name) if item.path.name in names else len(names))
