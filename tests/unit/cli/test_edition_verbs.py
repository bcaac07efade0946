"""`ccg edition`: check, list, new and try, as people type them."""

import csv
import subprocess
import sys
from pathlib import Path
from shutil import rmtree

import pytest

from ccg_pipeline.framework.families import SKELETON
from ccg_pipeline.publish.export import UNRELEASED
from tests.support.worlds.edition_terminal import OUTSIDERS, Typed, changed


@pytest.mark.usefixtures("mine")
def test_a_new_edition_checks_and_runs_as_it_is(ccg: Typed) -> None:
    checked = ccg("check", "mine")
    assert (checked.code, checked.err) == (0, "")
    assert "Library standards, an example (mine)" in checked.words
    for said in (
        "year 2024-25",
        "level indicator 4 nodes",
        "level overall 1 node, graded on stars",
        "5 measures libraries/opening_hours, libraries/distance, ",
        "rules 4 read, 4 goalposts, 3 mean, 1 cuts, 1 cap",
        "round annual every year, gates panel; each gate releases its own",
        "league of overall by grade, then score",
        "34 rules, numbers and choices: 4 found, 0 derived, 0 memory, 30 assumed.",
    ):
        assert said in checked.words, said
    assert "nodes / overall / steps / 2 / at / 1: 80" in ccg("check", "mine", "--numbers").words
    tried = ccg("try", "mine", "mine/figures.csv", "--league")
    assert tried.code == 0
    assert tried.out.startswith(
        f"{UNRELEASED}; Library standards, an example, 2024-25, tried on figures.csv."
    )
    for said in (
        "figures.csv is wide, with commas: 4 organisations, 5 measures that the edition reads.",
        "Ashford Very good (85.66) Brook Good (61.17) Castle Fair (94.43) Dale none ",
        "Dale Overall rating 1 of 2 are there; without Service",
        "Castle Overall rating The building is not safe",
        "League: Overall rating place organisation grade score",
        "3 Castle Fair 94.43 none Dale none",
    ):
        assert said in tried.words, said


@pytest.mark.parametrize(("name", "key"), [("schools_2", "schools_2"), ("My Schools", "my_edition")])
def test_a_new_edition_is_called_as_its_folder_where_that_is_a_key(ccg: Typed, name: str, key: str) -> None:
    assert ccg("new", name).code == 0
    assert f"\nkey: {key} " in Path(name, "edition.yaml").read_text(encoding="utf-8")
    assert sorted(path.name for path in Path(name).iterdir()) == sorted(
        path.name for path in SKELETON.iterdir()
    )


def test_a_new_edition_takes_an_empty_folder_and_no_other(ccg: Typed, mine: Path) -> None:
    Path("empty").mkdir()
    assert ccg("new", "empty").code == 0
    (mine / "edition.yaml").write_text("mine now\n", encoding="utf-8")
    for folder, said in (
        ("mine", "mine is not empty: name a folder that is, or that is not there yet.\n"),
        (
            "mine/edition.yaml",
            "mine/edition.yaml is not empty: name a folder that is, or that is not there yet.\n",
        ),
        ("no/where", "FOLDER no/where: there is no folder no.\n"),
    ):
        assert ccg("new", folder)[::2] == (2, said)
    assert (mine / "edition.yaml").read_text(encoding="utf-8") == "mine now\n"


def test_every_fault_is_a_line_with_its_place(ccg: Typed, mine: Path) -> None:
    changed(mine / "edition.yaml", "required: [service]", "required: [services]")
    changed(mine / "measures.csv", "access,lower,8,1", "access,lower,1,1")
    answer = ccg("check", "mine")
    assert (answer.code, answer.out) == (1, "")
    lines = (mine / "edition.yaml").read_text(encoding="utf-8").splitlines()
    goalposts = next(n for n, line in enumerate(lines, start=1) if "do: goalposts" in line)
    mean = next(n for n, line in enumerate(lines, start=1) if "{node: access, weight" in line) - 1
    assert answer.err.splitlines() == [
        f"edition.yaml, line {goalposts} (row distance, measures.csv, line 3): steps.1: worst and best are "
        "the same, so there is no way between them.",
        f"edition.yaml, line {mean}: steps.0: services is required and is no member.",
    ]
    assert ccg("try", "mine", "mine/figures.csv")[::2] == (1, f"{answer.err.splitlines()[0]}\n")


