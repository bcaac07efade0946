"""Bad input through the whole main job: refused or quarantined whole with one sentence, nothing else moved.

The same landing folder is run twice, as it should be and with bad files next to and among the good ones.
"""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from rich.console import Console
from sqlalchemy import Engine

from ccg_pipeline.cli.prints import lists as printed_lists
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.orchestration.main_job import MainJob, Outcome
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.sql import BY_NAME
from tests.support.worlds.planted_files import Rows, Sheets, of, respoil_rows, respoil_workbook, write_files

EDITION = load_edition()
MONTH = "2017-03"
GOOD = (
    "rtt/Incomplete-Commissioner-Mar17.xls",
    "dtoc/LA_March_17.xls",
    "satod/satod_2017-03-31.csv",
    "stp_progress/stp_progress_2017-03-31.csv",
)
MOVED = "dtoc/LA_October_16.xls"
ROWS = {  # publication -> the file in which a row is spoilt, next to good rows
    "eip": "eip/eip_2017-03-31.csv",
    "cancer_waits": "cancer_waits/cancer_waits_2017-03-31.csv",
    "ld_health_checks": "ld_health_checks/ld_health_checks_2017-03-31.csv",
    "qof": "qof/qof_2017-03-31.csv",
    "rtt": "rtt/Incomplete-Commissioner-Dec16.xls",
}
SHEET = "LA - by responsible org"


def without_column(sheets: Sheets) -> None:
    for row in sheets[SHEET]:
        del row[8]  # the days in total


def with_text_among_figures(sheets: Sheets) -> None:
    rows = sheets["Commissioner"]
    column = rows[13].index("Total within 18 weeks")
    (place,) = (at for at, row in enumerate(rows) if row[2] == "02N" and row[4] == "IP999")
    rows[place][column] = "see note 4"


def with_header_three_rows_down(sheets: Sheets) -> None:
    rows = sheets[SHEET]
    rows[13:13] = [["", "", "", "", "", "", "", "", ""], ["", "Please note: provisional"], ["", "", "", ""]]


def with_more_seen_than_there_were(rows: Rows) -> None:
    of(rows, "01C").update(numerator="120", denominator="100", value="")


def with_an_unknown_code(rows: Rows) -> None:
    rows.append({**of(rows, "01C"), "organisation_code": "99Z", "organisation_name": "NHS Nowhere CCG"})


def with_a_ccg_twice(rows: Rows) -> None:
    rows.append({**of(rows, "02N")})


def with_101_percent(rows: Rows) -> None:
    of(rows, "06W").update(numerator="", denominator="", value="101")


