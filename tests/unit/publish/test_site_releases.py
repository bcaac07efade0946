"""What a later release changed is said; a superseded or withdrawn release keeps its page with a notice."""

from dataclasses import replace
from pathlib import Path

from ccg_pipeline.publish.site.content import Publication
from ccg_pipeline.publish.site.feed import feed
from ccg_pipeline.publish.site.of_lanes import round_of_lane
from ccg_pipeline.publish.site.pages import Pages
from ccg_pipeline.publish.site.revisions import changes, listed
from ccg_pipeline.release.history import DatedRelease
from ccg_pipeline.release.released import Tables
from tests.support.notations.method_tables import EDITION
from tests.support.worlds.built_site import released_tables


def dated(tables: Tables, at: str) -> DatedRelease:
    assert tables.release is not None
    return DatedRelease(tables.release, at)


def test_a_withdrawal_is_said_on_the_release_before_and_in_the_feed() -> None:
    first, second = released_tables(), released_tables(serial=2, cancer="withdrawn by the panel")
    releases = [dated(first, "2018-06-01T09:30:00Z"), dated(second, "2018-06-08T10:00:00Z")]
    rounds = [round_of_lane(first, EDITION), round_of_lane(second, EDITION)]
    found = listed(releases, rounds)
    assert [one.state for one in found] == ["superseded by release 2 of 2018-06-08", "current"]
    assert found[0].withdrawn == ("Cancer has been withdrawn by its panel since this release.",)
    assert found[1].withdrawn == ()
    assert "Cancer: withdrawn by the panel, before verified." in found[1].changes
    publication = Publication(rounds[-1], found)
    pages = {
        Path(address).name: page.decode()
        for address, page in Pages([publication], "x.css").of_round(publication)
        if "/release/" in address
    }
    assert "Withdrawn:" in pages["1.html"]
    assert "no longer current" in pages["1.html"]
    assert "Withdrawn:" not in pages["2.html"]
    assert "Correction, release 2" in feed([publication], "A site").decode()


def test_a_correction_says_how_many_figures_it_moved() -> None:
    before, after = released_tables(), released_tables(serial=2)
    bands = after.frames["bands"].copy()
    is_its = (bands["indicator_code"] == "122b") & (bands["ccg_code"] == "02N")
    bands.loc[is_its, "value"] += 1
    moved = replace(after, frames={**after.frames, "bands": bands})
    said = [round_of_lane(one, EDITION) for one in (before, after, moved)]
    assert changes(said[0], said[1]) == ()
    assert changes(said[0], said[2]) == ("1 indicator figure changed (122b).",)
