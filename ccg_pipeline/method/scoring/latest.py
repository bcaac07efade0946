"""Which observation stands for an indicator and an organisation in a month or a year.

Belongs here: the latest data period, how old it may be, which of two publications of it counts, the mean of a
year's months.
Does not belong here: reading observations from storage, reference values, bands.
"""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.scoring.references import COUNTED

SCORED_KINDS = ("ccg", "england", "nhs_england", "stp")
_KEY = ["_indicator", "organisation_code"]
FIGURES = ["numerator", "denominator", "value", "lower_95", "upper_95"]

Integers = NDArray[np.int64]


def latest_for_month(observations: pd.DataFrame, edition: Edition, month_end: date) -> pd.DataFrame:
    """Choose for each indicator and organisation the latest data period that ends in or before a month.

    `observations`: observation rows of any periods, in any order. Of several publications of one period the
    one published or revised last counts. The answer has one row an indicator (or supplementary measure) and
    organisation, in the edition's order; a period older than the indicator's `max_age_months` comes back as
    `missing`, without figures, and its note says how old it is. No row is made up for who has none. Of
    England there is a row for each period that one of the others has.
    """
    rows = _latest(_asked_for(observations, edition, month_end))
    return _in_order(_without_too_old(rows, edition, month_end))


def latest_for_year(observations: pd.DataFrame, edition: Edition, year_end: date) -> pd.DataFrame:
    """Choose as `latest_for_month` does for the year's last month, but take the mean of the twelve months
    where the edition says `annual_value: mean_of_months`.

    Such a row has the year as its period, numerator and denominator summed over the months that were
    published (people become person-months, and chance is that of all the months), and the value made from
    them, which is the mean month's; without counts it is the mean value. It has no interval. Its source is
    the last month's; its note says of how many months it is the mean. A month ends within the year.
    """
    rows = _asked_for(observations, edition, year_end)
    averaged = np.array([indicator.annual_value == "mean_of_months" for indicator in edition.indicators])
    averaged = np.append(averaged, np.zeros(len(edition.supplementary), dtype=bool))
    by_mean = averaged[rows["_indicator"].to_numpy()]
    single = _latest(rows[~by_mean])
    months = _mean_of_months(rows[by_mean], edition, year_end)
    return _in_order(pd.concat([_without_too_old(single, edition, year_end), months]))


def _latest(rows: pd.DataFrame) -> pd.DataFrame:
    """The latest period of each organisation, and of England every period in which others are the latest."""
    is_england = rows["organisation_kind"] == "england"
    others = last_known(rows[~is_england], _KEY)
    england = last_known(rows[is_england], [*_KEY, "period_end"])
    periods = pd.MultiIndex.from_frame(others[["_indicator", "period_end"]])
    is_asked_for = pd.MultiIndex.from_frame(england[["_indicator", "period_end"]]).isin(periods)
    newest = england["period_end"] == england.groupby("_indicator")["period_end"].transform("max")
    return pd.concat([others, england[is_asked_for | newest.to_numpy()]])


def _asked_for(observations: pd.DataFrame, edition: Edition, upto: date) -> pd.DataFrame:
    """Rows of the edition's indicators and of organisations that are scored or compared with, none later."""
    codes = [indicator.code for indicator in edition.indicators] + [s.code for s in edition.supplementary]
    position = pd.Index(codes).get_indexer(pd.Index(observations["indicator_code"]))
    wanted = (
        (position >= 0)
        & observations["organisation_kind"].isin(SCORED_KINDS).to_numpy()
        & (observations["period_end"] <= _last_day(upto)).to_numpy()
    )
    return observations.loc[wanted].assign(_indicator=position[wanted])


