"""Every page of the room, in every state that reads otherwise, and how a person comes there.

Belongs here: a pipeline in which all these states are, and the list of entries, one a page and state.
Does not belong here: windows and servers (room_windows.py), what must hold of a page (tests/browser).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ccg_pipeline.release.committee import judgement_before_committee
from expert_panels.room.sign_in.protection import LARGEST_FORM
from tests.support.servers.browsing import Visit, apart, page_of, seat
from tests.support.servers.room_windows import BROKEN, EMPTY, OPENID, ROOM, Windows
from tests.support.worlds.small_pipeline import (
    COMMITTEE,
    MONTH,
    PANELS,
    TERMS,
    YEAR,
    SmallPipeline,
    halve,
    land_again,
)

CODE, OTHER = "02N", "02V"
CHAIR = seat("cancer", "chair")
OFFICER = TERMS["cancer"].officers[0].email
LAY = TERMS[COMMITTEE].members[-1].email

Come = Callable[[Windows, Visit], int]
"""Goes to a page and says the status of the answer."""


def stand(pipeline: SmallPipeline) -> None:
    """Bring the panels of a month and a year that are scored, each into its own state."""
    pipeline.approve(["cancer"], *MONTH)
    folder = pipeline.landing / "cancer_waits"
    land_again(folder / "cancer_waits_2017-03-31.csv", folder / "again.csv", "2018-12-01", halve)
    pipeline.run(MONTH)  # cancer: superseded
    pipeline.decide("recuse", "dementia", 3, *MONTH)  # and otherwise awaiting
    pipeline.decide("approve", "diabetes", 0, *MONTH)  # partly signed
    pipeline.decide(
        "comment", "mental_health", 1, *MONTH, about=CODE, reason="Two practices closed in the year."
    )
    pipeline.decide("return", "mental_health", 0, *MONTH)
    pipeline.approve(["learning_disability"], *MONTH)
    pipeline.decide("withdraw", "learning_disability", 0, *MONTH)
    for who in (0, 1):
        pipeline.decide("override", "maternity", who, *MONTH)
    pipeline.approve(PANELS, *YEAR)
    pipeline.converge()
    moderate(pipeline, CODE, "leadership", "165a")  # moderated, and put before the committee again
    pipeline.converge()
    moderate(pipeline, OTHER, "finance", "141b")  # moderated, and not yet worked out


def moderate(pipeline: SmallPipeline, code: str, block: str, item: str) -> None:
    """The committee's chair moderates a judgement of one CCG."""
    state = pipeline.state(COMMITTEE, *YEAR)
    now = judgement_before_committee(pipeline.engine, state, code, block, item)
    after = next(label for label in ("Green", "Amber", "Red") if label != now)
    pipeline.decide("moderate", COMMITTEE, 0, *YEAR, about=code, item=item, before=now, after=after)


@dataclass(frozen=True)
class Entry:
    """A page: what it is, who comes there (nobody signed in: ''), how, and how it is answered.

    `is_last`: whoever came there is signed out by it, so that the window is of no use to another entry.
    """

    name: str
    who: str
    come: Come
    status: int = 200
    door: str = ROOM
    is_last: bool = False


def at(path: str) -> Come:
    """By its address."""
    return lambda _, visit: visit.open(path)


def short(panel: str, lane_and_key: tuple[str, str] = MONTH) -> Come:
    """By the address of a panel's page, with the few of its worklist that are commented on."""
    return at(f"{page_of(panel, lane_and_key)}?why=commented")


def sent(path: str, button: str, **fields: str) -> Come:
    """By sending a form in which these are chosen or typed, whatever else is in it."""

    def come(_: Windows, visit: Visit) -> int:
        visit.open(path)
        for name, value in fields.items():
            field = visit.page.locator(f"form [name={name}]").last
            if field.get_attribute("type") == "radio":
                visit.page.check(f"[name={name}][value={value}]")
            elif field.get_attribute("type") == "hidden":
                field.evaluate("(one, value) => { one.value = value; }", value)
            else:
                field.fill(value)
        return visit.pressed(button)

    return come


def decide(panel: str, decision: str, lane_and_key: tuple[str, str] = MONTH, **fields: str) -> Come:
    """By the form of a decision."""
    filled = {"interest": "none", "reason": "Seen by all.", "decision": decision, **fields}
    path = page_of(panel, lane_and_key)
    send = sent(f"{path}/decision", "Continue", **filled)

    def come(windows: Windows, visit: Visit) -> int:
        visit.open(path)  # nobody verifies what they have not opened
        return send(windows, visit)

    return come


def first(path: str, link: str) -> Come:
    """By the first such link of a page."""

    def come(_: Windows, visit: Visit) -> int:
        visit.open(path)
        with visit.page.expect_navigation() as awaited:
            visit.page.locator(link).first.click()
        return awaited.value.status

    return come


