"""Terms of reference: the packaged six, and what a bad file is told."""

from datetime import date
from pathlib import Path

import pytest

from expert_panels.foundation.fault import Fault
from expert_panels.terms import PACKAGED_TERMS, Terms, load_terms
from tests.support.notations.gate_lines import CONTENT

AREAS = {
    "cancer": "122",
    "dementia": "126",
    "diabetes": "103",
    "learning_disability": "124",
    "maternity": "125",
    "mental_health": "123",
}


def test_six_panels_stand_over_their_areas() -> None:
    found = {panel: terms.area for panel, terms in load_terms().items()}
    assert found == {**AREAS, "commissioning_committee": "overall"}


def test_the_committee_alone_may_moderate_and_has_a_seat_in_common_with_no_panel() -> None:
    terms = load_terms()
    may = {panel: one.may_moderate for panel, one in terms.items() if one.may_moderate}
    assert may == {"commissioning_committee": ("165a", "141b")}
    seats = {panel: {member.email for member in one.members} for panel, one in terms.items()}
    own = seats.pop("commissioning_committee")
    assert not own & set().union(*seats.values())


@pytest.mark.parametrize("panel", [*AREAS, "commissioning_committee"])
def test_the_packaged_members_are_made_up_and_say_so(panel: str) -> None:
    terms = load_terms()[panel]
    assert terms.is_made_up
    assert terms.quorum.provenance == "assumed"
    for person in (*terms.members, *terms.officers):
        assert person.name.startswith("Demonstration ")
        assert person.email.endswith(".example")
    assert terms.members[0].email.startswith(f"{panel.replace('_', '.')}.chair@")
    assert (terms.quorum.members, terms.quorum.chair_or_deputy) == (3, True)
    assert len({officer.role for officer in terms.officers}) >= 2


def test_the_version_changes_with_the_content_and_with_nothing_else(tmp_path: Path) -> None:
    source = (PACKAGED_TERMS / "cancer.yaml").read_text()

    def version(text: str) -> str:
        (tmp_path / "cancer.yaml").write_text(text)
        return load_terms(tmp_path)["cancer"].version

    first = version(source)
    assert first == load_terms()["cancer"].version
    assert version(f"# another comment\n{source}") == first
    assert version(source.replace("members: 3", "members: 4")) != first


def test_who_holds_a_seat_on_a_day() -> None:
    terms = Terms.model_validate(CONTENT)
    for day, seated in (
        (date(2016, 3, 31), False),
        (date(2016, 4, 1), True),
        (date(2017, 4, 4), True),
        (date(2017, 4, 5), False),
    ):
        assert (terms.member("ex@panel.example", day) is not None) is seated


def test_a_member_may_serve_two_terms_in_two_roles() -> None:
    earlier = {
        "name": "x",
        "role": "member",
        "email": "x@panel.example",
        "from": "2016-04-01",
        "to": "2017-03-31",
    }
    later = {"name": "x", "role": "chair", "email": "x@panel.example", "from": "2017-04-01"}
    terms = Terms.model_validate({**CONTENT, "members": [*CONTENT["members"], later, earlier]})
    roles = [terms.member("x@panel.example", day) for day in (date(2017, 3, 31), date(2017, 4, 1))]
    assert [member and member.role for member in roles] == ["member", "chair"]


