"""The validation report as a page: whole, offline, accessible, the same bytes for the same findings."""

import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest

from ccg_pipeline.framework.findings import Checked, Finding, PlausibilityReport
from ccg_pipeline.publish.validation_report import render

VOID = {"meta", "br", "link", "img", "input"}


def failed(rows: int, subject: str = "129a", severity: str = "warn") -> Finding:
    frame = pd.DataFrame(
        {
            "organisation_code": [f"{n:03d}" for n in range(rows)],
            "period_end": pd.Timestamp("2017-03-31"),
            "value": 1234.5,
            "england": 2_965_989.0,
            "note": "<script>alert('01C & 01D')</script>",
            "value_before": float("nan"),
        }
    )
    return Finding("a_check", subject, severity, False, "Too many <b>moved</b>.", frame)  # type: ignore[arg-type]  # text from parametrize


HELD = Finding("a_check", "122a", "warn", True, "All 209 CCGs have a row.", pd.DataFrame())


def report(*findings: Finding, is_made_up: bool = False, severity: str = "warn") -> PlausibilityReport:
    checked = Checked("a_check", "A check & its title", severity, findings)  # type: ignore[arg-type]  # text from parametrize
    idle = Checked("idle_check", "Another", "block", ())
    return PlausibilityReport(date(2017, 3, 31), "iaf_2016_17", is_made_up, (checked, idle))


def render_alone(about: PlausibilityReport) -> str:
    """The page of a month whose files say nothing that is checked by itself."""
    return render(about, PlausibilityReport(about.month_end, about.edition, False, ()))


class Page(HTMLParser):
    """Tags, attributes and text of a page; an unbalanced tag is an error."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_page_needs_nothing_from_elsewhere() -> None:
    html = render_alone(report(failed(3)))
    page = Page(html)
    for tag in ("script", "link", "img", "iframe"):
        assert page.all(tag) == []
    assert not re.search(r"https?:|//|url\(|@import|\bon\w+=", html)
    assert all(str(link["href"]).startswith("#") for link in page.all("a"))


def test_the_page_can_be_read_by_ear_and_walked_by_keyboard() -> None:
    page = Page(render_alone(report(failed(2), HELD)))
    assert page.all("html") == [{"lang": "en-GB"}]
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    assert len(page.all("caption")) == len(page.all("table")) == 4
    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))
    regions = [one for one in page.all("div") if one.get("role") == "region"]
    assert all(one["tabindex"] == "0" and one["aria-label"] for one in regions)
    ids = [one["id"] for _, one in page.tags if "id" in one]
    assert len(ids) == len(set(ids))
    assert {str(link["href"])[1:] for link in page.all("a")} <= set(ids)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_what_failed_is_said_in_words() -> None:
    text = Page(render_alone(report(failed(2), HELD))).text
    assert "1 finding did not hold, 0 of which block and 1 warn." in text
    assert "held: 1 did not hold, warns: 1 did not hold, blocks: 0" in text
    assert "129a Did not hold: warns Too many <b>moved</b>." in text
    assert "122a Held All 209 CCGs have a row." in text
    assert "Another blocks Not compared" in text


@pytest.mark.parametrize(
    ("severity", "said"), [("warn", "Did not hold: warns"), ("block", "Did not hold: blocks")]
)
def test_a_failure_says_what_follows_from_it(severity: str, said: str) -> None:
    assert said in Page(render_alone(report(failed(1, severity=severity), severity=severity))).text


def test_all_failing_rows_are_there_and_what_they_hold_is_only_text() -> None:
    html = render_alone(report(failed(1_000)))
    assert all(f"<td>{n:03d}</td>" in html for n in range(1_000))
    assert "129a: all 1,000 rows for which it did not hold" in html
    assert "&lt;script&gt;alert(&#x27;01C &amp; 01D&#x27;)&lt;/script&gt;" in html


def test_cells_read_as_people_write_them() -> None:
    html = render_alone(report(failed(1)))
    assert "<td>2017-03-31</td>" in html
    assert '<td class="number">1,234.5</td>' in html
    assert '<td class="number">2,965,989</td>' in html
    assert "<td>none</td>" in html


def test_made_up_data_say_so_and_real_data_do_not() -> None:
    assert "MADE-UP DATA" in Page(render_alone(report(HELD, is_made_up=True))).text
    assert "MADE-UP" not in render_alone(report(HELD))


def test_equal_findings_give_equal_bytes() -> None:
    assert render_alone(report(failed(5), HELD)).encode() == render_alone(report(failed(5), HELD)).encode()


def test_a_report_says_what_failed_whether_it_blocks_and_which_rows() -> None:
    both = report(failed(2), HELD, failed(1, "130a", "block"))
    checked = both.of("a_check")
    assert (checked.success, len(checked.failed), both.blocks) == (False, 2, True)
    assert checked.failing["subject"].tolist() == ["129a", "129a", "130a"]
    assert checked.observed == (
        "Did not hold for 2 of 3. 129a: Too many <b>moved</b>. 130a: Too many <b>moved</b>."
    )
    assert both.of("idle_check").observed == "There was nothing to compare."
    assert not report(failed(1)).blocks
    assert report(HELD).of("a_check").observed == "Held for all 1: 122a."
    assert report(HELD).of("a_check").failing.empty
    with pytest.raises(KeyError):
        both.of("unheard_of")