def bomb(path: Path) -> None:
    """Three hundred megabytes of nothing in a file of some hundred kilobytes, named as a workbook."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(300):
                sheet.write(bytes(1_000_000))


def plant_refused(landing: Path) -> None:
    """One file for each fault of structure, none of them a file of GOOD or ROWS."""
    write_files(
        landing,
        ["rtt/Incomplete-Commissioner-Feb17.xls", "dtoc/LA_January_17.xls", "dtoc/LA_February_17.xls"],
    )
    respoil_workbook(
        landing / "rtt/Incomplete-Commissioner-Feb17.xls", lambda sheets: sheets.pop("Commissioner")
    )
    respoil_workbook(landing / "dtoc/LA_January_17.xls", without_column)
    whole = (landing / "dtoc/LA_February_17.xls").read_bytes()
    (landing / "dtoc/LA_February_17.xls").write_bytes(whole[: len(whole) // 2])
    (landing / "dtoc/LA_December_16.xls").write_bytes(
        b"<!DOCTYPE html>\n<html><body><h1>Sign in to continue</h1></body></html>"
    )
    (landing / "eip/eip_2017-02-28.csv").write_bytes(b"")
    bomb(landing / "dtoc/LA_November_16.xlsx")


REFUSED = {
    "Incomplete-Commissioner-Feb17.xls": "'Commissioner'",
    "LA_January_17.xls": "the column 'Total'",
    "LA_February_17.xls": "is a damaged workbook",
    "LA_December_16.xls": "is a web page",
    "eip_2017-02-28.csv": "is empty",
    "LA_November_16.xlsx": "as a zip bomb does",
}


def plant_rows(landing: Path) -> None:
    """One bad row in each file of ROWS, and a header that moved."""
    write_files(landing, [*ROWS.values(), MOVED])
    respoil_rows(landing / ROWS["eip"], with_more_seen_than_there_were)
    respoil_rows(landing / ROWS["cancer_waits"], with_a_ccg_twice)
    respoil_rows(landing / ROWS["ld_health_checks"], with_101_percent)
    respoil_rows(landing / ROWS["qof"], with_an_unknown_code)
    respoil_workbook(landing / ROWS["rtt"], with_text_among_figures)
    respoil_workbook(landing / MOVED, with_header_three_rows_down)


@dataclass
class SmallPipeline:
    """A landing folder that was taken to the gates, and what came of it."""

    engine: Engine
    landing: Path
    outcome: Outcome

    def rows(self, table: str, **scope: str) -> pd.DataFrame:
        with reading(self.engine) as connection:
            return frames.read(connection, BY_NAME[table], scope)

    def printed(self) -> str:
        """What `ccg run`, `ccg files` and `ccg quarantine` print, on one line."""
        console = Console(file=io.StringIO(), width=250, no_color=True)
        printed_lists.summary(console, self.engine, EDITION, [("interim", MONTH)], self.outcome)
        printed_lists.files(console, self.engine)
        printed_lists.quarantine(console, self.engine)
        return " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]  # a StringIO


def run_pipeline(home: Path, landing: Path) -> SmallPipeline:
    url = f"sqlite:///{home / 'ccg.db'}"
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setenv("CCG_HOME", str(home))
        outcome = MainJob(instance, url, str(landing)).run("interim", MONTH)
    return SmallPipeline(open_database(url), landing, outcome)


@pytest.fixture(scope="module")
def as_it_should_be(tmp_path_factory: pytest.TempPathFactory) -> SmallPipeline:
    home = tmp_path_factory.mktemp("good")
    return run_pipeline(home, write_files(home / "landing", [*GOOD, *ROWS.values(), MOVED]))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> SmallPipeline:
    home = tmp_path_factory.mktemp("bad")
    landing = write_files(home / "landing", GOOD)
    plant_rows(landing)
    plant_refused(landing)
    return run_pipeline(home, landing)


def figures(pipeline: SmallPipeline, *names: str) -> pd.DataFrame:
    """What was stored of these files, without the file's own sha256."""
    rows = pipeline.rows("source_observation").drop(columns=["source_sha256", "cell"])
    rows = rows[rows["source_name"].isin([Path(name).name for name in names])]
    return rows.sort_values(["source_name", "indicator_code", "organisation_code"]).reset_index(drop=True)


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_with_a_fault_of_structure_is_refused_whole_with_one_sentence(
    planted: SmallPipeline, name: str
) -> None:
    (row,) = planted.rows("source_file", name=name).to_dict("records")
    assert row["state"] == "refused"
    assert str(row["refusal"]).startswith(f"{name}: ")
    assert REFUSED[name] in str(row["refusal"])
    assert str(row["refusal"]).count(". ") == 0
    assert "\n" not in str(row["refusal"])
    assert planted.printed().count(f"Refused: {row['refusal']}") == 2  # by `ccg run` and by `ccg files`
    for table in ("source_observation", "observation", "quarantine"):
        assert name not in set(planted.rows(table)["source_name"]), table


def test_every_file_is_on_record_and_every_row_accounted_for(planted: SmallPipeline) -> None:
    files = planted.rows("source_file")
    assert len(files) == len(GOOD) + len(ROWS) + 1 + len(REFUSED)
    assert set(files.loc[files["state"] == "refused", "name"]) == set(REFUSED)
    read = files[files["state"] == "read"]
    parts = read[["rows_used", "rows_not_asked_for", "rows_not_an_organisation", "rows_quarantined"]]
    assert (parts.sum(axis=1) == read["rows_read"]).all()
    assert (read["rows_read"] > 0).all()


@pytest.mark.parametrize("name", GOOD)
def test_the_figures_of_the_good_files_are_all_there(
    as_it_should_be: SmallPipeline, planted: SmallPipeline, name: str
) -> None:
    expected = figures(as_it_should_be, name)
    assert len(expected) >= 44
    assert_frame_equal(figures(planted, name), expected)


def test_a_header_that_moved_down_three_rows_is_found(
    as_it_should_be: SmallPipeline, planted: SmallPipeline
) -> None:
    expected = figures(as_it_should_be, MOVED)
    assert (expected["organisation_kind"] == "ccg").sum() == 209
    assert_frame_equal(figures(planted, MOVED), expected)
    where = planted.rows("source_observation", source_name=Path(MOVED).name, organisation_code="E06000015")
    assert list(where["cell"]) == ["row 20"]  # three rows below where it stood


