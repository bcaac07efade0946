"""Parts: a lane's tables cut along the lines on which they are verified and released.

Belongs here: what a panel verifies (its ratings, its area's scores and bands), what is open to all, and the
canonical bytes of each.
Does not belong here: putting parts together into a table (assessment.py), keeping them (storage/).
"""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.storage.fingerprint import canonical_json, canonical_rows

OPEN = "open"
"""Name of the part that no panel verifies; a panel's part bears the panel's key."""

OVERALL = "overall"
"""Name of the part that holds the overall ratings as the method gives them; what the committee confirms, with
its moderations, bears the committee's key."""

WHERE_FROM = ["source_name", "source_sha256", "sheet", "cell"]
"""Which file and cell a figure came from. A panel's part leaves it out: the same figures re-issued in another
file are the same figures, and no approval lapses. The open part keeps it."""

WITHHELD = ["band", "points", "z", "why_no_band"]
"""What a band row does not show while its area is withheld; its value is published anyway and is shown."""


def _packed(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    return {
        name: {"columns": sorted(frame.columns), "rows": canonical_rows(frame)}
        for name, frame in tables.items()
    }


def _content(edition: Edition, lane: str, partition_key: str, part: str, **tables: pd.DataFrame) -> str:
    return canonical_json(
        {
            "edition": edition.key,
            "lane": lane,
            "partition_key": partition_key,
            "part": part,
            "tables": _packed(tables),
        }
    )


def panel_indicators(edition: Edition, panel: str) -> list[str]:
    """Return the codes of the indicators of a panel's area, whose bands are withheld with it."""
    return [one.code for one in edition.indicators_of(edition.panel(panel).area)]


def panel_part(
    edition: Edition,
    lane: str,
    partition_key: str,
    panel: str,
    candidate: pd.DataFrame,
    bands: pd.DataFrame,
    area_scores: pd.DataFrame,
) -> str:
    """Return the bytes that a panel verifies: its candidate ratings, its area's scores and their bands.

    The bands are those of all indicators that decide the rating, so also of one that belongs to another area.
    """
    rule = edition.panel(panel)
    codes = {*panel_indicators(edition, panel), *rule.indicators, *rule.shown}
    return _content(
        edition,
        lane,
        partition_key,
        panel,
        candidate_rating=candidate,
        indicator_band=bands[bands["indicator_code"].isin(codes)].drop(columns=WHERE_FROM),
        area_score=area_scores[area_scores["area_code"] == rule.area],
    )


def open_part(
    edition: Edition,
    lane: str,
    partition_key: str,
    bands: pd.DataFrame,
    area_scores: pd.DataFrame,
    stp_progress: pd.DataFrame,
) -> str:
    """Return the bytes of what no panel verifies; bands of panels' areas are stripped of WITHHELD."""
    withheld_areas = [rule.area for rule in edition.panels]
    codes = [code for rule in edition.panels for code in panel_indicators(edition, rule.key)]
    shown = bands.copy()
    theirs = shown["indicator_code"].isin(codes)
    shown.loc[theirs, ["band", "points", "z"]] = pd.NA
    shown.loc[theirs, "why_no_band"] = ""
    return _content(
        edition,
        lane,
        partition_key,
        OPEN,
        indicator_band=shown,
        area_score=area_scores[~area_scores["area_code"].isin(withheld_areas)],
        stp_progress=stp_progress,
    )


def overall_part(edition: Edition, lane: str, partition_key: str, overall: pd.DataFrame) -> str:
    """Return the bytes of the overall ratings as the method gives them, before anybody moderated any."""
    return _content(edition, lane, partition_key, OVERALL, overall_rating=overall)


def committee_part(
    edition: Edition,
    lane: str,
    partition_key: str,
    committee: str,
    overall: pd.DataFrame,
    moderations: pd.DataFrame,
    rests_on: pd.DataFrame,
) -> str:
    """Return the bytes that the committee confirms: the overall ratings as moderated, and on what they rest.

    `moderations` has a row a moderation, applied or lapsed; `rests_on` a row a panel: what the panel decided,
    on which table and by which line of the ledger, so that who decides again asks the committee again.
    """
    return _content(
        edition,
        lane,
        partition_key,
        committee,
        overall_rating=overall,
        moderation=moderations,
        rests_on=rests_on,
    )


def tables_of(content: str) -> dict[str, pd.DataFrame]:
    """Return the tables of a part, from its bytes."""
    packed = json.loads(content)["tables"]
    return {
        name: pd.DataFrame.from_records(table["rows"], columns=table["columns"])
        for name, table in packed.items()
    }
