"""The worklist: which organisations are in it and why, who has looked at what, what leaves as a file."""

import csv
import io
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from expert_panels import access_log
from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import Comment
from expert_panels.papers import CandidateTable, Doubt, DoubtedFigure, Organisation, Plausibility
from expert_panels.room.pages.worklist import CLOSEST, Earlier, Worklist, worklist, worklist_csv
from tests.support.notations.gate_lines import START, TERMS, email, sha
from tests.support.worlds.room_cases import (
    ADDRESS,
    LABELS,
    SmallRoom,
    Visitor,
    figure,
    hidden,
    organisation,
    table,
)


def quiet(code: str, grade: int | None = 1, **changes: object) -> Organisation:
    """A row with nothing to look at."""
    plain = organisation(code, grade, 80.0, close="", closeness=None)
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test names the fields


def of(*rows: Organisation) -> CandidateTable:
    """These rows among others, so that none of them is more than half of the table."""
    return table("A", [*rows, *(quiet(f"Z{number:02}") for number in range(len(rows) + 1))])


NOTHING_THERE = replace(figure(1.0), value="")
DOUBT = Doubt("m1, to March", "It moves little", "warning", "", (DoubtedFigure("A01", "value 5", ""),))
COMMENT = Comment("A01", "Look here.", "a", "nurse", START)
BEFORE = Earlier("before", table("B", [quiet("A01", 2)]))


@pytest.mark.parametrize(
    ("row", "more", "kind", "said"),
    [
        (quiet("A01"), {"earlier": [BEFORE]}, "moved", "Good before, Best now"),
        (quiet("A01", None), {"earlier": [BEFORE]}, "moved", "Good before, without a rating now"),
        (quiet("A02"), {"earlier": [BEFORE]}, "moved", "not in the table before, Best now"),
        (quiet("A01", close="1 more", closeness=0.2), {}, "near", "1 more (0.20 standard errors)"),
        (quiet("A01", again="Best, by far.", is_unlikely=True), {}, "unlikely", "Best, by far."),
        (
            quiet("A01"),
            {"plausibility": Plausibility(3, (DOUBT,), ())},
            "doubted",
            "m1, to March: “It moves little” does not hold; value 5",
        ),
        (quiet("A01", None), {}, "missing", "no rating. Too few figures"),
        (quiet("A01", figures=(NOTHING_THERE,)), {}, "missing", "no figure of A measure"),
        (quiet("A01"), {"comments": [COMMENT]}, "commented", "nurse: Look here."),
    ],
)
def test_each_kind_of_reason_names_who_and_why(
    row: Organisation, more: dict[str, object], kind: str, said: str
) -> None:
    found = worklist(of(row), **more)  # type: ignore[arg-type]  # a test names the arguments
    reasons = {(reason.kind, reason.said) for reason in found.reasons(row.code)}
    assert (kind, said) in reasons
    assert found.counts[kind] == 1 or kind == "moved"  # the rows next to it are not in the table before


def test_who_has_nothing_to_be_looked_at_is_not_in_the_list() -> None:
    assert worklist(of(quiet("A01"))) == Worklist(())


def test_those_nearest_to_a_cut_are_few_and_the_most_reasons_come_first() -> None:
    rows = [quiet(f"A{n:02}", closeness=n / 10, close="x") for n in range(CLOSEST + 5)]
    rows[3] = replace(rows[3], again="Often not.", is_unlikely=True)
    found = worklist(of(*rows))
    assert found.codes == ("A03", *(f"A{n:02}" for n in range(CLOSEST) if n != 3))


def test_what_more_than_half_of_a_table_lack_is_said_once() -> None:
    lacking = [quiet(f"A{n:02}", None, figures=(NOTHING_THERE,)) for n in range(3)]
    doubt = replace(DOUBT, figures=tuple(DoubtedFigure(f"A{n:02}", "", "") for n in range(3)))
    found = worklist(table("A", [*lacking, quiet("Z01")]), plausibility=Plausibility(0, (doubt,), ()))
    assert found.items == ()
    assert found.general == (
        "m1, to March: “It moves little” does not hold for 3 of 4 CCGs.",
        "3 of 4 CCGs have no rating.",
        "A measure: no figure for 3 of 4 CCGs.",
    )


def test_a_table_of_scores_without_grades_misses_no_rating() -> None:
    scored = replace(table("A", [quiet("A01", None, score="1.2"), quiet("A02", None)]), labels=())
    assert worklist(scored).codes == ("A02",)
    assert worklist(scored).reasons("A02")[0].said == "no score. Too few figures"