SPOILT = [
    # publication, indicator, CCG, bad rows as a spreadsheet numbers them, what is said
    ("eip", "123b", "01C", 1, "numerator is above denominator"),
    ("ld_health_checks", "124b", "06W", 1, "value '101' is above 100 %"),
    ("cancer_waits", "122b", "02N", 2, "the organisation has more than one row for this period"),
    ("qof", "126b", "99Z", 1, "99Z"),
    ("rtt", "129a", "02N", 1, "'see note 4', which is no figure"),
]


@pytest.mark.parametrize(("publication", "indicator", "code", "n_bad", "said"), SPOILT)
def test_a_bad_row_is_quarantined_whole_with_its_place_and_its_reason(
    planted: SmallPipeline, publication: str, indicator: str, code: str, n_bad: int, said: str
) -> None:
    name = Path(ROWS[publication]).name
    bad = planted.rows("quarantine", source_name=name)
    assert len(bad) == n_bad
    assert set(bad["organisation_code"]) == {code}
    assert set(bad["indicator_code"]) == {indicator}
    assert bad["row"].is_unique
    assert bad["reasons"].str.contains(said, regex=False).all()
    assert bad["raw"].str.contains(code).all()  # the row itself is kept
    printed_rows = planted.printed()
    for row in bad.itertuples(index=False):
        assert f"{row.row} {indicator} {code} {row.reasons}" in printed_rows
    (file,) = planted.rows("source_file", name=name).to_dict("records")
    assert (file["state"], file["rows_quarantined"]) == ("read", n_bad)


def test_the_row_number_is_the_one_a_spreadsheet_shows(planted: SmallPipeline) -> None:
    (bad,) = planted.rows("quarantine", source_name=Path(ROWS["eip"]).name).to_dict("records")
    lines = (planted.landing / ROWS["eip"]).read_text(encoding="utf-8").splitlines()
    assert ",01C," in lines[int(bad["row"]) - 1]


@pytest.mark.parametrize(("publication", "code"), [(one[0], one[2]) for one in SPOILT])
def test_the_other_rows_of_the_file_go_on(
    as_it_should_be: SmallPipeline, planted: SmallPipeline, publication: str, code: str
) -> None:
    expected, found = figures(as_it_should_be, ROWS[publication]), figures(planted, ROWS[publication])
    is_other = expected["organisation_code"] != code
    assert is_other.sum() >= 209
    rest = found[found["organisation_code"] != code].reset_index(drop=True)
    assert_frame_equal(rest, expected[is_other].reset_index(drop=True))
    own = found[found["organisation_code"] == code]
    if code in set(ccgs()["ccg_code"]):
        assert list(own["status"]) == ["refused"]
        assert own[["numerator", "denominator", "value", "lower_95", "upper_95"]].isna().all(axis=None)
    else:
        assert own.empty


def test_a_refused_figure_has_no_band_and_says_why_while_the_others_have_theirs(
    as_it_should_be: SmallPipeline, planted: SmallPipeline
) -> None:
    key = ["indicator_code", "ccg_code"]
    before = as_it_should_be.rows("indicator_band").set_index(key)
    after = planted.rows("indicator_band").set_index(key)
    for indicator, code in (("123b", "01C"), ("124b", "06W"), ("122b", "02N")):
        row = after.loc[(indicator, code)]
        assert before.loc[(indicator, code), "status"] == "published"
        assert (row["status"], pd.isna(row["band"])) == ("refused", True)
        assert "refused" in row["why_no_band"]
    same = ["101a", "126b", "127e", "129a"]
    columns = ["value", "status", "band", "z", "points", "why_no_band"]
    assert_frame_equal(after.loc[same, columns], before.loc[same, columns])


def test_the_run_warns_of_every_publication_with_a_bad_file_or_row(planted: SmallPipeline) -> None:
    unsound = {one.split(":")[0] for one in planted.outcome.warned if one.endswith(": every_file_is_sound")}
    assert unsound >= {
        f"source/{name}" for name in ("eip", "ld_health_checks", "cancer_waits", "qof", "rtt", "dtoc")
    }
    assert not unsound & {"source/satod", "source/stp_progress"}
    assert "source/unrecognised_files: every_file_is_recognised" in planted.outcome.warned


def test_as_it_should_be_nothing_is_refused_or_quarantined(as_it_should_be: SmallPipeline) -> None:
    assert set(as_it_should_be.rows("source_file")["state"]) == {"read"}
    assert as_it_should_be.rows("quarantine").empty
    assert not any("every_file" in one for one in as_it_should_be.outcome.warned)
