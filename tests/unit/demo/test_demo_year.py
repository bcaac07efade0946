import ast
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import ccg_pipeline.demo
from ccg_pipeline.demo.year import is_unfinished, make_year, year_files
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.reference.organisations import ccgs, stps
from expert_panels.foundation.fault import WrongUse
from expert_panels.foundation.strict_yaml import parse
from tests.unit.demo.conftest import MadeUpYear

MONTHS = [pd.Period("2016-04") + step for step in range(12)]


def test_equal_seeds_give_equal_bytes(made_up: MadeUpYear) -> None:
    again = year_files(2016, "2016-17", load_edition())
    assert [path.relative_to(made_up.folder).as_posix() for path in made_up.written] == list(again)
    # one month of each workbook speaks for its twelve, which are large
    other_months = [
        name for folder in ("rtt/", "dtoc/", "mar/") for name in list(filter(_in(folder), again))[1:]
    ]
    for name in again.keys() - set(other_months):
        assert (made_up.folder / name).read_bytes() == again[name](), name


def _in(folder: str) -> Callable[[str], bool]:
    return lambda name: name.startswith(folder)


def test_another_seed_gives_other_figures(made_up: MadeUpYear) -> None:
    other = year_files(2017, "2016-17", load_edition())
    same = [
        name
        for name, content in other.items()
        if name.startswith(("ae/", "leadership/", "_truth/l"))
        and content() == (made_up.folder / name).read_bytes()
    ]
    assert same == []


def test_it_tells_each_file_and_leaves_no_other(made_up: MadeUpYear) -> None:
    there = [path for path in made_up.folder.rglob("*") if path.is_file()]
    assert sorted(there) == sorted(made_up.written)
    assert made_up.told == [path.relative_to(made_up.folder).as_posix() for path in made_up.written]


@pytest.mark.parametrize("name", ["rtt/Incomplete-Commissioner-Apr15-revised.xls", "notes.txt"])
def test_a_folder_with_other_files_is_refused_untouched(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"real")
    with pytest.raises(WrongUse, match=f"already holds {name}, which is not of this made-up year"):
        make_year(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / name]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "landing").write_bytes(b"")
    with pytest.raises(WrongUse, match="landing is a file; name a folder"):
        make_year(tmp_path / "landing")


@pytest.mark.parametrize("year", ["2017-18", "2014-15", "2016"])
def test_a_year_without_these_ccgs_is_refused(tmp_path: Path, year: str) -> None:
    with pytest.raises(WrongUse, match=r"No year .* the CCGs known here are those of 2015-16 and 2016-17"):
        make_year(tmp_path, year=year)


def test_a_year_made_twice_in_a_folder_replaces_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {"a/one.csv": lambda: b"1\n", "_truth/latent.csv": lambda: b"2\n"}
    monkeypatch.setattr("ccg_pipeline.demo.year.year_files", lambda *_: contents)
    first = make_year(tmp_path)
    first[0].write_bytes(b"old")
    (tmp_path / "a" / ".one.csv.4711.part").write_bytes(b"left by a run that was killed")
    assert make_year(tmp_path) == first
    assert first[0].read_bytes() == b"1\n"
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(first)


def test_a_publishers_file_is_never_replaced_though_its_name_is_one_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccg_pipeline.demo.year.year_files", lambda *_: {"dtoc/LA.xls": lambda: b"made up"})
    (tmp_path / "dtoc").mkdir()
    (tmp_path / "dtoc" / "LA.xls").write_bytes(b"published")
    with pytest.raises(WrongUse, match=r"already holds dtoc/LA\.xls, which is not of this made-up year"):
        make_year(tmp_path)
    assert (tmp_path / "dtoc" / "LA.xls").read_bytes() == b"published"
    assert not is_unfinished(tmp_path)


def test_a_year_that_was_cut_short_is_known_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed() -> bytes:
        raise KeyboardInterrupt

    contents = {"one.csv": lambda: b"1\n", "two.csv": killed, "_truth/latent.csv": lambda: b"2\n"}
    monkeypatch.setattr("ccg_pipeline.demo.year.year_files", lambda *_: contents)
    folder = tmp_path / "landing"
    assert is_unfinished(folder)
    for again in range(2):
        with pytest.raises(KeyboardInterrupt):
            make_year(folder)
        assert (folder / "one.csv").is_file()
        assert is_unfinished(folder), again
    contents["two.csv"] = lambda: b"2\n"
    make_year(folder)
    assert not is_unfinished(folder)
    contents["two.csv"] = killed  # of another seed, over the whole one
    with pytest.raises(KeyboardInterrupt):
        make_year(folder)
    assert is_unfinished(folder)


