"""The assessment: the released tables, put together from the parts that a release points at.

Belongs here: one row an organisation with its area scores and ratings, what stands in for what is withheld,
and the long tables next to it.
Does not belong here: deciding what may be released (assets/assessment.py), files and pages.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Table

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rounds import last_day
from ccg_pipeline.method.scoring.moderated import BLOCKS, unmoderated
from ccg_pipeline.method.scoring.rated import area_bounds
from ccg_pipeline.reference.special_measures.register import Register
from ccg_pipeline.release.parts import OPEN, OVERALL, WHERE_FROM, WITHHELD, panel_indicators
from ccg_pipeline.sources.corrections import AMENDED
from ccg_pipeline.storage.frames import completed, typed
from ccg_pipeline.storage.sql import area_score, candidate_rating, indicator_band, overall_rating
from ccg_pipeline.tables.candidates import DETAIL, INDICATOR_GRADE

VERIFIED = "verified"
OVERRIDDEN = "overridden"
SUPERSEDED = "verified, superseded by newer data that await the panel"
OVERRIDDEN_SUPERSEDED = "overridden, superseded by newer data that await the panel"
AWAITING = "awaiting the panel"
RETURNED = "returned by the panel"
WITHDRAWN = "withdrawn by the panel"
SHOWN = (VERIFIED, OVERRIDDEN, SUPERSEDED, OVERRIDDEN_SUPERSEDED)
"""What a panel has done, in the words of every released table, under which its area is shown."""

NO_PANEL = "no panel verifies this area"
NO_COMMITTEE = "no committee confirms it"

LAYERS = {
    "area_scores": area_score,
    "ratings": candidate_rating,
    "bands": indicator_band,
    "overall": overall_rating,
}
"""Released table -> the layer that it shows: its columns come first, in that order, whoever has decided."""

MADE_UP = (
    "MADE-UP DATA: every figure below was drawn from a seed and says nothing about any real organisation."
)
NOT_OFFICIAL = (
    "Not NHS England's: area scores are our construct, and the edition's assumed numbers our choice."
)


def assessed_tables(
    header: Mapping[str, Any],
    parts: Mapping[str, Mapping[str, pd.DataFrame]],
    edition: Edition,
    organisations: pd.DataFrame,
    register: Register,
) -> dict[str, pd.DataFrame]:
    """Return the released tables by name: assessment, area_scores, ratings, indicator_grades, bands, overall.

    `header` is a release's header; `parts` holds the tables of the open part, of each panel's part that the
    release shows and, where it shows it, of the overall rating. `organisations` has one row a CCG (ccg_code,
    ccg_name, region_name, stp_code …), `register` is that of special measures as the release knows it.
    Whatever a panel, or the committee, withholds is missing, with its state in words next to it.
    """
    shown = {panel: parts[panel] for panel in header["panels"] if panel in parts}
    tables = {
        "area_scores": _area_scores(header, parts[OPEN], shown, edition),
        "ratings": _ratings(header, shown, edition, list(organisations["ccg_code"])),
        "bands": _bands(header, parts[OPEN], shown, edition),
        "overall": _overall(header, parts.get(OVERALL, {}), list(organisations["ccg_code"])),
    }
    bounds = area_bounds(tables["bands"], edition)
    tables["area_scores"] = tables["area_scores"].merge(bounds, "left", ["area_code", "ccg_code"])
    for name, layer in LAYERS.items():
        first = [column.name for column in layer.columns]
        rest = [column for column in tables[name].columns if column not in first]
        tables[name] = completed(tables[name], layer)[[*first, *rest]]
    tables |= with_grades_apart(tables["ratings"])
    tables["assessment"] = _wide(header, tables, parts[OPEN], edition, organisations, register)
    return {
        name: frame.assign(edition=header["edition"]).reset_index(drop=True) for name, frame in tables.items()
    }


def _area_scores(
    header: Mapping[str, Any],
    opened: Mapping[str, pd.DataFrame],
    shown: Mapping[str, Mapping[str, pd.DataFrame]],
    edition: Edition,
) -> pd.DataFrame:
    pieces = [opened["area_score"].assign(verification=NO_PANEL)]
    frame = pieces[0]
    codes = sorted(set(frame["ccg_code"]))
    for rule in edition.panels:
        state = header["panels"][rule.key]["verification"]
        if rule.key in shown:
            pieces.append(shown[rule.key]["area_score"].assign(verification=state))
            continue
        area = edition.area(rule.area)
        pieces.append(
            pd.DataFrame(
                {
                    "lane": header["lane"],
                    "partition_key": header["partition_key"],
                    "area_code": area.code,
                    "area": area.slug,
                    "domain": area.domain,
                    "ccg_code": codes,
                    "score": float("nan"),
                    "n_used": pd.NA,
                    "n_expected": len(edition.indicators_of(area.code)),
                    "note": "",
                    "why_no_score": state,
                    "is_official": False,
                    "is_made_up": header["is_made_up"],
                    "verification": state,
                }
            )
        )
    together = _together(pieces, area_score, {"n_used": "Int64"})
    return together.sort_values(["area_code", "ccg_code"])


def _ratings(
    header: Mapping[str, Any],
    shown: Mapping[str, Mapping[str, pd.DataFrame]],
    edition: Edition,
    ccg_codes: list[str],
) -> pd.DataFrame:
    pieces = []
    for rule in edition.panels:
        state = header["panels"][rule.key]["verification"]
        if rule.key in shown:
            pieces.append(shown[rule.key]["candidate_rating"].assign(verification=state))
            continue
        pieces.append(
            pd.DataFrame(
                {
                    "lane": header["lane"],
                    "partition_key": header["partition_key"],
                    "panel": rule.key,
                    "area_code": rule.area,
                    "ccg_code": ccg_codes,
                    "grade": pd.NA,
                    "rating": "",
                    "score": float("nan"),
                    "n_used": pd.NA,
                    "n_expected": len(rule.indicators),
                    "rule": "",
                    "detail": json.dumps(dict.fromkeys(sorted(rule.indicators))),  # none is known
                    "why_no_rating": state,
                    "is_made_up": header["is_made_up"],
                    "verification": state,
                }
            )
        )
    together = _together(pieces, candidate_rating, {"grade": "Int64", "n_used": "Int64"})
    return together.sort_values(["panel", "ccg_code"])


def with_grades_apart(ratings: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return ratings of panels as they leave: `ratings`, and `indicator_grades`, a row an indicator of each.

    What was signed holds those grades as an object in the cells of DETAIL, which no table that leaves has.
    """
    each = ratings[DETAIL].map(lambda detail: list(json.loads(detail or "{}").items()))
    rows = ratings.assign(pair=each).explode("pair", ignore_index=True).dropna(subset="pair")
    rows = rows.assign(
        indicator_code=rows["pair"].str[0].astype("str"), indicator_grade=rows["pair"].str[1].astype("Int64")
    )
    names = [*INDICATOR_GRADE.names, *({"verification"} & set(rows))]
    return {
        "ratings": ratings.drop(columns=DETAIL),
        "indicator_grades": rows[names].reset_index(drop=True),
    }


