"""What the ccg command shows of a scored March and lets out of it: prints, exports, leagues, statements."""

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.publish.export import UNRELEASED
from tests.support.worlds.terminal import EDITION, MARCH, NAMES, Terminal, fits_and_is_stamped, views


def test_show_prints_29_areas_and_what_awaits_its_panel(home: Path, ccg: Terminal) -> None:
    shown = ccg.at(home).type("show", "02N")
    assert shown.code == 0
    assert "NHS Airedale, Wharfedale and Craven CCG (02N), North of England, West Yorkshire" in shown.said
    # the longest name is folded, so that its second line stands apart
    assert all(f"{area.code} {area.name[:33].rstrip()}" in shown.said for area in EDITION.areas)
    assert "Cancer no rating withheld awaiting the panel" in shown.said
    assert "122 Cancer none awaiting the panel" in shown.said
    assert "101 Smoking none 0 of 1" in shown.said
    assert "161, 162, 163, 164: no file with a figure has landed." in shown.said
    assert "Release 1 (made-up data; interim 2017-03, edition iaf_2016_17), sha256 " in shown.said


def test_explain_goes_down_to_the_cell(home: Path, ccg: Terminal) -> None:
    shown = ccg.at(home).type("explain", "airedale", "Elective access")
    assert shown.code == 0
    assert "(02N): 129 Elective access" in shown.said
    assert "129a Patients waiting 18 weeks or less" in shown.said
    assert "reference 92, the national standard (memory)" in shown.said
    assert "source Incomplete-Commissioner-Mar17.xls, Commissioner, row " in shown.said
    assert "standard errors (overdispersed limits)" in shown.said
    assert "plausibility meets all that is expected of it" in shown.said


def test_an_indicator_is_explained_of_one_and_shown_of_all(home: Path, ccg: Terminal) -> None:
    one = ccg.at(home).type("explain", "airedale", "129A")
    assert one.code == 0
    assert "(02N): 129a Patients waiting 18 weeks or less" in one.said
    assert EDITION.indicator("129a").why_it_matters in one.said
    assert "source Incomplete-Commissioner-Mar17.xls, Commissioner, row " in one.said
    every = ccg.type("show", "--indicator", "129a")
    assert every.code == 0
    assert "02N NHS Airedale, Wharfedale and Craven CCG" in every.said
    assert "withheld" in ccg.type("show", "--indicator", "122b").said
    for wrong, said in (
        (("show",), "Say whose: a CCG, such as 02N, or --indicator 122a"),
        (("show", "02N", "--indicator", "122a"), "Say whose"),
        (("show", "--indicator", "999z"), "There is no indicator '999z': give its code"),
        (("explain", "02N", "dementa"), "Did you mean Dementia"),
    ):
        answer = ccg.type(*wrong)
        assert (answer.code, said in " ".join(answer.err.split())) == (2, True), answer.err


def test_explain_says_what_is_withheld_and_what_was_refused(home: Path, ccg: Terminal) -> None:
    shown = ccg.at(home).type("explain", "01C", "122")
    assert "panel rating none (awaiting the panel)" in shown.said
    assert shown.said.count("band withheld until its panel has verified the area") == 4
    assert "value none, refused" in shown.said
    unreleased = ccg.type("explain", "01C", "122", "--unreleased")
    assert "band none: The figure was refused: its row is in quarantine." in unreleased.said
    assert "by mean of the grades 1 (best) to 4 (worst): 122a none, 122b none, 122c" in unreleased.said


def test_a_released_export_is_a_table_and_no_view_is_logged(home: Path, ccg: Terminal) -> None:
    before = views(home)
    answer = ccg.at(home).type("export", "assessment")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert (answer.code, len(rows)) == (0, 209)
    assert {row["cancer_verification"] for row in rows} == {"awaiting the panel"}
    assert {row["is_made_up"] for row in rows} == {"True"}
    assert "release_status" not in rows[0]
    assert answer.err.startswith("Release 1 (made-up data; interim 2017-03")
    assert views(home) == before


