"""What must agree between the files of an edition: every reference leads somewhere, nothing is there twice.

Belongs here: checks that need more than one row or file; each error names file, line and offender.
Does not belong here: what must hold within one row (the models), reading files (load.py).
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from pydantic import ValidationError

from ccg_pipeline.framework.model import FILES, Edition
from expert_panels.foundation.fault import Fault


class Where(Protocol):
    """Says in which file and line a part of the edition is: field, number in it, steps inside that."""

    def __call__(self, field: str, number: int | None = None, *inside: int | str) -> str:
        """The beginning of an error's sentence: ``indicators.csv, line 7``."""
        ...


def check_agreement(edition: Edition, where: Where) -> None:
    """Refuse an edition whose parts disagree: Fault, one sentence, for the first fault found."""
    _check_uniqueness(edition, where)
    _check_sizes(edition, where)
    _check_indicators(edition, where)
    _check_areas(edition, where)
    _check_publications(edition, where)
    _check_panels(edition, where)
    _check_overall(edition, where)
    _check_lanes_and_counts(edition, where)
    _check_variations(edition, where)
    _check_alternatives(edition, where)


def _check_uniqueness(edition: Edition, where: Where) -> None:
    for field, attribute in (
        ("domains", "code"),
        ("areas", "code"),
        ("areas", "slug"),
        ("indicators", "code"),
        ("publications", "key"),
        ("points_scales", "key"),
        ("panels", "key"),
        ("lanes", "key"),
        ("expectations", "key"),
        ("published_counts", "key"),
        ("variations", "key"),
        ("alternatives", "key"),
    ):
        _refuse_twice(field, [getattr(one, attribute) for one in getattr(edition, field)], where)
    # One column holds the codes of both, so they must differ from each other too.
    taken = set(edition.indicator_codes)
    for number, measure in enumerate(edition.supplementary):
        if measure.code in taken:
            raise Fault(f"{where('supplementary', number)}: code {measure.code!r} is there twice.")
        taken.add(measure.code)


def _check_sizes(edition: Edition, where: Where) -> None:
    for field in ("domains", "areas", "indicators", "panels"):
        has, should = len(getattr(edition, field)), getattr(edition.size, field)
        if has != should:
            said = f"{where('size', None, field)} says {should}"
            raise Fault(f"{FILES[field]}: {has} {field}, but {said}.")


def _check_areas(edition: Edition, where: Where) -> None:
    domains = [one.code for one in edition.domains]
    panels = {rule.key: rule.area for rule in edition.panels}
    for number, area in enumerate(edition.areas):
        here = f"{where('areas', number)} ({area.code})"
        _known(here, "domain", area.domain, domains)
        if area.panel is not None:
            _known(here, "panel", area.panel, panels)
            if panels[area.panel] != area.code:
                raise Fault(
                    f"{here}: panel {area.panel!r} rates area {panels[area.panel]!r} in clinical.yaml."
                )
        if not edition.indicators_of(area.code):
            raise Fault(f"{here}: the area has no indicator in indicators.csv.")


def _check_indicators(edition: Edition, where: Where) -> None:
    areas = [one.code for one in edition.areas]
    publications = [one.key for one in edition.publications]
    scales = [one.key for one in edition.points_scales]
    for number, one in enumerate(edition.indicators):
        here = f"{where('indicators', number)} ({one.code})"
        _known(here, "area", one.area, areas)
        _known(here, "publication", one.publication, publications)
        if one.points_scale is not None:
            _known(here, "points_scale", one.points_scale, scales)
            if edition.points_scale(one.points_scale).is_judgement != (one.kind == "judgement"):
                raise Fault(f"{here}: points_scale {one.points_scale!r} is not for kind {one.kind}.")
    for number, measure in enumerate(edition.supplementary):
        here = f"{where('supplementary', number)} ({measure.code})"
        _known(here, "publication", measure.publication, publications)
        if measure.points_scale is not None:
            _known(here, "points_scale", measure.points_scale, scales)
    used = {one.points_scale for one in edition.indicators}
    used |= {one.points_scale for one in edition.supplementary}
    for number, scale in enumerate(edition.points_scales):
        if scale.key not in used:
            raise Fault(f"{where('points_scales', number)}: nothing uses the scale {scale.key!r}.")


def _check_publications(edition: Edition, where: Where) -> None:
    used = {one.publication for one in edition.indicators}
    used |= {one.publication for one in edition.supplementary}
    for number, publication in enumerate(edition.publications):
        if publication.read_for == "figures" and publication.key not in used:
            raise Fault(f"{where('publications', number)}: nothing uses the publication {publication.key!r}.")
        if publication.read_for != "figures" and publication.key in used:
            raise Fault(
                f"{where('publications', number)} ({publication.key}): read_for is "
                f"{publication.read_for!r}, but "
                "an indicator or a supplementary measure takes its figures from it."
            )