def marked(path: str) -> Come:
    """By its address, once an organisation of its worklist was marked as looked at."""

    def come(windows: Windows, visit: Visit) -> int:
        assert first(path, ".room-look__button")(windows, visit) == 200
        return visit.open(path)

    return come


def line_of(panel: str, decision: str, lane_and_key: tuple[str, str] = MONTH) -> Come:
    """By the number of the panel's last such line."""

    def come(windows: Windows, visit: Visit) -> int:
        gate = (panel, *lane_and_key)
        lines = [
            line for line in windows.pipeline.lines() if (line.panel, line.lane, line.partition_key) == gate
        ]
        seq = [line.seq for line in lines if line.decision == decision][-1]
        return visit.open(f"{page_of(panel, lane_and_key)}/decisions/{seq}")

    return come


def signed_out_meanwhile(_: Windows, visit: Visit) -> int:
    """By a form in one window after signing out in another."""
    visit.open(f"{page_of('cancer')}/ccgs/{CODE}")
    sign_out_beside(visit)
    return visit.pressed("Record the comment")


def sign_out_beside(visit: Visit) -> None:
    """Sign out in another window of the same browser."""
    beside = Visit(visit.page.context.new_page())
    beside.open("/")
    beside.pressed("Sign out")
    beside.page.close()


def filtered_after_signing_out(_: Windows, visit: Visit) -> int:
    """By the filter of a table after signing out in another window."""
    visit.open(f"{page_of('cancer')}/table")
    sign_out_beside(visit)
    return visit.pressed("Show")


def signed_long_after(windows: Windows, visit: Visit) -> int:
    """By a confirmation that was given an hour after signing in."""
    decide("dementia", "approve")(windows, visit)
    then = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    windows.pipeline.change(
        "UPDATE room_remembered SET content = json_set(content, '$.authenticated_at', :then) "
        "WHERE json_extract(content, '$.email') = :email",
        then=then,
        email=seat("dementia", "clinician"),
    )
    return visit.pressed("Sign")


def once_laid(come: Come) -> Come:
    """When what the committee moderated last is worked out and before it."""

    def come_then(windows: Windows, visit: Visit) -> int:
        if windows.pipeline.state(COMMITTEE, *YEAR).is_moderated:
            apart(windows.pipeline.converge)
        return come(windows, visit)

    return come_then


def once_confirmed(come: Come) -> Come:
    """When the committee has confirmed, and the year's table is out."""

    def confirmed(windows: Windows, visit: Visit) -> int:
        pipeline = windows.pipeline
        if pipeline.state(COMMITTEE, *YEAR).is_open:
            pipeline.approve([COMMITTEE], *YEAR)
            apart(pipeline.converge)
        return come(windows, visit)

    return once_laid(confirmed)


def too_often(_: Windows, visit: Visit) -> int:
    """By asking for the sign-in until that is too often."""
    return next(status for _ in range(99) if (status := visit.open("/sign-in")) == 429)


TABLE = page_of("dementia")
FORM, CCG = f"{TABLE}/decision", f"{TABLE}/ccgs/{CODE}"
DEMENTIA = seat("dementia", "chair")
OVERALL = page_of(COMMITTEE, YEAR)