def test_next_and_previous_follow_the_list_and_what_is_left_goes_round() -> None:
    found = worklist(of(*(quiet(f"A0{n}", again="Often not.", is_unlikely=True) for n in (1, 2, 3))))
    assert [found.previous_and_next(code) for code in ("A01", "A02", "A03", "Z01")] == [
        ("", "A02"), ("A01", "A03"), ("A02", ""), ("", ""),
    ]  # fmt: skip
    assert found.left({"A02"}) == ("A01", "A03")
    assert [found.next_left("A03", {"A03"}), found.next_left("A01", {"A01", "A02"})] == ["A01", "A03"]
    assert found.next_left("A01", set(found.codes)) == ""
    assert [item.one.code for item in found.shown("unlikely", True, {"A01"})] == ["A02", "A03"]
    assert found.shown("near", False, ()) == []


def test_the_file_says_that_it_is_not_for_publication_and_runs_no_formula() -> None:
    shown = of(quiet("A01", name="=1+1", again="Often not.", is_unlikely=True))
    text = worklist_csv(worklist(shown), shown, {"A01"}, "Overridden").decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["status"], row["table"]) == ("Overridden; not for publication", sha("A"))
    assert (row["code"], row["name"], row["Looked at"]) == ("A01", "'=1+1", "yes")
    assert row["Would probably not be repeated"] == "Often not."


def look_at(who: Visitor, code: str, **changed: str) -> tuple[int, str]:
    """Press the button on an organisation's page."""
    page = who.look(f"{ADDRESS}/ccgs/{code}").text
    form = hidden(page[page.index(f"{code}/look") :].split("</form>")[0])
    answer = who.client.post(f"{ADDRESS}/ccgs/{code}/look", data={**form, **changed})
    return answer.status_code, answer.headers.get("location", "")


def test_a_mark_is_a_persons_own_and_leads_to_what_is_left(small: SmallRoom, chair: Visitor) -> None:
    assert "<strong>4 are left</strong>" in chair.look().text
    assert look_at(chair, "A01") == (303, f"{ADDRESS}/ccgs/A02")
    assert "<strong>3 are left</strong>" in chair.look().text
    assert "<strong>4 are left</strong>" in small.enter("m1").look().text
    assert chair.look(left="yes").text.count('class="room-work__item"') == 3
    assert look_at(chair, "A01") == (303, f"{ADDRESS}/ccgs/A02")  # pressed again, it is taken back
    assert "<strong>4 are left</strong>" in chair.look().text
    for code in ("A01", "A02", "A03", "A04"):
        last = look_at(chair, code)
    assert last == (303, f"{ADDRESS}#worklist")
    assert "<strong>0 are left</strong>" in chair.look().text


def test_a_mark_is_of_one_table(small: SmallRoom, chair: Visitor, engine: Engine) -> None:
    assert look_at(chair, "A01", subject=sha("B"))[0] == 409
    assert look_at(chair, "A01")[0] == 303
    assert access_log.looked_at(engine, email("chair"), sha("A")) == {"A01"}
    small.open("B")
    assert access_log.looked_at(engine, email("chair"), sha("B")) == frozenset()
    assert chair.client.post(f"{ADDRESS}/ccgs/ZZZ/look", data=hidden(chair.look().text)).status_code == 404


def test_who_decides_is_told_what_they_have_not_marked(chair: Visitor) -> None:
    look_at(chair, "A01")
    asked = chair.look(chair.send(chair.form(), decision="approve").headers["location"]).text
    assert "Of 4 organisations with a reason to be looked at, 3 are without your mark: " in asked


def test_the_page_of_an_organisation_says_its_last_round_and_what_it_is_seen_against(
    small: SmallRoom, chair: Visitor
) -> None:
    assert "no earlier round was verified" in chair.look(f"{ADDRESS}/ccgs/A02").text
    last = replace(table("C", [organisation("A02", 4, 1.0)]), partition_key="2016-12")
    small.candidates.tables[sha("C")] = last
    asked = {"lane": "interim", "partition_key": "2016-12", "subject": sha("C")}
    ledger.open_round(small.engine, TERMS, launched_by="engineer@data.example", at=START, **asked)
    for who in ("chair", "m1", "m2"):
        access_log.record(small.engine, email(who), "look", f"table {sha('C')}")
        ledger.decide(small.engine, TERMS, decision="approve", actor=email(who), interests="none", **asked)
    shown = chair.look(f"{ADDRESS}/ccgs/A02").text
    for said in (f"{LABELS[3]}</strong> in interim 2016-12", "55.5 %", "<svg><title>All</title></svg>"):
        assert said in shown, said
    assert shown.index('class="room-rating"') < shown.index('class="room-figure"')
    assert "Worst in the last round (interim 2016-12), Good now" in chair.look().text