def test_a_gate_at_which_nobody_can_decide_is_a_fault(ccg: Typed, mine: Path) -> None:
    rmtree(mine / "terms")
    assert ccg("check", "mine")[::2] == (
        1,
        "mine: nobody can decide at the gate panel, for libraries_panel has no terms of reference: write "
        "terms/libraries_panel.yaml in the edition's folder (`ccg edition new` writes one to begin from).\n",
    )


def test_the_month_in_which_a_year_begins_is_said(ccg: Typed, mine: Path) -> None:
    changed(mine / "edition.yaml", 'year: "2024-25"', 'year: "2024-25"\nyear_begins: 9')
    assert "year 2024-25, from September assesses libraries" in ccg("check", "mine").words


def test_the_editions_that_ship_are_listed_and_checked(ccg: Typed) -> None:
    listed = ccg("list")
    assert listed.code == 0
    assert "iaf_2016_17 CCG Improvement and Assessment Framework 2016/17 2016-17 CCGs" in listed.words
    checked = ccg("check", "iaf_2016_17")
    assert checked.code == 0
    assert (
        "gates cancer, dementia, diabetes, learning_disability, maternity, mental_health; each"
        in checked.words
    )


@pytest.mark.parametrize("verb", [("check",), ("try", "figures.csv")])
def test_an_edition_that_there_is_not_is_refused(ccg: Typed, verb: tuple[str, ...]) -> None:
    answer = ccg(verb[0], "nowhere", *verb[1:])
    assert answer.code == 1
    assert answer.err.startswith(
        "There is no edition 'nowhere', and no folder of that name with edition.yaml; "
    )
    assert "iaf_2016_17" in answer.err


GOALPOSTS = "[assumed: Our goalposts]"


@pytest.mark.usefixtures("mine")
def test_an_explanation_goes_down_to_the_measures(ccg: Typed) -> None:
    answer = ccg("try", "mine", "mine/figures.csv", "--organisation", "Castle")
    assert answer.code == 0
    lines = [line.lstrip("│├└─ ") for line in answer.out.splitlines()]
    assert lines[lines.index("Castle") + 1 :] == [
        "Overall rating: Fair (94.43) (overall)",
        "mean: the weighted mean of 2 → 94.43 [assumed: Weights are our choice]",
        "cuts: lines at 80, 60, 40 → Very good [assumed: Round numbers]",
        "cap: at best Fair where inspection/building is Closed in part or Closed (it is Closed in part) → "
        "Fair, was Very good, because The building is not safe [assumed: Our veto]",
        "Access: 98.57 (domain, weight 0.4)",
        "mean: the mean of 2 → 98.57 [assumed: Equal weights are our choice]",
        "Hours open a week: 100 (indicator, weight 1)",
        "read: libraries/opening_hours, higher is better → 60",
        f"goalposts: the way from 20 (worst) to 60 (best), counted from 0 to 100 → 100 {GOALPOSTS}",
        "Mean distance of residents in km: 97.14 (indicator, weight 1)",
        "read: libraries/distance, lower is better → 1.2",
        "goalposts: the way from 8 (worst) to 1 (best), counted from 0 to 100 → 97.14 [assumed, see above]",
        "Service: 91.67 (domain, weight 0.6)",
        "mean: the weighted mean of 2 → 91.67 [assumed: Satisfaction counts twice by our choice]",
        "Visitors who are satisfied in %: 92 (indicator, weight 2)",
        "read: visitors/satisfied, higher is better → 96",
        "goalposts: the way from 50 (worst) to 100 (best), counted from 0 to 100 → 92 [assumed, see above]",
        "Loans a resident: 91 (indicator, weight 1)",
        "read: visitors/loans, higher is better → 9.1",
        "goalposts: the way from 0 (worst) to 10 (best), counted from 0 to 100 → 91 [assumed, see above]",
    ]
    answer = ccg("try", "mine", "mine/figures.csv", "--organisation", "Brook")
    gaps = "37.33 to 70.67 with what is missing at its worst and at its best"
    assert f"Service: 56 (domain, weight 0.6, on 1 of 2, {gaps})" in answer.words
    assert (
        "Loans a resident: none, because there is no figure of visitors/loans (indicator, weight 1)"
        in answer.words
    )
    answer = ccg("try", "mine", "mine/figures.csv", "--organisation", "Elm")
    assert answer[::2] == (
        2,
        "There is no organisation 'Elm' among the figures, which have Ashford, Brook, Castle, Dale.\n",
    )


