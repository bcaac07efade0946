"""The league table: places by score, never without their 95 % sets and the sentence on what they cannot show.

Belongs here: the table of one score out of a release's tables, and its picture.
Does not belong here: ranks and their sets (uncertainty/columns.py), which rows may leave (released.py).
"""

from collections.abc import Mapping
from html import escape
from textwrap import TextWrapper

import pandas as pd

from ccg_pipeline.framework.model import Area, Edition
from ccg_pipeline.release.tables import MADE_UP, SHOWN
from ccg_pipeline.tables.exports import LEAGUE
from expert_panels.foundation.fault import WrongUse


def cannot_say(nouns: str) -> str:
    """Return what a place in a league of `nouns` (CCGs, trusts) cannot say."""
    return (
        f"A place is an estimate: with 95 % certainty for all {nouns} at once it is within its set, and two "
        f"{nouns} of which neither is shown to be above the other cannot be told apart. It says nothing "
        "about why a score is what it is, nor about anything that no indicator measures."
    )


CAVEAT = cannot_say("CCGs")
ONE_ALONE = "The score is that of one indicator alone: it has a set of places, and no place."
LEAGUE_COLUMNS = tuple(name for name in LEAGUE.names if name not in LEAGUE.optional)


def league(
    tables: Mapping[str, pd.DataFrame], edition: Edition, organisations: pd.DataFrame, area: Area | None
) -> pd.DataFrame:
    """Return the league of an area, or of the overall score: one row a CCG, the first place first.

    With LEAGUE_COLUMNS; who has neither place nor set comes last, and no place has its reason.
    `tables` are a release's, `organisations`
    has ccg_code and ccg_name. Raises WrongUse where the lane has no such score or its panel withholds it.
    """
    if area is not None:
        frame = tables["area_scores"][tables["area_scores"]["area_code"] == area.code]
        frame, why = frame.assign(place_of=frame["score"]), "why_no_score"
    else:
        frame, why = tables["overall"].assign(place_of=tables["overall"]["overall_score"]), "why_no_rating"
        if frame.empty:
            raise WrongUse("There is no overall score in this lane: name an area with --area, or a --year.")
    named = f"area {area.name}" if area is not None else "overall score"
    if frame["rank_lower_95"].isna().all():
        states = set(frame["verification"])
        state = states.pop() if len(states) == 1 else ""
        panel = area is not None and area.panel is not None
        because = state if panel and state not in SHOWN else str(frame[why].iloc[0])
        raise WrongUse(f"There is no league of the {named}: {because.rstrip('.') or 'no CCG has a score'}.")
    names = organisations.set_index("ccg_code")["ccg_name"]
    moderated = "The score was moderated, and no draw has said how sure it is."
    reason = frame[why].where((frame[why] != "") | frame["rank"].notna(), moderated)
    reason = reason.mask(frame["rank_lower_95"].notna() & frame["rank"].isna(), ONE_ALONE)
    found = frame.assign(
        ccg_name=frame["ccg_code"].map(names),
        score=frame["place_of"],
        why_no_place=reason.where(frame["rank"].isna(), ""),
        is_official=False,
        edition=edition.key,
        what_it_cannot_show=CAVEAT,
    )
    order = ["rank", "rank_lower_95", "rank_upper_95", "ccg_code"]
    return found.sort_values(order, na_position="last", ignore_index=True)[list(LEAGUE_COLUMNS)]


_ROW, _TOP, _LEFT, _WIDE, _RIGHT = 16, 118, 330, 520, 150


def caterpillar(table: pd.DataFrame, title: str) -> str:
    """Return the league as an SVG: a line a CCG, its place, if any, as a dot on the bar of its 95 % set.

    Equal tables give equal bytes. What the bars say is in numbers next to them.
    """
    placed = table[table["rank_lower_95"].notna()]
    n = len(placed)
    height = _TOP + _ROW * (n + 2)
    width = _LEFT + _WIDE + _RIGHT

    def across(place: float) -> float:
        return round(_LEFT + _WIDE * (float(place) - 1) / max(n - 1, 1), 1)

    lines = []
    for number, row in enumerate(placed.to_dict("records")):
        y = _TOP + _ROW * number + 10
        first, last = (across(row[name]) for name in ("rank_lower_95", "rank_upper_95"))
        place = "" if pd.isna(row["rank"]) else str(row["rank"])
        dot = f'<circle cx="{across(row["rank"])}" cy="{y}" r="4" fill="#005eb8"/>' if place else ""
        lines.append(
            f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(str(row["ccg_name"]))} '
            f'<tspan font-weight="bold">{place}</tspan></text>'
            f'<path d="M{first} {y}H{last}" stroke="#768692" stroke-width="3"/>'
            f"{dot}"
            f'<text x="{_LEFT + _WIDE + 12}" y="{y + 4}">{row["rank_lower_95"]} to {row["rank_upper_95"]}; '
            f"{row['score']:.2f}</text>"
        )
    wrapped = TextWrapper(150, break_on_hyphens=False, break_long_words=False).wrap
    said = [title, *(wrapped(MADE_UP) if bool(table["is_made_up"].any()) else []), *wrapped(CAVEAT)]
    head = "".join(
        f'<text x="12" y="{22 + 18 * at}"{" font-weight=" + chr(34) + "bold" + chr(34) if not at else ""}>'
        f"{escape(one)}</text>"
        for at, one in enumerate(said)
    )
    ticks = "".join(
        f'<text x="{across(place)}" y="{height - 10}" text-anchor="middle">{place}</text>'
        for place in sorted({1, *range(25, n, 25), n})
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="what" font-family="Arial, Helvetica, sans-serif" '
        f'font-size="12"><title id="what">{escape(title)}. {escape(CAVEAT)}</title>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{head}{"".join(lines)}{ticks}</svg>\n'
    )