@pytest.mark.parametrize("table", ["assessment", "area_scores", "ratings", "bands", "overall"])
@pytest.mark.parametrize("file_format", ["csv", "json", "parquet"])
def test_every_table_leaves_in_every_format_and_twice_the_same(
    home: Path, ccg: Terminal, tmp_path: Path, table: str, file_format: str
) -> None:
    contents = []
    for name in ("one", "two"):
        path = tmp_path / name
        answer = ccg.at(home).type("export", table, "--format", file_format, "--output", str(path))
        assert (answer.code, answer.out) == (0, "")
        contents.append(path.read_bytes())
    assert contents[0] == contents[1] != b""
    rows = {"assessment": 209, "area_scores": 29 * 209, "ratings": 6 * 209, "bands": 60 * 209, "overall": 0}
    if file_format == "csv":
        assert contents[0].decode("utf-8").count("\n") == rows[table] + 1
    elif file_format == "json":
        assert len(json.loads(contents[0])) == rows[table]
    else:
        assert len(pd.read_parquet(tmp_path / "one")) == rows[table]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


UNRELEASED_VIEWS = [
    (("show", "02N"), "show 02N"),
    (("explain", "02N", "cancer"), "explain 02N 122"),
    (("export", "ratings"), "export ratings"),
]


@pytest.mark.parametrize(("typed", "what"), UNRELEASED_VIEWS)
def test_what_is_not_released_is_shown_only_on_demand_logged_and_stamped(
    home: Path, ccg: Terminal, typed: tuple[str, ...], what: str
) -> None:
    released = ccg.at(home).type(*typed)
    before = views(home)
    answer = ccg.type(*typed, "--unreleased")
    assert answer.code == 0
    assert views(home)[len(before) :] == [("engineer@data.example", what, "interim 2017-03")]
    stamp = "UNRELEASED (made-up data; interim 2017-03, edition iaf_2016_17): not verified by the panels"
    assert stamp in " ".join((answer.out + answer.err).split())
    labels = EDITION.labels("interim")
    assert any(label in answer.said for label in labels)
    assert not any(label in released.said for label in labels)


def test_every_row_of_an_unreleased_export_is_stamped(home: Path, ccg: Terminal) -> None:
    answer = ccg.at(home).type("export", "ratings", "--unreleased")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert {row["release_status"] for row in rows} == {UNRELEASED}
    assert len(rows) == 6 * 209


def test_the_weights_are_listed_and_leave_as_a_table(ccg: Terminal, tmp_path: Path) -> None:
    listed = ccg.type("weights")
    assert listed.code == 0
    assert "dtoc Delayed days of 151 authorities to the 209 (127e) adults" in listed.said
    rows = list(csv.DictReader(io.StringIO(ccg.type("weights", "2017").out)))
    morecambe_bay = {row["to_code"]: row for row in rows if row["from_code"] == "01K"}
    assert sorted(morecambe_bay) == ["01H", "01K"]
    assert sum(float(row["weight"]) for row in morecambe_bay.values()) == pytest.approx(1)
    assert {row["provenance"] for row in morecambe_bay.values()} == {"assumed"}
    target = tmp_path / "weights.parquet"
    assert ccg.type("weights", "dtoc", "--format", "parquet", "--output", str(target)).code == 0
    assert pd.read_parquet(target)["weight"].sum() == pytest.approx(151)
    for wrong in (("2016",), ("dtoc", "--format", "xls")):
        answer = ccg.type("weights", *wrong)
        assert (answer.code, answer.out) == (2, "")


def test_the_method_lists_every_assumed_number(ccg: Terminal) -> None:
    answer = ccg.wide(400).type("method")
    assert answer.code == 0
    assumed = EDITION.assumed()
    assert len(assumed) > 30
    for one in assumed:
        value = one.value if isinstance(one.value, str) else f"{one.value:g}"
        line = next((line for line in answer.out.splitlines() if line.strip().startswith(one.item)), "")
        assert line, one.item
        assert " ".join(str(value).split())[:40] in " ".join(answer.out.split()), one
        assert " ".join(one.source.split()) in " ".join(answer.out.split()), one
    assert f"{len(assumed)} assumed." in answer.said
    assert "and not NHS England's" in answer.said