def test_a_node_that_is_used_twice_is_explained_once(ccg: Typed) -> None:
    folder = OUTSIDERS / "school_inspection"
    answer = ccg("try", str(folder), str(folder / "figures.csv"), "--organisation", "Fir")
    assert answer.out.count("Quality of education: Good") == 2
    assert "Quality of education: Good (judgement, by its grade, see above)" in answer.words
    assert answer.out.count("judged Good") == 2  # of quality and of behaviour, once each


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.usefixtures("mine")
def test_what_is_written_has_every_node_and_place_and_is_stamped(ccg: Typed) -> None:
    answer = ccg("try", "mine", "mine/figures.csv", "--output", "out")
    assert answer.code == 0
    assert answer.out.endswith("out/scores.csv: 28 rows.\nout/places.csv: 4 rows.\n")
    scores, places = rows(Path("out/scores.csv")), rows(Path("out/places.csv"))
    assert list(scores[0]) == [
        "edition",
        "node",
        "level",
        "organisation",
        "score",
        "grade",
        "label",
        "n_used",
        "n_expected",
        "changed_by",
        "why",
        "with_gaps_worst",
        "with_gaps_best",
        "release_status",
    ]
    assert {one["release_status"] for one in scores + places} == {UNRELEASED}
    (castle,) = [one for one in scores if (one["node"], one["organisation"]) == ("overall", "Castle")]
    assert [castle[name] for name in ("score", "grade", "label", "n_used", "changed_by")] == [
        "94.4285714286",
        "3",
        "Fair",
        "2",
        "The building is not safe",
    ]
    (dale,) = [one for one in scores if (one["node"], one["organisation"]) == ("overall", "Dale")]
    assert (dale["score"], dale["grade"], dale["why"]) == ("", "", "1 of 2 are there; without service")
    assert [(one["organisation"], one["place"]) for one in places] == [
        ("Ashford", "1"),
        ("Brook", "2"),
        ("Castle", "3"),
        ("Dale", ""),
    ]
    assert sorted(path.name for path in Path("out").iterdir()) == ["places.csv", "scores.csv"]
    assert ccg("try", "mine", "mine/figures.csv", "--output", "out/places.csv")[::2] == (
        2,
        "--output out/places.csv is a file: name a folder.\n",
    )
    assert ccg("try", "mine", "mine/figures.csv", "--output", "no/out").code == 2


@pytest.mark.parametrize(
    ("verb", "needless"),
    [
        ("edition", {"dagster", "sqlalchemy", "pandera"}),
        ("show", {"dagster", "pandera", "jinja2", "scipy.special"}),
    ],
)
def test_a_verb_loads_no_large_library_that_it_does_not_need(verb: str, needless: set[str]) -> None:
    code = (
        f"import sys; from ccg_pipeline.cli.verbs import load; load({verb!r}); "
        f"sys.exit(', '.join({needless!r} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
