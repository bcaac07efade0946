"""What was found when the data were held against the world: the findings of a plausibility report.

Belongs here: the small frozen types that the checks fill in and that asset checks and the page show.
Does not belong here: finding anything (quality/), showing it (publish/validation_report.py, checks/).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pandas as pd

Severity = Literal["warn", "block"]


@dataclass(frozen=True)
class Finding:
    """One expectation about one subject, an indicator or a publication, and whether it held.

    ``observed`` says in a sentence what was found. ``failing`` has one row for everything that failed, never
    cut short, and none where the expectation held; its columns are those of the expectation. ``compared``
    names what was looked at, by indicator_code and period_end. ``decides`` has one row for each rating that
    would be another without a failing figure (columns as in consequences.py); ``consequence`` says the
    same in words.
    """

    check: str
    subject: str
    severity: Severity
    success: bool
    observed: str
    failing: pd.DataFrame
    compared: pd.DataFrame = field(default_factory=pd.DataFrame)
    decides: pd.DataFrame = field(default_factory=pd.DataFrame)
    consequence: str = ""

    @property
    def said(self) -> str:
        """What was found and what it decides."""
        return self.observed + self.consequence


@dataclass(frozen=True)
class Checked:
    """One expectation of the edition and what was found for each of its subjects, in order of their codes.

    Without findings there was nothing to compare, for example no England row in any file.
    """

    check: str
    title: str
    severity: Severity
    findings: tuple[Finding, ...]

    @property
    def success(self) -> bool:
        """Whether it held for every subject."""
        return all(one.success for one in self.findings)

    @property
    def failed(self) -> tuple[Finding, ...]:
        """The findings where it did not hold."""
        return tuple(one for one in self.findings if not one.success)

    @property
    def failing(self) -> pd.DataFrame:
        """All failing rows of all subjects, with `subject` as first column; no rows where it held."""
        frames = [one.failing.assign(subject=one.subject) for one in self.failed]
        if not frames:
            return pd.DataFrame({"subject": []}, dtype="str")
        together = pd.concat(frames, ignore_index=True)
        return together[["subject", *(name for name in together.columns if name != "subject")]]

    @property
    def observed(self) -> str:
        """What was found, in one sentence for each subject that failed, or in one for all."""
        if not self.findings:
            return "There was nothing to compare."
        if self.success:
            return f"Held for {_all_of(self.findings)}."
        said = " ".join(f"{one.subject}: {one.said}" for one in self.failed)
        return f"Did not hold for {len(self.failed)} of {len(self.findings)}. {said}"


def _all_of(findings: tuple[Finding, ...]) -> str:
    return f"all {len(findings)}: {', '.join(one.subject for one in findings)}"


@dataclass(frozen=True)
class PlausibilityReport:
    """Every expectation of the edition about what had landed by a month's end, in the edition's order."""

    month_end: date
    edition: str
    is_made_up: bool
    checks: tuple[Checked, ...]

    def __iter__(self) -> Iterator[Finding]:
        """Every finding of every check."""
        return (finding for one in self.checks for finding in one.findings)

    def of(self, check: str) -> Checked:
        """The findings of that check; KeyError when the edition has none of that name."""
        for one in self.checks:
            if one.check == check:
                return one
        raise KeyError(check)

    @property
    def blocks(self) -> bool:
        """Whether something failed that the edition says must block."""
        return any(not one.success and one.severity == "block" for one in self)