def test_the_fit_stands_beside_the_published_counts(home: Path, ccg: Terminal) -> None:
    before = views(home)
    answer = ccg.at(home).wide(400).type("method", "--fit", *MARCH)
    assert answer.code == 0
    assert "Shown, never tuned to" in answer.said
    cancer = answer.out.split("— Cancer")[1].split("— Dementia")[0]
    counts = {line.split("  ")[0].strip(): line.split()[-1] for line in cancer.splitlines() if line.strip()}
    assert counts["Top performing"] == "7"  # of the published baseline
    assert counts["Needs improvement"] == "156"
    assert all(f"{one.code} {one.name}" in answer.said for one in EDITION.indicators)
    assert "Cancer, published: found, Baseline of 2016" in answer.said
    assert views(home)[len(before) :] == [("engineer@data.example", "method --fit", "interim 2017-03")]


def test_files_and_quarantine_account_for_everything(home: Path, ccg: Terminal) -> None:
    files = ccg.at(home).type("files")
    assert files.code == 0
    assert all(Path(name).name in "".join(files.out.split()) for name in NAMES)
    assert f"{len(NAMES)} files, 0 of them refused; " in files.said
    assert "cancer_waits_2017-03-31.csv 210 209 0 0 1" in files.said
    refused = ccg.type("quarantine")
    assert "cancer_waits_2017-03-31.csv" in refused.said
    assert "122b 01C numerator is 'see note', which is no figure" in refused.said
    assert "1 row in quarantine." in refused.said


MADE_UP_PRINTS = [
    ("show", "02N"),
    ("show", "02N", "--unreleased"),
    ("explain", "02N", "127"),
    ("league", "--area", "122", "--unreleased", *MARCH),
    ("robustness", *MARCH),
    ("files",),
    ("quarantine",),
    ("method", "--fit", *MARCH),
    ("panel", "status"),
    ("panel", "show", "cancer", *MARCH),
]


@pytest.mark.parametrize("typed", MADE_UP_PRINTS, ids=" ".join)
@pytest.mark.parametrize("width", [80, 120])
def test_every_print_says_that_it_is_made_up_and_fits_the_terminal(
    home: Path, ccg: Terminal, typed: tuple[str, ...], width: int
) -> None:
    fits_and_is_stamped(ccg.at(home).wide(width).type(*typed), width)


def test_the_league_of_an_area_is_drawn_and_that_of_a_withheld_one_is_not(
    home: Path, ccg: Terminal, tmp_path: Path
) -> None:
    drawn = ccg.at(home).type(
        "league", "--area", "122", "--unreleased", *MARCH, "--format", "svg", "--output", str(tmp_path / "a")
    )
    assert drawn.code == 0
    picture = (tmp_path / "a").read_text(encoding="utf-8")
    assert picture.count("<circle") > 100
    assert "UNRELEASED: League of 122 Cancer" in picture
    withheld = ccg.at(home).type("league", "--area", "122", *MARCH)
    assert (withheld.code, withheld.err.strip()) == (
        2,
        "There is no league of the area Cancer: awaiting the panel.",
    )


def test_the_statement_of_robustness_is_a_page_and_tells_nothing_of_what_is_withheld(
    home: Path, ccg: Terminal, tmp_path: Path
) -> None:
    for file_format in ("html", "json"):
        where = f"{tmp_path}/statement.{file_format}"
        said = ccg.at(home).type("robustness", *MARCH, "--format", file_format, "--output", where)
        assert said.code == 0
    page = (tmp_path / "statement.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "England in the place of every national standard" in page
    rows = json.loads((tmp_path / "statement.json").read_text(encoding="utf-8"))["rows"]
    assert {row["measure"] for row in rows} == {"areas"}  # no panel has verified anything
