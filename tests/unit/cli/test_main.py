"""What holds for all verbs of the command, whatever they do."""

import atexit
import gc
import sys

import pytest

from ccg_pipeline.cli.main import main


def test_a_command_ends_without_looking_through_all_that_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_end: list[object] = []
    monkeypatch.setattr(atexit, "register", at_the_end.append)
    monkeypatch.setattr(gc, "set_threshold", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["ccg", "--help"])
    with pytest.raises(SystemExit):
        main()
    assert gc.freeze in at_the_end