def _together(pieces: Sequence[pd.DataFrame], layer: Table, whole: dict[str, str]) -> pd.DataFrame:
    """One below the other, each with all of the layer's columns.

    What is withheld has no more than its key and why, and a part that an earlier version verified lacks what
    the layer has gained since: neither is known.
    """
    return pd.concat([completed(piece, layer).astype(whole) for piece in pieces], ignore_index=True)


def is_overridden(verification: str) -> bool:
    """Return whether these words say that something is published without its panel's verification."""
    return verification.startswith(OVERRIDDEN)


def by_committee(verification: str) -> str:
    """Return in words what the committee has done about the overall rating, from the words for a panel."""
    return verification.replace("the panel", "the committee")


def _overall(
    header: Mapping[str, Any], shown: Mapping[str, pd.DataFrame], ccg_codes: list[str]
) -> pd.DataFrame:
    """The overall ratings as confirmed, each judgement with the one before where it was moderated."""
    said = header["overall"]
    state = "" if said is None else by_committee(said["verification"])
    if shown:
        frame = shown["overall_rating"]
    else:  # the lane has none, or the committee withholds it
        codes = [] if said is None else ccg_codes
        where = {"lane": header["lane"], "partition_key": header["partition_key"]}
        frame = pd.DataFrame({"ccg_code": codes}).assign(
            **where, why_no_rating=state, is_made_up=header["is_made_up"]
        )
    frame = completed(frame, overall_rating)
    counts = ["n_performance_used", "n_performance_expected"]  # which may be missing here, as in no layer
    frame = typed(frame.drop(columns=counts), overall_rating).join(frame[counts].astype("Int64"))
    if f"{BLOCKS[0]}_judgement_before" not in frame:
        frame = unmoderated(frame)
    return frame.assign(verification=state).sort_values("ccg_code")