CATALOGUE = (
    Entry("sign-in", "", at("/sign-in")),
    Entry("sign-in that leads back", "", at(page_of("cancer"))),
    Entry("sign-in while its service is down", "", at("/"), 503, OPENID),
    Entry("answer of a sign-in that was not asked for", "", at("/sign-in/return?state=x"), 403, OPENID),
    Entry("sign-in too often", "", too_often, 429, OPENID),
    Entry("board without a round", CHAIR, at("/"), door=EMPTY),
    Entry("board of a member", CHAIR, at("/")),
    Entry("board of an officer", OFFICER, at("/")),
    Entry("table that awaits the panel", DEMENTIA, at(TABLE)),
    Entry("table partly signed", seat("diabetes", "deputy"), short("diabetes")),
    Entry("table returned", seat("mental_health", "chair"), short("mental_health")),
    Entry("table withdrawn", seat("learning_disability", "chair"), short("learning_disability")),
    Entry("table published by override", seat("maternity", "chair"), short("maternity")),
    Entry("table changed since it was verified", CHAIR, at(page_of("cancer"))),
    Entry("table verified", CHAIR, short("cancer", YEAR)),
    Entry("table of the overall rating, moderated", LAY, short(COMMITTEE, YEAR)),
    Entry("table for an officer", OFFICER, short("dementia")),
    Entry("table sorted, of one region", DEMENTIA, at(f"{TABLE}/table?sort=near&order=desc&region=London")),
    Entry("full table", DEMENTIA, at(f"{TABLE}/table")),
    Entry("worklist after a mark", DEMENTIA, marked(TABLE)),
    Entry("table without a row asked for", DEMENTIA, at(f"{TABLE}/table?q=nowhere")),
    Entry("CCG", DEMENTIA, at(CCG)),
    Entry("CCG without a rating", CHAIR, first(f"{page_of('cancer')}/table?rating=no+rating", "tbody th a")),
    Entry("CCG whose figures changed", CHAIR, at(f"{page_of('cancer')}/ccgs/{CODE}")),
    Entry("CCG commented on", seat("mental_health", "nurse"), at(f"{page_of('mental_health')}/ccgs/{CODE}")),
    Entry("CCG for an officer", OFFICER, at(CCG)),
    Entry("CCG before the committee, moderated", LAY, at(f"{OVERALL}/ccgs/{CODE}")),
    Entry("CCG before the committee", LAY, at(f"{OVERALL}/ccgs/99P")),
    Entry("comment without a word", DEMENTIA, sent(CCG, "Record the comment"), 422),
    Entry("moderation without a reason", LAY, sent(f"{OVERALL}/ccgs/99P", "Moderate"), 422),
    Entry("decision", DEMENTIA, at(FORM)),
    Entry("decision where one is published", CHAIR, at(f"{page_of('cancer', YEAR)}/decision")),
    Entry("decision of who has signed", seat("diabetes", "chair"), at(f"{page_of('diabetes')}/decision")),
    Entry("decision of who is recused", seat("dementia", "nurse"), at(FORM)),
    Entry("decision of an officer", OFFICER, at(FORM)),
    Entry("decision of the committee", LAY, at(f"{OVERALL}/decision")),
    Entry("decision with nothing filled in", DEMENTIA, sent(FORM, "Continue"), 422),
    Entry("decision without a reason", DEMENTIA, decide("dementia", "return", reason=""), 422),
    Entry("decision without the interest", DEMENTIA, decide("dementia", "approve", interest="some"), 422),
    Entry("decision that is too long", DEMENTIA, decide("dementia", "approve", reason="x" * 10_001), 422),
    Entry("form larger than any", DEMENTIA, decide("dementia", "approve", reason="x" * LARGEST_FORM), 413),
    Entry("confirmation", DEMENTIA, decide("dementia", "approve")),
    Entry("confirmation of a withdrawal", CHAIR, decide("cancer", "withdraw")),
    Entry("confirmation of an override", OFFICER, decide("dementia", "override")),
    Entry("line of a signature", CHAIR, line_of("cancer", "approve", YEAR)),
    Entry("line of a return", seat("mental_health", "nurse"), line_of("mental_health", "return")),
    Entry("line of the pipeline", DEMENTIA, line_of("dementia", "open")),
    Entry("line of a moderation", LAY, line_of(COMMITTEE, "moderate", YEAR)),
    Entry("form of an earlier table", DEMENTIA, decide("dementia", "approve", serial="9"), 409),
    Entry("comment too late", DEMENTIA, sent(CCG, "Record the comment", serial="9", text="Late."), 409),
    Entry("form of another session", DEMENTIA, decide("dementia", "approve", csrf_token="x"), 403),
    Entry("another panel's table", DEMENTIA, at(page_of("cancer")), 403),
    Entry("page that is not there", DEMENTIA, at("/nowhere"), 404),
    Entry("CCG that is not there", DEMENTIA, at(f"{TABLE}/ccgs/ZZZ"), 404),
    Entry("address of a form", DEMENTIA, at(f"{CCG}/comment"), 405),
    Entry("overall rating that awaits the committee", LAY, once_laid(short(COMMITTEE, YEAR))),
    Entry("decision that the committee can take", LAY, once_laid(at(f"{OVERALL}/decision"))),
    Entry("overall rating confirmed", LAY, once_confirmed(short(COMMITTEE, YEAR))),
    Entry("board with a year that is out", LAY, once_confirmed(at("/"))),
    Entry("decision where the committee has confirmed", LAY, once_confirmed(at(f"{OVERALL}/decision"))),
    Entry("page with an error nobody expected", CHAIR, at(BROKEN), 500, door=EMPTY),
    Entry("form after signing out", CHAIR, signed_out_meanwhile, 401, is_last=True),
    Entry("filter after signing out", CHAIR, filtered_after_signing_out, 401, is_last=True),
    Entry("signature an hour later", seat("dementia", "clinician"), signed_long_after, 401, is_last=True),
    Entry("signed out", CHAIR, sent("/", "Sign out"), is_last=True),
)  # fmt: skip
"""All of them, in order: the committee moves on, and the one that asks too often is the last at its door."""
