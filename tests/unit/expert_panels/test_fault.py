"""The root of all faults: its exit codes, and the sentence found again in what Python printed."""

import traceback

import pytest

from ccg_pipeline.release.archive import StorageFault
from expert_panels.foundation.fault import Fault, WrongUse, sentence_in


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [(Fault("No."), 1), (WrongUse("Not so: write 2017-03."), 2), (StorageFault("Part a: altered."), 1)],
)
def test_a_fault_is_its_sentence_and_an_exit_code(error: Fault, exit_code: int) -> None:
    (printed,) = traceback.format_exception_only(error)
    assert sentence_in(printed) == str(error)
    assert error.exit_code == exit_code


@pytest.mark.parametrize("error", [ValueError("bad: worse"), KeyError("Fault"), ZeroDivisionError()])
def test_any_other_error_is_nobody_s_sentence(error: Exception) -> None:
    (printed,) = traceback.format_exception_only(error)
    assert sentence_in(printed) == ""