def _bands(
    header: Mapping[str, Any],
    opened: Mapping[str, pd.DataFrame],
    shown: Mapping[str, Mapping[str, pd.DataFrame]],
    edition: Edition,
) -> pd.DataFrame:
    """The open part's rows, with the rows of each panel that is shown in the place of its stripped ones."""
    rows = opened["indicator_band"]
    key = ["indicator_code", "ccg_code"]
    # What was verified may be older than what is current: only the same figure has the same cell.
    same_figure = [*key, "period_end", "value", "judgement"]
    rows = rows.assign(withheld=False, verification=NO_PANEL)
    for rule in edition.panels:
        codes = panel_indicators(edition, rule.key)
        theirs = rows["indicator_code"].isin(codes)
        state = header["panels"][rule.key]["verification"]
        rows.loc[theirs, "verification"] = state
        if rule.key not in shown:
            rows.loc[theirs, "withheld"] = True
            continue
        verified = shown[rule.key]["indicator_band"]
        verified = verified[verified["indicator_code"].isin(codes)]
        verified = verified.assign(withheld=False, verification=state)
        verified = verified.merge(rows.loc[theirs, [*same_figure, *WHERE_FROM]], on=same_figure, how="left")
        verified[WHERE_FROM] = verified[WHERE_FROM].fillna("")
        rows = pd.concat([rows[~theirs], verified], ignore_index=True)
    rows = rows.astype({"band": "Int64", "points": "float64", "z": "float64"})
    assert (
        not rows.loc[rows["withheld"], [name for name in WITHHELD if name != "why_no_band"]]
        .notna()
        .any(axis=None)
    )
    return rows.sort_values(key)


def _wide(
    header: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    opened: Mapping[str, pd.DataFrame],
    edition: Edition,
    organisations: pd.DataFrame,
    register: Register,
) -> pd.DataFrame:
    columns = ["ccg_code", "ccg_name", "region_name", "local_office_name", "stp_code", "stp_name"]
    wide = organisations[columns].copy()
    wide.insert(0, "partition_key", header["partition_key"])
    wide.insert(0, "lane", header["lane"])
    by_ccg = wide["ccg_code"]
    scores = tables["area_scores"].pivot_table("score", "ccg_code", "area_code", dropna=False, observed=True)
    for area in edition.areas:
        score = scores[area.code] if area.code in scores else pd.Series(dtype="float64")
        wide[f"area_{area.code}_{area.slug}"] = by_ccg.map(score).astype("float64")
    ratings = tables["ratings"]
    for rule in edition.panels:
        own = ratings[ratings["panel"] == rule.key].set_index("ccg_code")
        wide[f"{rule.key}_rating"] = by_ccg.map(own["rating"]).fillna("")
        wide[f"{rule.key}_verification"] = header["panels"][rule.key]["verification"]
    if edition.lane(header["lane"]).has_overall_rating:
        overall = tables["overall"].set_index("ccg_code")
        wide["performance_score"] = by_ccg.map(overall["performance_score"])
        for block in BLOCKS:
            for name in ("judgement", "judgement_before", "moderation_reason"):
                wide[f"{block}_{name}"] = by_ccg.map(overall[f"{block}_{name}"])
        for name in ("weight_used", "overall_score"):
            wide[name] = by_ccg.map(overall[name])
        for name in ("lower_95", "upper_95", "is_told_apart", "rating", "why_no_rating", "verification"):
            wide[f"overall_{name}"] = by_ccg.map(overall[name])
        bands = tables["bands"]
        plan = bands[bands["indicator_code"] == "161a"].set_index("ccg_code")["judgement"]
        progress = opened["stp_progress"].set_index("stp_code")["judgement"]
        wide["stp_161a_judgement"] = by_ccg.map(plan).fillna("")
        wide["stp_plan_progress"] = wide["stp_code"].map(progress).fillna("")
    for column, answers in standings_of(header, by_ccg, register).items():
        wide[column] = answers
    amended = tables["bands"][tables["bands"]["note"].str.contains(AMENDED, regex=False)]
    codes = amended.sort_values("indicator_code").groupby("ccg_code")["indicator_code"].agg(", ".join)
    wide["amended_indicators"] = [codes.get(code, "") for code in by_ccg]
    wide["is_official"] = False
    wide["is_made_up"] = bool(header["is_made_up"])
    return wide.sort_values("ccg_code")


def standings_of(
    header: Mapping[str, Any], ccg_codes: "pd.Series[str]", register: Register
) -> dict[str, list[str]]:
    """Return whether each CCG was in special measures and under directions on the last day of the period.

    An attribute of the CCG next to its rating: it follows from the register, and from no figure.
    """
    answers = register.attributes(ccg_codes, last_day(header["partition_key"]))
    return {name: list(answers[name]) for name in answers.columns if name != "ccg_code"}
