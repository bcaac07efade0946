"""What an organisation's figures are seen against: England's, all others' in a funnel, its own of before.

Belongs here: from the figures of a kept part and the published values of before to pictures and words.
Does not belong here: how a picture is drawn (publish/site/pictures.py), the candidate table itself.
"""

import math
from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from ccg_pipeline.publish.naming import SIDES, figure_in_words, plural
from ccg_pipeline.publish.site import pictures
from ccg_pipeline.publish.site.addresses import slug
from ccg_pipeline.publish.site.content import NOTHING, Outcome, Subject
from expert_panels.papers import Context, Drawing, Measure

ENGLAND = "ENG"
Series = Sequence[tuple[str, float]]


def subject_of(
    key: str,
    title: str,
    unit: str,
    rows: pd.DataFrame,
    organisation: str,
    widening: float = 0.0,
    exact: tuple[str, float] | None = None,
) -> Subject:
    """Return a measure as pictures take it.

    `rows`: one an organisation, whose code is in the column `organisation`, with value and denominator and,
    where they are known, standard_error, reference_value, lower_95, upper_95.
    """
    outcomes = {
        str(code): Outcome(
            number=_number(value),
            lower=_number(lower),
            upper=_number(upper),
            verdict="" if pd.isna(band) else SIDES[int(band)],
            reference=_number(reference),
            denominator=_number(denominator),
            standard_error=_number(error),
        )
        for code, band, value, lower, upper, reference, denominator, error in rows.reindex(
            columns=[organisation, *_COLUMNS]
        ).itertuples(index=False)
    }
    return Subject(key, key, title, "indicator", outcomes, unit=unit, widening=widening, exact=exact)


_COLUMNS = ["band", "value", "lower_95", "upper_95", "reference_value", "denominator", "standard_error"]


def subjects_of_measures(figures: pd.DataFrame, measures: Sequence[Measure]) -> dict[str, Subject]:
    """Return the measures of a round's part that have figures."""
    known = figures[figures["value"].notna()]
    named = {one.code: one for one in measures}
    return {
        str(key): subject_of(str(key), named[str(key)].name, named[str(key)].unit, rows, "organisation_code")
        for key, rows in known.groupby("measure")
        if key in named
    }


def values_of(values: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the rows of `values_until` that are of a measure: an indicator, or ``publication/code``."""
    publication, _, code = measure.rpartition("/")
    of_code = values["indicator_code"] == code
    return values[of_code & (values["publication"] == publication)] if publication else values[of_code]


def _number(value: object) -> float:
    return math.nan if value is None or pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]  # a cell of a frame is of any type


def context_of(
    subject: Subject, reference: str, code: str, name: str, noun: str, values: Mapping[str, Series]
) -> Context:
    """Return what one organisation's figure is seen against.

    `reference` is the reference in words, as it is on the funnel; `values` are the published values by
    organisation and period, of this one and of England.
    """
    own = subject.outcomes.get(code, NOTHING)
    drawings = []
    marked = _with_reference(subject, reference)
    among = pictures.funnel(marked, plural(noun), own) or pictures.distribution(marked, plural(noun), own)
    if among and not math.isnan(own.number):
        drawings.append(Drawing(f"Among all {plural(noun)}; the black mark is {name}", among))
    if over_time := trend(subject, {name: values.get(code, ()), "England": values.get(ENGLAND, ())}):
        drawings.append(Drawing("Over time, as published", over_time))
    said = values.get(ENGLAND, ())
    england = f"{figure_in_words(said[-1][1], subject.unit)}, period to {said[-1][0]}" if said else ""
    return Context(england, tuple(drawings))


def _with_reference(subject: Subject, reference: str) -> Subject:
    """Return the subject with words for its reference, without which a funnel has none to draw."""
    outcomes = {
        code: one if math.isnan(one.reference) else one._replace(reference_text=reference)
        for code, one in subject.outcomes.items()
    }
    return Subject(
        subject.key, subject.code, subject.title, subject.level, outcomes, unit=subject.unit,
        widening=subject.widening, exact=subject.exact,
    )  # fmt: skip


def trend(subject: Subject, lines: Mapping[str, Series]) -> str:
    """Return some series over time as one picture, each named at its end; '' where none has two periods."""
    drawn = {name: points for name, points in lines.items() if len(points) > 1}
    if not drawn:
        return ""
    periods = sorted({period for points in drawn.values() for period, _ in points})
    values = [value for points in drawn.values() for _, value in points]
    pad = (max(values) - min(values)) * 0.08 or 0.5
    span = (min(values) - pad, max(values) + pad)
    frame = pictures.Frame((0, len(periods) - 1), span, subject.unit, "end of the data period")
    marks, said = [], []
    for place, (name, points) in enumerate(drawn.items()):
        at = [(periods.index(period), value) for period, value in points]
        line = "L".join(f"{frame.x(x):g} {frame.y(y):g}" for x, y in at)
        marks.append(
            f'<path class="t{" other" if place else ""}" d="M{line}"/>'
            f'<text class="b" x="{frame.x(at[-1][0]):g}" y="{frame.y(at[-1][1]) - 8:g}" text-anchor="end">'
            f"{escape(name)}</text>"
        )
        first, last = points[0], points[-1]
        said.append(f"{name} {first[1]:,.4g} for the period to {first[0]}, {last[1]:,.4g} to {last[0]}")
    floor = pictures.TALL - pictures.BOTTOM + 16
    ends = "".join(
        f'<text x="{frame.x(at):g}" y="{floor}" text-anchor="{anchor}">{escape(periods[at])}</text>'
        for at, anchor in ((0, "start"), (len(periods) - 1, "end"))
    )
    inside = f"{frame.axes()}{ends}{''.join(marks)}"
    finding = f"{subject.title}: {'; '.join(said)}."
    return pictures.drawn(inside, finding, f"trend-{slug(subject.key)}")


def series(values: pd.DataFrame) -> dict[str, list[tuple[str, float]]]:
    """Return values of one measure by organisation: the end of each period and its value, in order."""
    found: dict[str, dict[str, float]] = {}
    for code, end, value in zip(
        values["organisation_code"], values["period_end"], values["value"], strict=True
    ):
        found.setdefault(str(code), {})[f"{end:%Y-%m-%d}"] = float(value)
    return {code: list(points.items()) for code, points in found.items()}
