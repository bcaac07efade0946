"""`ccg edition`: check, list, new and try, as people type them, and every file of figures that is refused."""

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ccg_pipeline.cli import main as cli
from ccg_pipeline.cli.options import console, errors
from ccg_pipeline.framework.families import SKELETON
from ccg_pipeline.publish.export import UNRELEASED

OUTSIDERS = Path(__file__).resolve().parents[2] / "spec" / "outsiders"


class Answer(NamedTuple):
    """What a command left: its exit code and what it wrote, a line as it is."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """All that was printed, however it was folded."""
        return " ".join(self.out.split())


Typed = Callable[..., Answer]


@pytest.fixture
def ccg(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Typed:
    """The command, typed in an empty folder on a wide terminal."""
    monkeypatch.chdir(tmp_path)
    for one in (console, errors):  # their width is fixed by the environment of whoever loaded them first
        monkeypatch.setattr(one, "_width", 200)
        monkeypatch.setattr(one, "_height", 25)

    def typed(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["ccg", "edition", *words])
        capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        return Answer(code, *capsys.readouterr())

    return typed


@pytest.fixture
def mine(ccg: Typed) -> Path:
    """A new edition in the folder `mine`."""
    assert ccg("new", "mine").code == 0
    return Path("mine")


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


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
        "40 rules, numbers and choices: 4 found, 0 derived, 0 memory, 36 assumed.",
    ):
        assert said in checked.words, said
    assert "nodes / overall / steps / 2 / at / 1 80 Round numbers" in ccg("check", "mine", "--numbers").words
    tried = ccg("try", "mine", "mine/figures.csv", "--league")
    assert tried.code == 0
    assert tried.out.startswith(
        f"{UNRELEASED}; Library standards, an example, 2024-25, tried on figures.csv."
    )
    for said in (
        "figures.csv is wide, with commas: 4 organisations, 5 measures that the edition reads.",
        "Ashford Very good (85.66) Brook Good (61.17) Castle Fair (94.43) Dale none ",
        "Dale Overall rating 1 of 2 are there; without service",
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


def test_the_editions_that_ship_are_listed_and_checked(ccg: Typed) -> None:
    listed = ccg("list")
    assert listed.code == 0
    assert "iaf_2016_17 CCG Improvement and Assessment Framework 2016/17 2016-17 ccg" in listed.words
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
        f"goalposts: the way from 8 (worst) to 1 (best), counted from 0 to 100 → 97.14 {GOALPOSTS}",
        "Service: 91.67 (domain, weight 0.6)",
        "mean: the weighted mean of 2 → 91.67 [assumed: Satisfaction counts twice by our choice]",
        "Visitors who are satisfied in %: 92 (indicator, weight 2)",
        "read: visitors/satisfied, higher is better → 96",
        f"goalposts: the way from 50 (worst) to 100 (best), counted from 0 to 100 → 92 {GOALPOSTS}",
        "Loans a resident: 91 (indicator, weight 1)",
        "read: visitors/loans, higher is better → 9.1",
        f"goalposts: the way from 0 (worst) to 10 (best), counted from 0 to 100 → 91 {GOALPOSTS}",
    ]
    answer = ccg("try", "mine", "mine/figures.csv", "--organisation", "Brook")
    assert "Service: 56 (domain, weight 0.6, on 1 of 2)" in answer.words
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


WIDE = "organisation,libraries/opening_hours,libraries/distance,visitors/satisfied,inspection/building\n"
LONG = "organisation,measure,value,judgement\n"
READABLE = [  # file, what is said of it, what comes out
    (WIDE + "A,60,1,100,Sound\n", "wide, with commas: 1 organisations, 4 measures", "A Very good (100)"),
    (WIDE.replace(",", ";") + "A;60;1;100;\n", "wide, with semicolons", "A Very good (100)"),
    ('"organisation";"a, b, c";visitors/satisfied\nA;x;100\n', "wide, with semicolons", "A Very good (100)"),
    (WIDE.replace(",", "\t") + "A\t60\t1\t100\tClosed\n", "wide, with tabs", "A Fair (100)"),
    ("\ufeff" + WIDE + " A , 60 ,1.0,1e2,\r\n\r\n", "wide, with commas", "A Very good (100)"),
    (
        LONG + "A,visitors/satisfied,100,\nA,inspection/building,,Closed\n",
        "long, with commas",
        "A Fair (100)",
    ),
    (
        LONG.replace(",judgement", ",numerator,denominator") + "A,visitors/satisfied,75,3,4\n",
        "long",
        "A Fair (50)",
    ),
    ('organisation,visitors/satisfied\n"A, the first",90\n', "wide", "A, the first Very good (80)"),
    (WIDE + "A,,,75,\n", "wide", "A Fair (50)"),
]


@pytest.mark.parametrize(("text", "said", "came_out"), READABLE)
@pytest.mark.usefixtures("mine")
def test_a_file_of_figures_is_read_and_its_shape_said(
    ccg: Typed, text: str, said: str, came_out: str
) -> None:
    Path("a.csv").write_bytes(text.encode("utf-8"))
    answer = ccg("try", "mine", "a.csv")
    assert (answer.code, answer.err) == (0, "")
    assert f"a.csv is {said}" in answer.words
    assert f"─ {came_out}" in answer.words.replace("──", "─").replace("──", "─").replace("──", "─")


@pytest.mark.usefixtures("mine")
def test_what_is_not_asked_for_and_what_is_not_there_are_named(ccg: Typed) -> None:
    for text in (
        "organisation,visitors/satisfied,visitors/age\nA,75,old\n",
        "organisation,measure,value\nA,visitors/satisfied,75\nA,visitors/age,old\n",
    ):
        Path("a.csv").write_text(text, encoding="utf-8")
        answer = ccg("try", "mine", "a.csv")
        assert "Not asked for: visitors/age." in answer.out
    assert (
        "Read by the edition, and not in the file: libraries/opening_hours, libraries/distance, "
        "visitors/loans, inspection/building."
    ) in answer.out


HOURS = "a.csv, row 2, column 'libraries/opening_hours'"
SEPARATED = "is no number; write it with a decimal point and no other sign between its digits."
NO_NUMBER = "is no number; write a number, or leave the cell empty if it is missing."
PARTED = "columns are parted by commas, semicolons or tabs."
READS = "libraries/opening_hours, libraries/distance, visitors/satisfied, visitors/loans, inspection/building"
OF_LONG = "organisation, measure, value, numerator, denominator, lower_95, upper_95, judgement"
STRANGE = ("Sound", "n/a", "nan", "inf", "1e999", "-", "<5", "−5")
REFUSED = [  # file, where, and what is said
    (WIDE + 'A,"1,5",1,2,\n', HOURS, f"'1,5' {SEPARATED}"),
    (WIDE.replace(",", ";") + "A;1,5;1;2;\n", HOURS, f"'1,5' {SEPARATED}"),
    (WIDE + 'A,"1,234.5",1,2,\n', HOURS, f"'1,234.5' {SEPARATED}"),
    (WIDE + "A,85 %,1,1,\n", HOURS, "'85 %' is no number; leave out the sign %."),
    *((WIDE + f"A,{cell},1,2,\n", HOURS, f"{cell!r} {NO_NUMBER}") for cell in STRANGE),
    (
        WIDE + "A,1,1,2,3\n",
        "a.csv, row 2, column 'inspection/building'",
        "'3' is no judgement that the edition knows; it knows Closed, Closed in part, and a missing one is "
        "an empty cell.",
    ),
    (WIDE + "A,1,1,2,\nB,1,1,2,\nA,1,1,2,\n", "a.csv, row 4", "A is in row 2 too; leave one."),
    (
        WIDE + "A,1,1\n",
        "a.csv, row 2",
        "3 cells for 5 columns; a text with a separator in it needs double quotes.",
    ),
    (WIDE + ",1,1,2,\n", "a.csv, row 2", "there is no organisation; name it or drop the row."),
    (WIDE, "a.csv", "there is no row of figures under the header."),
    ("", "a.csv, row 1", f"the first column must be organisation, and the file is empty; {PARTED}"),
    (
        "school,x\nA,1\n",
        "a.csv, row 1",
        f"the first column must be organisation, and the file begins with 'school'; {PARTED}",
    ),
    ("organisation,x,x\nA,1,2\n", "a.csv, row 1", "the column 'x' is there twice; leave one."),
    (
        "organisation,x,y\nA,1,2\n",
        "a.csv has no measure that mine reads",
        f"it has x, y, and the edition reads {READS}.",
    ),
    ('organisation,x\n"A,1\n', "a.csv, row 2", "no valid CSV, unexpected end of data."),
    (LONG + "A,visitors/satisfied,Good,\n", "a.csv, row 2, column 'value'", f"'Good' {NO_NUMBER}"),
    (
        LONG + "A,visitors/satisfied,,Good\n",
        "a.csv, row 2, column 'judgement'",
        "the edition reads a figure of visitors/satisfied, and not 'Good'; give its value, or leave both "
        "empty if it is missing.",
    ),
    (
        LONG + "A,inspection/building,Closed,\n",
        "a.csv, row 2, column 'value'",
        "the edition reads a judgement of inspection/building, so 'Closed' belongs in the column judgement.",
    ),
    (
        LONG + "A,visitors/satisfied,1,\nB,visitors/satisfied,1,\nA,visitors/satisfied,2,\n",
        "a.csv, row 4",
        "A has visitors/satisfied in row 2 too; leave one.",
    ),
    (LONG + "A,,1,\n", "a.csv, row 2, column 'measure'", "there is no measure; name it or drop the row."),
    (
        "organisation,measure,wert\nA,x,1\n",
        "a.csv, row 1",
        f"unknown column 'wert'; a long file has {OF_LONG}.",
    ),
    ("organisation,measure\nA,x\n", "a.csv, row 1", "a long file needs a column value, or judgement."),
    (
        "organisation,measure,value,denominator\nA,visitors/satisfied,1,0\n",
        "a.csv, row 2, column 'denominator'",
        "'0' is not above 0; nobody was counted, so leave it empty.",
    ),
]


@pytest.mark.parametrize(("text", "where", "said"), REFUSED)
@pytest.mark.usefixtures("mine")
def test_a_strange_cell_is_refused_with_its_place(ccg: Typed, text: str, where: str, said: str) -> None:
    Path("a.csv").write_text(text, encoding="utf-8")
    assert ccg("try", "mine", "a.csv") == (1, "", f"{where}: {said}\n")


def test_a_judgement_with_points_must_be_one_that_has_some(ccg: Typed) -> None:
    folder = OUTSIDERS / "school_inspection"
    Path("a.csv").write_text("organisation,inspection/quality\nA,2\n", encoding="utf-8")
    answer = ccg("try", str(folder), "a.csv")
    assert answer.err == (
        "a.csv, row 2, column 'inspection/quality': '2' is no judgement that the edition knows; it knows "
        "Good, Inadequate, Outstanding, Requires improvement, and a missing one is an empty cell.\n"
    )


@pytest.mark.usefixtures("mine")
def test_a_file_that_cannot_be_read_is_refused(ccg: Typed) -> None:
    assert ccg("try", "mine", "no.csv")[::2] == (1, "no.csv: there is no such file that can be read.\n")
    Path("a.csv").write_bytes("organisation,visitors/satisfied\nCafé,1\n".encode("cp1252"))
    assert ccg("try", "mine", "a.csv")[::2] == (1, "a.csv: no UTF-8 at byte 35; save it as CSV UTF-8.\n")


def test_attributes_by_which_organisations_are_compared_must_be_given(ccg: Typed) -> None:
    folder = OUTSIDERS / "hotel_stars"
    asked = ("try", str(folder), str(folder / "figures.csv"))
    assert ccg(*asked)[::2] == (
        1,
        "The edition compares organisations by region, an attribute that it must be given: add --attributes "
        "FILE.csv with the columns organisation, region.\n",
    )
    Path("a.csv").write_text("organisation,region\nGrand,Coast\nGrand,Hills\n", encoding="utf-8")
    assert ccg(*asked, "--attributes", "a.csv").err == "a.csv, row 3: Grand is there twice; leave one row.\n"
    answer = ccg(*asked, "--attributes", str(folder / "attributes.csv"), "--league")
    assert "Coast 1 Grand Five stars 70" in answer.words
    assert "none Hut One star 2" in answer.words


def test_an_organisation_that_others_are_compared_with_is_not_assessed(ccg: Typed, mine: Path) -> None:
    step = '{do: goalposts, worst: "{worst}", best: "{best}", high: 100, '
    changed(mine / "edition.yaml", step, "{do: distance, error: interval, ")
    head = "organisation,measure,value,lower_95,upper_95\n"
    Path("a.csv").write_text(
        head + "A,visitors/satisfied,60,58.04,61.96\nENG,visitors/satisfied,50,,\n", encoding="utf-8"
    )
    answer = ccg("try", "mine", "a.csv", "--organisation", "A")
    assert "Not assessed, as others are compared with it: ENG." in answer.out
    assert "distance: standard errors from ENG 50 → 10 " in answer.words
    Path("a.csv").write_text(head + "ENG,visitors/satisfied,50,,\n", encoding="utf-8")
    assert (
        ccg("try", "mine", "a.csv").err == "a.csv has figures of ENG alone, with whom others are compared.\n"
    )


def test_checking_an_edition_loads_neither_dagster_nor_a_database() -> None:
    code = (
        "import sys; from ccg_pipeline.cli.verbs import load; load('edition'); "
        "sys.exit(', '.join({'dagster', 'sqlalchemy', 'pandera'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
