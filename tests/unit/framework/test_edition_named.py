"""What people type for an edition, and in whose words a round shows it."""

import shutil
from pathlib import Path

import pytest

from ccg_pipeline.framework.families import (
    edition_in,
    edition_named,
    named_editions,
    shipped_editions,
    typed_name,
)
from ccg_pipeline.framework.round_dates import rounds_by_lane
from ccg_pipeline.method.engine.reasons import in_titles
from expert_panels.foundation.fault import Fault
from tests.support.notations.orchards import EDITION


def test_a_shipped_edition_is_typed_by_its_key_and_another_by_its_folder(
    orchards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = edition_in(orchards)
    assert typed_name(edition_named("nof_2025_26")) == "nof_2025_26"
    assert typed_name(found) == str(orchards)
    monkeypatch.chdir(orchards.parent)
    assert edition_named(typed_name(found)).key == "orchards"
    assert not Path(typed_name(found)).is_absolute()


@pytest.mark.parametrize("key", ["hdi_2022", "iaf_2016_17"])
def test_a_folder_elsewhere_with_the_key_of_one_that_ships_is_refused(orchards: Path, key: str) -> None:
    (orchards / "edition.yaml").write_text(EDITION.replace("key: orchards", f"key: {key}", 1))
    with pytest.raises(
        Fault, match=rf"^edition.yaml, line 1, in .*: {key} is the key of an edition that ships; give"
    ):
        edition_named(str(orchards))
    assert edition_named(str(shipped_editions()[key])).key == key  # by its folder it is the one that ships


def test_two_folders_with_one_key_are_refused(orchards: Path) -> None:
    other = Path(shutil.copytree(orchards, orchards.with_name("others")))
    assert len(named_editions([str(orchards), f"{orchards}/"])) == 1
    with pytest.raises(Fault, match=r"line 1, in .*others: orchards is the key of the edition in .*;"):
        named_editions([str(orchards), str(other)])


def test_a_round_shows_grades_in_its_own_words(orchards: Path) -> None:
    more = EDITION.replace("scales:\n", "scales:\n  - {key: signs, labels: [a, b, c]}\n").replace(
        "every: year", "every: year\n    words: {words: signs}"
    )
    quarter = "  - {key: quarterly, every: quarter, provenance: found, source: A book}\n"
    (orchards / "edition.yaml").write_text(more.replace("leagues:\n", f"{quarter}leagues:\n"))
    shown = {one.key: edition for edition, one in rounds_by_lane([edition_in(orchards)]).values()}
    assert shown["annual"].labels("area") == ("a", "b", "c")
    assert shown["annual"].labels("101") == ()
    assert shown["quarterly"].labels("area") == ("Good", "Fair", "Poor")
    assert (shown["annual"].folder, shown["annual"].key) == (orchards, "orchards")


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("1 of 2 are there; without 101", "1 of 2 are there; without Apples"),
        ("0 of 3 are there; without 101, 122, …", "0 of 3 are there; without Apples, Pears, …"),
        ("there is no figure of f/101", "there is no figure of f/101"),
        ("", ""),
    ],
)
def test_a_reason_names_what_is_lacking_by_its_title(orchards: Path, why: str, said: str) -> None:
    assert in_titles(why, edition_in(orchards)) == said
