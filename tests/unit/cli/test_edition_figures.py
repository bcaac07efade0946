"""`ccg edition try`: every shape of a file of figures that is read, and what is refused and why."""

from pathlib import Path

import pytest

from ccg_pipeline.sources.declared import COLUMNS
from tests.support.worlds.edition_terminal import OUTSIDERS, Typed, changed

WIDE = "organisation,libraries/opening_hours,libraries/distance,visitors/satisfied,inspection/building\n"
LONG = "organisation,measure,value,judgement\n"
READABLE = [  # file, what is said of it, what comes out
    (WIDE + "A,60,1,100,Sound\n", "wide, with commas: 1 organisation, 4 measures", "A Very good (100)"),
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


def declared(region: str = "Coast", size: str = "30", starts: str = "2025-01-01") -> str:
    """A file in the declared layout of two hotels, in regions that it tells itself."""
    head = ",".join([*COLUMNS, "region"])
    rows = [
        f"declared,audit,{measure},{starts},2025-12-31,2026-01-15,{code},Hotel,,,{value},,,{said},,{where}"
        for code, where in (("Grand", region), ("Hut", "Hills"))
        for measure, value, said in [
            *((one, "", "Yes") for one in ("reception", "lift", "restaurant", "spa", "fire_safety")),
            ("room_size", size, ""),
        ]
    ]
    return "\n".join([head, *rows]) + "\n"


def test_a_source_file_is_tried_as_it_is_with_the_pools_that_it_tells(ccg: Typed) -> None:
    Path("own.csv").write_text(declared(), encoding="utf-8")
    answer = ccg("try", str(OUTSIDERS / "hotel_stars"), "own.csv", "--league")
    assert (answer.code, answer.err) == (0, "")
    assert "own.csv is a file of audit, with figures of 2025: 2 organisations, 6 measures" in answer.words
    assert "Coast 1 Grand Five stars 70" in answer.words
    assert "Hills 1 Hut Five stars 70" in answer.words


def test_a_row_of_a_source_file_that_cannot_be_taken_is_named(ccg: Typed) -> None:
    for text, said in (
        (declared(size="wide"), "own.csv, row 7: value is 'wide', which is no figure; correct the row"),
        (declared(starts="2026-06-01"), "own.csv, row 2: period_start is after period_end; correct the row"),
        (
            declared().replace("2025-", "2024-"),
            "own.csv has no figure of any hotel whose period ends",
        ),
    ):
        Path("own.csv").write_text(text, encoding="utf-8")
        answer = ccg("try", str(OUTSIDERS / "hotel_stars"), "own.csv")
        assert answer.code == 1
        assert answer.err.startswith(said)