def _check_panels(edition: Edition, where: Where) -> None:
    areas = {one.code: one.panel for one in edition.areas}
    measures = [one.code for one in edition.supplementary]
    for number, rule in enumerate(edition.panels):
        here = f"{where('panels', number, 'area')} ({rule.key})"
        _known(here, "area", rule.area, areas)
        if areas[rule.area] != rule.key:
            raise Fault(f"{here}: area {rule.area!r} has not this panel in areas.csv.")
        here = f"{where('panels', number, 'indicators')} ({rule.key})"
        for code in rule.indicators:
            _known(here, "indicator", code, edition.indicator_codes)
            one = edition.indicator(code)
            if one.standard_error == "none" or one.direction == "no_direction":
                raise Fault(f"{here}: indicator {code!r} has no better side of a reference to be graded by.")
        here = f"{where('panels', number, 'shown')} ({rule.key})"
        for code in rule.shown:
            _known(here, "indicator", code, edition.indicator_codes)
        if rule.minimum_data is not None:
            here = f"{where('panels', number, 'minimum_data', 'measure')} ({rule.key})"
            _known(here, "measure", rule.minimum_data.measure, measures)
            if edition.measure(rule.minimum_data.measure).level != "ccg":
                raise Fault(f"{here}: measure {rule.minimum_data.measure!r} is not of level ccg.")


def _check_overall(edition: Edition, where: Where) -> None:
    rule = edition.overall
    for number, block in enumerate(rule.blocks):
        if block.indicator is not None:
            here = f"{where('overall', None, 'blocks', number, 'indicator')} ({block.key})"
            _judged(here, block.indicator, edition)
            if edition.indicator(block.indicator).counts_towards_overall:
                raise Fault(
                    f"{here}: indicator {block.indicator!r} also counts towards overall in indicators.csv, "
                    "and would count twice."
                )
    for field, codes in (("inadequate_when_red", rule.inadequate_when_red), ("required", rule.required)):
        here = where("overall", None, field)
        for code in codes:
            _judged(here, code, edition)
            key = edition.indicator(code).points_scale
            labels = edition.points_scale(key).labels if key is not None else ()
            if field == "inadequate_when_red":
                _known(f"{here} ({code})", "judgement", rule.inadequate_rule.value, labels)
                # so that whoever moderates a block's judgement moves all that rests on it
                _known(here, "block of indicator", code, [str(block.indicator) for block in rule.blocks])


def _check_lanes_and_counts(edition: Edition, where: Where) -> None:
    lanes = sorted(lane.key for lane in edition.lanes)
    if lanes != ["annual", "interim"]:
        raise Fault(f"{where('lanes')}: lanes must be interim and annual, not {', '.join(lanes)}.")
    for number, lane in enumerate(edition.lanes):
        if len(set(lane.labels)) < len(lane.labels):
            raise Fault(f"{where('lanes', number, 'labels')} ({lane.key}): a label is there twice.")
        if lane.overall_gate is not None and lane.overall_gate.key in [rule.key for rule in edition.panels]:
            here = where("lanes", number, "overall_gate", "key")
            raise Fault(f"{here} ({lane.key}): {lane.overall_gate.key!r} is a panel.")
    measures = ["overall", *(rule.key for rule in edition.panels)]
    for number, expectation in enumerate(edition.expectations):
        for code in expectation.leaves_out:
            here = f"{where('expectations', number, 'leaves_out', code)} ({expectation.key})"
            _known(here, "indicator", code, edition.indicator_codes)
    for number, count in enumerate(edition.published_counts):
        here = f"{where('published_counts', number)} ({count.year})"
        _known(here, "measure", count.measure, measures)


def _check_variations(edition: Edition, where: Where) -> None:
    values = {(one.file, one.item): one.value for one in edition.numbers()}
    for number, variation in enumerate(edition.variations):
        here = where("variations", number)
        stated = values.get((variation.file, variation.item))
        if stated is None:
            raise Fault(f"{here}: {variation.file} has no number {variation.item!r}.")
        if isinstance(stated, str):
            _known(here, "choice", stated, variation.options)
        elif variation.low is None or variation.high is None:
            raise Fault(f"{here}: {variation.item!r} is a number and needs low and high, not choices.")
        elif not variation.low <= stated <= variation.high:
            raise Fault(
                f"{here}: {variation.item!r} is {stated:g}, outside {variation.low:g} to {variation.high:g}."
            )
    try:
        edition.with_values({(one.file, one.item): one.at(0) for one in edition.variations})
    except KeyError as error:
        raise Fault(f"{FILES['variations']}: {error.args[0]}.") from None


def _check_alternatives(edition: Edition, where: Where) -> None:
    kinds = {(one.file, one.item): type(one.value) for one in edition.numbers()}
    for number, alternative in enumerate(edition.alternatives):
        for (file, item), value in alternative.numbers.items():
            here = f"{where('alternatives', number, 'values', file, item)} ({alternative.key})"
            try:
                edition.with_values({(file, item): value})
            except KeyError:
                raise Fault(f"{here}: {file} has no number {item!r}.") from None
            if isinstance(value, str) != (kinds[file, item] is str):
                raise Fault(f"{here}: {item!r} cannot be {value!r}.")
        changed = edition.with_values(alternative.numbers)
        try:
            for part in (changed.banding, changed.overall, *changed.panels):
                type(part).model_validate(part.model_dump())
        except ValidationError as error:
            here = f"{where('alternatives', number, 'values')} ({alternative.key})"
            sentence = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise Fault(f"{here}: {sentence}.") from None


def _judged(here: str, code: str, edition: Edition) -> None:
    _known(here, "indicator", code, edition.indicator_codes)
    if edition.indicator(code).kind != "judgement":
        raise Fault(f"{here}: indicator {code!r} is no judgement.")


def _known(here: str, what: str, offender: str, known: Iterable[str]) -> None:
    if offender not in known:
        raise Fault(f"{here}: unknown {what} {offender!r}.")


def _refuse_twice(field: str, names: Sequence[str], where: Where) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise Fault(f"{where(field, number)}: {name!r} is there twice.")
