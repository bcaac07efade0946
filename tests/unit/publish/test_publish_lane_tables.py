"""An exported rating says in a sentence how sure it is: the one that is on every screen."""

import pytest

from ccg_pipeline.publish.export import exported
from ccg_pipeline.publish.lane_tables import as_exported
from ccg_pipeline.publish.uncertainty_words import how_sure
from ccg_pipeline.tables.exports import released_tables as exported_tables
from tests.support.notations.method_tables import EDITION
from tests.support.worlds.built_site import released_tables

LABELS = EDITION.labels("annual")


@pytest.mark.parametrize("name", ["ratings", "overall"])
def test_each_rating_has_its_sentence_and_who_has_none_has_none(name: str) -> None:
    frame = released_tables(dementia="awaiting the panel").frames[name]
    shown = as_exported(name, frame, LABELS)
    rated = shown["rating"] != ""
    assert rated.any()
    assert (shown["how_sure"] != "").tolist() == rated.tolist()
    assert shown.loc[rated, "how_sure"].iloc[0] == how_sure(frame[rated].iloc[0], LABELS)
    csv = exported(shown, "csv", exported_tables(EDITION)[name]).decode("utf-8")
    assert shown.loc[rated, "how_sure"].iloc[0] in csv


@pytest.mark.parametrize("name", ["assessment", "area_scores", "bands"])
def test_what_is_no_rating_leaves_as_it_is(name: str) -> None:
    frame = released_tables().frames[name]
    assert as_exported(name, frame, LABELS) is frame
