"""The validation report: the findings of plausibility as one page that opens offline.

Belongs here: what the page says, section by section.
Does not belong here: finding anything (checks), what a finding is (findings.py), the page's frame and style
(offline_page.py).
"""

import math
from html import escape

import pandas as pd

from ccg_pipeline.publish.offline_page import page
from ccg_pipeline.quality.findings import Checked, Finding, PlausibilityReport

OF_FILES = "files-"
"""Begins the anchors of the second part, in which the same expectations may stand."""

CONSEQUENCE = {"warn": "warns", "block": "blocks"}


def render(report: PlausibilityReport, of_files: PlausibilityReport) -> str:
    """Return the page as HTML: a summary, then each expectation with its findings and all failing rows.

    `report` is about the observations as they are known, `of_files` about what the files say by themselves.
    """
    title = f"Validation report, {report.month_end:%B %Y}"
    known, files = (
        "\n".join(_section(checked, prefix) for checked in one.checks)
        for one, prefix in ((report, ""), (of_files, OF_FILES))
    )
    main = [
        _summary(report, "What is known of the month", ""),
        known,
        _summary(of_files, "What the files say by themselves", OF_FILES),
        files,
    ]
    return page(title, [_verdict(report, of_files)], main, report.is_made_up)


def _verdict(report: PlausibilityReport, of_files: PlausibilityReport) -> str:
    failed = [one for one in (*report, *of_files) if not one.success]
    about = f"What had landed by {report.month_end} was held against what edition {report.edition} expects:"
    if not failed:
        return f"{about} all of them held."
    block = sum(one.severity == "block" for one in failed)
    return (
        f"{about} {len(failed)} findings did not hold, {block} of which block and {len(failed) - block} warn."
    )


def _summary(report: PlausibilityReport, caption: str, prefix: str) -> str:
    rows = "\n".join(
        f'<tr><th scope="row"><a href="#{prefix}{escape(one.check)}">{escape(one.title)}</a></th>'
        f"<td>{CONSEQUENCE[one.severity]}</td>{_result_cell(one)}"
        f'<td class="number">{len(one.findings)}</td><td class="number">{len(one.failed)}</td>'
        f'<td class="number">{len(one.failing):,}</td></tr>'
        for one in report.checks
    )
    heads = ("Expectation", "A failure", "Result", "Subjects", "Subjects failed", "Rows failed")
    return _table(caption, heads, rows)


def _section(checked: Checked, prefix: str) -> str:
    anchor = prefix + escape(checked.check)
    heading = f'<section aria-labelledby="{anchor}">\n<h2 id="{anchor}">'
    heading += f"{escape(checked.title)}</h2>"
    if not checked.findings:
        return f"{heading}\n<p>There was nothing to compare.</p>\n</section>"
    rows = "\n".join(
        f'<tr><th scope="row">{escape(one.subject)}</th>{_result_cell(one)}<td>{escape(one.said)}</td></tr>'
        for one in checked.findings
    )
    found = _table(f"{checked.title}: findings", ("Subject", "Result", "What was found"), rows)
    failing = "\n".join(_failing(checked, one) for one in checked.failed)
    return f"{heading}\n{found}\n{failing}</section>"


def _result_cell(of: Checked | Finding) -> str:
    if isinstance(of, Checked) and not of.findings:
        return "<td>Not compared</td>"
    if of.success:
        return "<td>Held</td>"
    return f'<td class="failed">Did not hold: {CONSEQUENCE[of.severity]}</td>'


def _failing(checked: Checked, finding: Finding) -> str:
    frame = finding.failing
    caption = f"{finding.subject}: all {len(frame):,} rows for which it did not hold"
    columns = [[_cell(value) for value in frame[name]] for name in frame.columns]
    rows = "\n".join(f"<tr>{''.join(cells)}</tr>" for cells in zip(*columns, strict=True))
    heads = [str(name).replace("_", " ") for name in frame.columns]
    return f"<h3>{escape(checked.title)}: {escape(finding.subject)}</h3>\n{_table(caption, heads, rows)}\n"


def _cell(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"<td>{value:%Y-%m-%d}</td>"
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return "<td>none</td>"
    if isinstance(value, int | float):
        return (
            f'<td class="number">{value:,.6g}</td>'
            if abs(value) < 1e6
            else f'<td class="number">{value:,.0f}</td>'
        )
    return f"<td>{escape(str(value))}</td>"


def _table(caption: str, heads: list[str] | tuple[str, ...], rows: str) -> str:
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    # a wide table scrolls by itself, and can be reached and scrolled by keyboard
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(caption)}">\n'
        f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
    )