def periods_in_files(made_up: MadeUpYear) -> pd.DataFrame:
    """Each measure's period ends as its files say them, and how many organisations they hold."""
    declared = (
        made_up.declared.groupby(["indicator", "period_end"])["organisation_code"].nunique().reset_index()
    )
    found = [tuple(row) for row in declared.itertuples(index=False)]
    for path in made_up.written:
        name = path.relative_to(made_up.folder).as_posix()
        if name.startswith("rtt/"):
            month = made_up.sheet(name, "National")[4][2]
            found.append(("129a", pd.Period(str(month)).end_time.date().isoformat(), 210))
        elif name.startswith("dtoc/"):
            month = made_up.sheet(name, "England")[4][2]
            found.append(("127e", pd.Period(str(month)).end_time.date().isoformat(), 154))
        elif name.startswith("mar/"):
            rows = made_up.table(name, "Commissioner", 14)
            month = made_up.sheet(name, "Commissioner")[4][2]
            end = pd.Period(str(month)).end_time.date().isoformat()
            found.append(("gp_referrals_made", end, rows["Org Code"].nunique() - 1))  # "" for England
        elif name.startswith("ccg_ois/"):
            rows = made_up.table(name, "Data", 18)
            end = str(rows["Period of coverage"].iloc[0]).split(" to ")[1]
            found.append(("125a", pd.to_datetime(end, dayfirst=True).date().isoformat(), len(rows)))
        elif path.suffix == ".json":
            records = json.loads(path.read_text())
            found.append(("122a", f"{records[0]['Reporting period']}-12-31", len(records)))
        elif name.startswith("iapt/") and path.suffix == ".csv":
            rows = pd.read_csv(path)
            found.append(("123a", rows["end_date"].iloc[0], rows["org_code"].nunique()))
        elif name.startswith("dementia_diagnoses/") and path.suffix == ".csv":
            rows = pd.read_csv(path)
            day = pd.to_datetime(rows["ACH_DATE"].iloc[0], format="%d%b%Y").date()
            found.append(("126a", day.isoformat(), rows["ORG_CODE"].nunique()))
        elif name.startswith("lsoa_admissions/") and path.suffix == ".yaml":
            end = parse(path.read_text(), "").data["period_end"]
            codes = pd.read_csv(path.with_name(path.name.removesuffix(".meta.yaml")))["CCG"].nunique()
            found.append(("106a", end.isoformat(), codes))
    return pd.DataFrame(found, columns=["measure", "period_end", "organisations"])


def test_every_measure_is_there_in_every_month(made_up: MadeUpYear) -> None:
    edition = load_edition()
    measures = {one.code: one.max_age_months for one in (*edition.indicators, *edition.supplementary)}
    assert len(measures) == 63
    files = periods_in_files(made_up)
    files["month"] = pd.PeriodIndex(files["period_end"], freq="M")
    for month in MONTHS:
        for code, max_age in measures.items():
            own = files[(files["measure"] == code) & (files["month"] <= month)]
            assert len(own), f"{code} is not there in {month}"
            assert (month - own["month"].max()).n < max_age, f"{code} is too old in {month}"
    few = files[files["organisations"] < 200]
    assert set(few["measure"]) == {"stp_progress", "127e"}


def test_ccgs_are_all_there_once_and_known(made_up: MadeUpYear) -> None:
    rows = made_up.declared
    assert not rows.duplicated(["indicator", "period_end", "organisation_code"]).any()
    by_plan = rows["indicator"] == "stp_progress"
    assert set(rows.loc[by_plan, "organisation_code"]) == set(stps()["stp_code"])
    codes = rows.loc[~by_plan].groupby(["indicator", "period_end"])["organisation_code"].agg(set)
    known = set(ccgs()["ccg_code"])
    assert all(found - {"ENG"} == known for found in codes)


def test_everything_says_that_it_is_made_up(made_up: MadeUpYear) -> None:
    assert set(made_up.declared["layout"]) == {"made_up"}
    declared = {(made_up.folder / f"{name}") for name in made_up.told if _is_declared(made_up.folder / name)}
    for path in set(made_up.written) - declared:
        name = path.relative_to(made_up.folder).as_posix()
        if path.suffix == ".xls":
            sheet = {
                "rtt": "Commissioner", "mar": "Commissioner",
                "dtoc": "LA - by responsible org", "ccg_ois": "Title sheet",
                "chc": "Standard NHS CHC", "ncmp": "Year 6 by CCG",
            }  # fmt: skip
            rows = made_up.sheet(name, sheet[name.split("/")[0]])
            labelled = [row[row.index("Status:") + 1] for row in rows if "Status:" in row]
            assert labelled == ["Made up"], name
        elif path.suffix in (".csv", ".json") and not name.startswith("_truth/"):
            sidecar = parse((path.parent / f"{path.name}.meta.yaml").read_text(), "").data
            assert sidecar["is_made_up"] is True, name
            assert isinstance(sidecar["published_on"], date), name
    assert (made_up.folder / "_truth/README.txt").read_text().startswith("Made up")


def _is_declared(path: Path) -> bool:
    return path.suffix == ".csv" and path.read_text(encoding="utf-8").startswith("layout,")


def test_the_room_leans_on_neither_methods_nor_readers() -> None:
    imported = set()
    for path in Path(ccg_pipeline.demo.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
            elif isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)
    own = {".".join(name.split(".")[:2]) for name in imported if name.startswith("ccg_pipeline")}
    assert own == {"ccg_pipeline.demo", "ccg_pipeline.framework", "ccg_pipeline.reference"}
