"""From the file of addresses to what is asked of a publisher, and one sentence for what is wrong in it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccg_pipeline.landing.downloads.addresses import Wanted, load_addresses, safe_name
from ccg_pipeline.landing.downloads.publications import wanted_files
from expert_panels.foundation.fault import Fault

KEYS = ("rtt", "iapt", "fingertips")


def load(folder: Path, text: str) -> list[Wanted]:
    return wanted_files(addresses(folder, text), "rtt", ["2017-03"])


def addresses(folder: Path, text: str):  # type: ignore[no-untyped-def]  # what load_addresses returns
    path = folder / "downloads.yaml"
    path.write_text(text, encoding="utf-8")
    return load_addresses(path, KEYS)


FILLED = [  # url, name, what is asked for in March 2017, the file's name here
    ("https://a.example/{month:%b%y}.xls", "", "https://a.example/Mar17.xls", "Mar17.xls"),
    ("https://a.example/{month:%B-%Y}/x", "rtt.xls", "https://a.example/March-2017/x", "rtt.xls"),
    ("https://a.example/{financial_year}.csv", "", "https://a.example/2016-17.csv", "2016-17.csv"),
    ("https://a.example/{year}/a%20b.csv", "", "https://a.example/2017/a b.csv", "a b.csv"),
    ("https://a.example/", "", "https://a.example/", "rtt-2017-03"),
    ("https://a.example/x", "../../{year}.csv", "https://a.example/x", "2017.csv"),
    ("https://a.example/.hidden", "", "https://a.example/.hidden", "hidden"),
]


@pytest.mark.parametrize(("url", "name", "asked", "called"), FILLED)
def test_a_pattern_is_filled_with_the_month(
    tmp_path: Path, url: str, name: str, asked: str, called: str
) -> None:
    (one,) = load(tmp_path, f"rtt: {{url: '{url}', name: '{name}'}}")
    assert one == Wanted(asked.replace("a b", "a%20b"), called)


@pytest.mark.parametrize(
    ("month", "year"), [("2016-03", "2015-16"), ("2016-04", "2016-17"), ("1999-12", "1999-00")]
)
def test_the_financial_year_begins_in_april(tmp_path: Path, month: str, year: str) -> None:
    found = addresses(tmp_path, "rtt: {url: 'https://a.example/{financial_year}'}")
    assert wanted_files(found, "rtt", [month]) == [Wanted(f"https://a.example/{year}", year)]


def test_a_file_is_asked_for_once_whatever_the_months(tmp_path: Path) -> None:
    found = addresses(
        tmp_path, "rtt: {url: 'https://a.example/{year}.xls'}\niapt: {url: 'https://a.example/all.csv'}"
    )
    months = ["2017-01", "2016-12", "2016-11"]
    assert [one.name for one in wanted_files(found, "rtt", months)] == ["2016.xls", "2017.xls"]
    assert [one.name for one in wanted_files(found, "iapt", months)] == ["all.csv"]
    assert [one.name for one in wanted_files(found, "iapt", [])] == ["all.csv"]
    with pytest.raises(Fault, match="rtt: its address names the month; give --month"):
        wanted_files(found, "rtt", [])


def test_fingertips_is_asked_through_its_api(tmp_path: Path) -> None:
    text = "fingertips: {indicators: [91547, 91280], child_area_type: 153, parent_area_type: 15}"
    assert wanted_files(addresses(tmp_path, text), "fingertips", []) == [
        Wanted(
            "https://fingertips.phe.org.uk/api/all_data/csv/by_indicator_id"
            "?indicator_ids=91547,91280&child_area_type_id=153&parent_area_type_id=15",
            "fingertips-153.csv",
        )
    ]


def test_without_a_file_there_are_no_addresses(tmp_path: Path) -> None:
    found = load_addresses(tmp_path / "none.yaml", KEYS)
    assert found == {}
    with pytest.raises(Fault, match=r"rtt: no address is configured \(there are: none\)"):
        wanted_files(found, "rtt", [])


FAULTS = [  # what is in the file, what is said
    ("- a", "downloads.yaml, line 1: one key a publication is needed here"),
    ("a: [\n}", "downloads.yaml, line 2: no valid YAML"),
    ("\nttr: {url: 'https://a.example/'}", "line 2: 'ttr' is no publication"),
    ("rtt: {url: 'ftp://a.example/'}", "line 1 (rtt): url must begin with http:// or https://"),
    ("rtt: {url: 'https:///a'}", "(rtt): url must begin with http:// or https:// and a host"),
    ("rtt: {url: 'https://a.example/{day}'}", "url {day} is none of {month}, {year}, {financial_year}"),
    ("rtt: {url: 'https://a.example/{month.__class__}'}", "url {month.__class__} is none of"),
    ("rtt: {url: 'https://a.example/{'}", "url is no pattern (Single '{' encountered"),
    ("rtt: {url: 'https://a.example/{year:q}'}", "url Unknown format code 'q'"),
    ("rtt: {url: 'https://a.example/', title: b}", "line 1 (rtt): title Extra inputs are not permitted"),
    ("rtt: 3", "line 1 (rtt):"),
    ("fingertips: {indicators: [], child_area_type: 1, parent_area_type: 2}", "(fingertips): indicators"),
    ("rtt: {url: 'https://a.example/'}\nrtt: {url: 'https://b.example/'}", 'duplicate key "rtt"'),
]


@pytest.mark.parametrize(("text", "said"), FAULTS)
def test_what_is_wrong_in_the_file_is_said_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Fault) as fault:
        load(tmp_path, text)
    assert said in str(fault.value)
    assert "\n" not in str(fault.value)


@given(st.text())
def test_no_name_leaves_its_folder(name: str) -> None:
    safe = safe_name(name)
    assert "/" not in safe
    assert "\\" not in safe
    assert not safe.startswith(".")
    assert safe.isprintable()
    assert len(safe) <= 120