def last_known(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Choose one row a `key`: the latest period end and, of that, what was published or revised last.

    `rows`: observations in any order, perhaps with `landed_at`, when the file of each landed (text that
    sorts). Of equals what landed last counts, then a published figure goes before a mark, then the shorter
    period, then the source's own names, so that the choice never depends on the order.
    """
    groups = rows.groupby(key, sort=False).ngroup().to_numpy()
    ends = _days(rows["period_end"])
    newest = np.full(groups.max(initial=-1) + 1, np.iinfo(np.int64).min)
    np.maximum.at(newest, groups, ends)
    rows = rows[ends == newest[groups]]
    order = pd.DataFrame(
        {
            "known": np.maximum(_days(rows["published_on"]), _days(rows["revised_on"])),
            "landed": rows["landed_at"].to_numpy() if "landed_at" in rows else "",
            "is_figure": (rows["status"] == "published").to_numpy(),
            "start": _days(rows["period_start"]),
            **{
                name: rows[name].to_numpy()
                for name in ("source_sha256", "source_name", "sheet", "cell", "note")
            },
        }
    )
    if rows.duplicated(key).any():
        rows = rows.iloc[order.sort_values(list(order.columns)).index]
    return rows.drop_duplicates(key, keep="last")


def _without_too_old(rows: pd.DataFrame, edition: Edition, upto: date) -> pd.DataFrame:
    """Take the figures from rows older than their indicator allows; a period just at the limit stays."""
    limits = [one.max_age_months for one in edition.indicators]
    limits += [int(edition.max_age_months.value)] * len(edition.supplementary)
    ends = rows["period_end"].dt
    age = 12 * (upto.year - ends.year.to_numpy()) + upto.month - ends.month.to_numpy()
    limit = np.array(limits)[rows["_indicator"].to_numpy()]
    too_old = age > limit
    if not too_old.any():
        return rows
    rows = rows.copy()
    said = [
        f"the latest period ended {end:%Y-%m-%d}, older than {most} months"
        for end, most in zip(rows.loc[too_old, "period_end"], limit[too_old], strict=True)
    ]
    rows.loc[too_old, FIGURES] = np.nan
    rows.loc[too_old, "judgement"] = ""
    rows.loc[too_old, "status"] = "missing"
    rows.loc[too_old, "note"] = said
    return rows


def _mean_of_months(rows: pd.DataFrame, edition: Edition, year_end: date) -> pd.DataFrame:
    """The mean of a year's published months; where none was published, its last month as it stands."""
    year_start = _last_day(year_end) - pd.DateOffset(years=1) + pd.Timedelta(days=1)
    rows = rows[rows["period_end"] >= year_start]
    by_month = last_known(rows.assign(_month=rows["period_end"].dt.month), [*_KEY, "_month"])
    last = last_known(by_month[rows.columns], _KEY).set_index(_KEY)
    months = by_month[by_month["status"] == "published"]
    if months.empty:
        return last.reset_index()[rows.columns]

    year = last_known(months[rows.columns], _KEY).set_index(_KEY).sort_index()
    figures = months.groupby(_KEY)[["numerator", "denominator", "value"]]
    total, mean, n = figures.sum(), figures.mean(), figures.size()
    position = mean.index.get_level_values("_indicator")
    made_of_counts = np.array([one.standard_error in COUNTED for one in edition.indicators])[position]
    is_complete = figures.count()[["numerator", "denominator"]].eq(n, axis=0).all(axis=1)
    is_counted = made_of_counts & is_complete & (total["denominator"] > 0)
    scale = np.array([one.scale for one in edition.indicators])[position]
    mean["value"] = mean["value"].where(~is_counted, scale * total["numerator"] / total["denominator"])
    year["value"] = mean["value"]
    year["numerator"] = total["numerator"].where(is_counted)
    year["denominator"] = total["denominator"].where(is_counted)
    year["lower_95"] = year["upper_95"] = np.nan
    year["period_start"], year["period_end"] = year_start, _last_day(year_end)
    said = [f"mean of {months} month{'s' * (months > 1)} (assumed)" for months in n]
    notes = months.sort_values("period_end").groupby(_KEY)["note"].agg(_once_each)
    year["note"] = [f"{note}; {mean}" if note else mean for note, mean in zip(notes, said, strict=True)]
    return pd.concat([year, last[~last.index.isin(year.index)]]).reset_index()[rows.columns]


def _once_each(notes: "pd.Series[str]") -> str:
    return "; ".join(note for note in dict.fromkeys(notes) if note)


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values([*_KEY, "period_end"], ignore_index=True).drop(columns="_indicator")


def _days(dates: pd.Series) -> Integers:
    """Whole days since 1970; a date that is not known comes before every other."""
    return dates.to_numpy(dtype="datetime64[D]").view(np.int64)


def _last_day(day: date) -> pd.Timestamp:
    return pd.Timestamp(day) + pd.offsets.MonthEnd(0)