# what of cancer.yaml is replaced, by what, and what the one sentence says after the file's name
BAD_FILES = [
    ("reminder_after_days: 7", "reminder_after_days: 0", "reminder_after_days: Input should be greater than"),
    ("title:", "titel: x\ntitle:", "titel: Extra inputs are not permitted."),
    ("    role: chair", "    role: chair\n    vote: 2", "members.0.vote: Extra inputs are not permitted."),
    ('area: "122"\n', "", "area: Field required."),
    ('area: "122"', "area: 122", "area: Input should be a valid string."),
    ('area: "122"', 'area: "122"\narea: "123"', 'line 6: no valid YAML, found duplicate key "area".'),
    ("panel: cancer", "panel: dementia", "panel: 'dementia' is not the name of the file."),
    ("members: 3", "members: 0", "quorum.members: Input should be greater than or equal to 1."),
    ("members: 3", "members: 6", "a quorum of 6 cannot be met by 5 members."),
    ("members: 3", "members: three", "quorum.members: Input should be a valid integer."),
    ("deputy: true", "deputy: 1", "quorum.chair_or_deputy: Input should be a valid boolean."),
    ("assumed\n  source", "guessed\n  source", "quorum.provenance: Input should be 'found', 'derived'"),
    (
        "from: 2016-04-01",
        "from: 2016-04-01\n    to: 2016-03-31",
        "members.0: the term of cancer.chair@panel.example ends on 2016-03-31, before it begins on 2016-04",
    ),
    ("cancer.deputy@", "cancer.chair@", "cancer.chair@panel.example is listed twice for 2016-04-01."),
    (
        "clinical.director@board",
        "cancer.chair@panel",
        "cancer.chair@panel.example is listed twice for 2016-04-01.",
    ),
    ("cancer.chair@", "Cancer.Chair@", "members.0.email: String should match pattern"),
    (
        "members:\n  - name",
        "members: [\n  - name",
        "line 20: no valid YAML, expected the node content",
    ),
]


def _refusal_of(tmp_path: Path, content: str) -> str:
    (tmp_path / "cancer.yaml").write_text(content)
    with pytest.raises(Fault) as refused:
        load_terms(tmp_path)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize(("old", "new", "says"), BAD_FILES)
def test_a_bad_file_is_one_sentence_that_names_file_and_offender(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    source = (PACKAGED_TERMS / "cancer.yaml").read_text()
    assert old in source
    said = _refusal_of(tmp_path, source.replace(old, new, 1))
    assert said.startswith("cancer.yaml")
    assert says in said


@pytest.mark.parametrize("content", ["", "- cancer\n", "# nothing\n"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    assert "holds no terms of reference; write `panel: cancer`" in _refusal_of(tmp_path, content)


def test_yaml_that_would_run_code_is_refused(tmp_path: Path) -> None:
    said = _refusal_of(tmp_path, "!!python/object/apply:os.getcwd []")
    assert said.startswith("cancer.yaml, line 1: no valid YAML, could not determine a constructor")


def test_the_deputy_alone_can_lead(tmp_path: Path) -> None:
    text = (PACKAGED_TERMS / "cancer.yaml").read_text()
    (tmp_path / "cancer.yaml").write_text(text.replace("chair_role: chair", "chair_role: president"))
    terms = load_terms(tmp_path)["cancer"]
    assert [terms.leads(role) for role in ("president", "deputy", "chair")] == [True, True, False]


def test_without_chair_and_deputy_nobody_could_lead(tmp_path: Path) -> None:
    text = (PACKAGED_TERMS / "cancer.yaml").read_text()
    text = text.replace("chair_role: chair", "chair_role: a").replace("deputy_role: deputy", "deputy_role: b")
    (tmp_path / "cancer.yaml").write_text(text)
    with pytest.raises(Fault, match=r"^cancer.yaml: no member is 'a' or 'b', one of whom must sign\.$"):
        load_terms(tmp_path)


def test_a_folder_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="there is no such folder"):
        load_terms(tmp_path / "nowhere")
    with pytest.raises(Fault, match=r"holds no <panel>\.yaml file"):
        load_terms(tmp_path)
    source = (PACKAGED_TERMS / "cancer.yaml").read_text()
    (tmp_path / "cancer.yaml").write_text(source)
    (tmp_path / "dementia.yaml").write_text(source.replace("panel: cancer", "panel: dementia"))
    with pytest.raises(Fault, match=r"dementia\.yaml: area '122' is cancer\.yaml's already"):
        load_terms(tmp_path)
    (tmp_path / "dementia.yaml").rename(tmp_path / "dementia.yml")
    with pytest.raises(Fault, match=r"dementia\.yml: a folder of terms holds only"):
        load_terms(tmp_path)
    (tmp_path / "dementia.yml").unlink()
    (tmp_path / "cancer.yaml").write_bytes(b"panel: \xff")
    with pytest.raises(Fault, match=r"cancer\.yaml: cannot be read as UTF-8 text"):
        load_terms(tmp_path)
