"""Next to a league of CCGs: places after deprivation and age, and under other weights."""

import numpy as np
import pandas as pd

from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.publish.league_critics import critics
from ccg_pipeline.reference.deprivation import deprivation_imd_2015

POINTS = edition_named("points_league_2015")
CODES = list(deprivation_imd_2015().index[:30])
GROUPS = [f"points.{one}" for one in ("older", "frail", "long_term", "mental", "mothers", "well")]


def scores(of_group: "pd.Series[float]", last: "pd.Series[float]") -> pd.DataFrame:
    """Each node has the score `of_group` of its CCG, but points.well, which has `last`."""
    keys = [node.key for node in POINTS.nodes]
    rows = [
        pd.DataFrame(
            {"node": key, "organisation_code": CODES, "score": last if key == "points.well" else of_group}
        )
        for key in keys
    ]
    return pd.concat(rows, ignore_index=True)


def test_a_league_that_follows_deprivation_alone_has_nothing_left() -> None:
    deprived = deprivation_imd_2015().loc[CODES, "average_score"].reset_index(drop=True)
    found = critics(POINTS, scores(deprived, deprived))
    assert found is not None
    assert round(found.explained["Points"], 9) == 1
    assert (found.places.loc["Points", "place_after_deprivation_and_age"] == 1).all()


def test_places_move_with_the_weights_just_where_members_disagree() -> None:
    rising = pd.Series(np.arange(30.0))
    alike = critics(POINTS, scores(rising, rising))
    assert alike is not None
    own = alike.places.loc["Points"]
    assert (own["first_place_by_weights"] == own["last_place_by_weights"]).all()
    apart = critics(POINTS, scores(rising / 1000, -rising))
    assert apart is not None
    assert apart.places.loc[("Points", CODES[0]), "first_place_by_weights"] == 1
    even = critics(POINTS, scores(rising, -4.5 * rising))
    assert even is not None
    ends = even.places.loc[("Points", CODES[0])]
    assert (ends["first_place_by_weights"], ends["last_place_by_weights"]) == (1, 30)


def test_critics_ask_nothing_of_leagues_of_others() -> None:
    nothing = pd.DataFrame({"node": ["hdi"], "organisation_code": ["NOR"], "score": [0.9]})
    assert critics(edition_named("hdi_2022"), nothing) is None
    assert critics(edition_named("assurance_2015_16"), nothing) is None
