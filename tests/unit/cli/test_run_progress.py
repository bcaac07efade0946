"""The progress of a run: a bar with a total on a terminal, a line a step where nobody watches."""

import io

import pytest
from rich.console import Console

from ccg_pipeline.cli import run as cli_run


@pytest.mark.parametrize(
    ("is_terminal", "lines", "counted"),
    [(True, [], "5/5"), (False, ["reading files", "interim_areas", "reading files"], "")],
)
def test_what_a_step_shows(
    is_terminal: bool, lines: list[str], counted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=is_terminal, no_color=True)
    monkeypatch.setattr(cli_run, "errors", console)
    with cli_run._progress() as progress:
        steps = cli_run.Steps(progress)
        steps.expect(3)
        steps.expect(2)
        files = ["reading a.csv (1 of 2)", "reading b.csv (2 of 2)"]
        for step in [*files, "interim_areas", *files]:
            steps.tell(step)
        (task,) = progress.tasks
        assert (task.completed, task.total) == (5, 5)
    written = console.file.getvalue()  # type: ignore[attr-defined]  # any text file
    assert counted in written
    assert [one for one in written.splitlines() if is_terminal is False] == lines
