"""What must agree between the files of an edition: every reference leads somewhere, nothing is there twice.

Belongs here: checks that need more than one row or file; each error names file, line and offender.
Does not belong here: what must hold within one row (the models), reading files (load.py).
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Protocol

from pydantic import ValidationError

from ccg_pipeline.framework.consistency import disagreements
from ccg_pipeline.framework.files import misfit_of
from ccg_pipeline.framework.filling import family_of
from ccg_pipeline.framework.lane_rules import (
    GRADES,
    OVERALL,
    PANEL,
    overall_rule,
    panel_rule,
    points_scale,
    reading_of,
    z_of,
)
from ccg_pipeline.framework.model import FILES, Edition
from ccg_pipeline.framework.rules import LANES
from ccg_pipeline.framework.vocabulary.scoring import Read
from expert_panels.foundation.fault import Fault


class Where(Protocol):
    """Says in which file and line a part of the edition is: field, number in it, steps inside that."""

    def __call__(self, field: str, number: int | None = None, *inside: int | str) -> str:
        """The beginning of an error's sentence: ``indicators.csv, line 7``."""
        ...


def check_tables(edition: Edition, where: Where) -> None:
    """Refuse an edition whose rows disagree with one another: Fault, one sentence, for the first found."""
    _check_uniqueness(edition, where)
    _check_sizes(edition, where)
    _check_indicators(edition, where)
    _check_areas(edition, where)
    _check_publications(edition, where)


def check_rules(edition: Edition, where: Where) -> None:
    """Refuse an edition whose nodes agree, and are not what its lanes ask for, or what is tried of them."""
    _check_points(edition, where)
    _check_nodes(edition, where)
    _check_lanes_and_counts(edition, where)
    _check_names(edition, where)
    _check_variations(edition, where)
    _check_alternatives(edition, where)


def _check_uniqueness(edition: Edition, where: Where) -> None:
    for field, attribute in (
        ("domains", "code"),
        ("areas", "code"),
        ("areas", "slug"),
        ("indicators", "code"),
        ("publications", "key"),
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
    panels = [one for one in edition.areas if one.panel is not None]
    for field, has in (
        ("domains", len(edition.domains)),
        ("areas", len(edition.areas)),
        ("indicators", len(edition.indicators)),
        ("panels", len(panels)),
    ):
        if has != (should := getattr(edition.size, field)):
            said = f"{where('size', None, field)} says {should}"
            raise Fault(f"{FILES.get(field, FILES['areas'])}: {has} {field}, but {said}.")


def _check_areas(edition: Edition, where: Where) -> None:
    domains = [one.code for one in edition.domains]
    panels = [node.key for node in edition.rules.edition.nodes if node.level == PANEL]
    for number, area in enumerate(edition.areas):
        here = f"{where('areas', number)} ({area.code})"
        _known(here, "domain", area.domain, domains)
        if area.panel is not None:
            _known(here, "panel", area.panel, panels)
        if not edition.indicators_of(area.code):
            raise Fault(f"{here}: the area has no indicator in indicators.csv.")
    _refuse_twice("areas", [area.panel or area.code for area in edition.areas], where)


def _check_indicators(edition: Edition, where: Where) -> None:
    areas = [one.code for one in edition.areas]
    publications = [one.key for one in edition.publications]
    for number, one in enumerate(edition.indicators):
        here = f"{where('indicators', number)} ({one.code})"
        _known(here, "area", one.area, areas)
        _known(here, "publication", one.publication, publications)
        if one.points_scale is not None and one.code not in edition.rules.edition.node:
            raise Fault(f"{here}: unknown points_scale {one.points_scale!r}.")
    scales = [one.points_scale for one in edition.indicators]
    for number, measure in enumerate(edition.supplementary):
        here = f"{where('supplementary', number)} ({measure.code})"
        _known(here, "publication", measure.publication, publications)
        if measure.points_scale is not None:
            _known(here, "points_scale", measure.points_scale, filter(None, scales))


def _check_points(edition: Edition, where: Where) -> None:
    for number, one in enumerate(edition.indicators):
        if one.points_scale is None:
            continue
        node = edition.nodes.node[one.code]
        try:
            scale = points_scale(one.points_scale, node)
        except ValueError as error:
            raise Fault(f"{_of_node(edition, node.key, where)}: {error}.") from None
        if scale.is_judgement != (one.kind == "judgement"):
            here = f"{where('indicators', number)} ({one.code})"
            raise Fault(f"{here}: points_scale {one.points_scale!r} is not for kind {one.kind}.")


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


def _check_names(edition: Edition, where: Where) -> None:
    """What framework.yaml and edition.yaml both say must be the same."""
    for name in ("key", "title", "year"):
        own, other = getattr(edition, name), getattr(edition.nodes, name)
        if own != other:
            raise Fault(f"{where(name)}: {own} here, and {other} in edition.yaml.")


def _check_nodes(edition: Edition, where: Where) -> None:
    _check_panels(edition, where)
    _check_overall(edition, where)


def _check_panels(edition: Edition, where: Where) -> None:
    levels = {one.code: one.level for one in edition.supplementary}
    for node in edition.nodes.nodes:
        if node.level != PANEL:
            continue
        here = _of_node(edition, node.key, where)
        if node.key not in [area.panel for area in edition.areas]:
            raise Fault(f"{here}: no area has this panel in areas.csv.")
        try:
            rule = panel_rule(edition.nodes, node, "", ())
        except ValueError as error:
            raise Fault(f"{here}: {error}.") from None
        for code in rule.indicators:
            _known(here, "indicator", code, edition.indicator_codes)
            if edition.nodes.node[reading_of(node.key, code)].nodes_used() != (z_of(code),):
                raise Fault(f"{here}: its reading of {code} takes something else than {z_of(code)}.")
            if edition.indicator(code).better == "none":
                raise Fault(f"{here}: indicator {code!r} has no better side of a reference to be graded by.")
        if rule.minimum_data is not None:
            _known(here, "measure", rule.minimum_data.measure, levels)
            if levels[rule.minimum_data.measure] != "ccg":
                raise Fault(f"{here}: measure {rule.minimum_data.measure!r} is not of level ccg.")


def _check_overall(edition: Edition, where: Where) -> None:
    here = _of_node(edition, OVERALL, where)
    try:
        rule = overall_rule(edition.nodes)
    except ValueError as error:
        raise Fault(f"{here}: {error}.") from None
    if sorted(block.key for block in rule.blocks) != ["finance", "leadership", "performance"]:
        said = ", ".join(block.key for block in rule.blocks)
        raise Fault(f"{here}: blocks are performance, leadership and finance, each once, and not {said}.")
    total = sum(block.weight.value for block in rule.blocks)
    if abs(total - 1) > 1e-9:
        raise Fault(f"{here}: weights must sum to 1, and sum to {total:g}.")
    for block in rule.blocks:
        if block.indicator is not None and edition.indicator(block.indicator).counts_towards_overall:
            raise Fault(
                f"{here}: indicator {block.indicator!r} also counts towards overall in indicators.csv, "
                "and would count twice."
            )
    for code in rule.inadequate_when_red:
        key = str(edition.indicator(code).points_scale)
        _known(f"{here} ({code})", "judgement", rule.inadequate, edition.points_scale(key).labels)


def _check_lanes_and_counts(edition: Edition, where: Where) -> None:
    rounds = edition.nodes.rounds
    if sorted(one.key for one in rounds) != sorted(LANES):
        other = [number for number, one in enumerate(rounds) if one.key not in LANES]
        said = ", ".join(one.key for one in rounds)
        raise Fault(f"{where('rounds', *other[:1])}: rounds must be {' and '.join(LANES)}, and are {said}.")
    for number, lane in enumerate(edition.lanes):
        here = f"{where('rounds', number)} ({lane.key})"
        if not lane.title:
            raise Fault(f"{here}: it has no title, such as Annual assessment.")
        if len(lane.labels) != len(GRADES):
            raise Fault(f"{here}: overall has {len(lane.labels)} labels here, and needs {len(GRADES)}.")
        gate = lane.overall_gate
        if gate is None:
            continue
        if not (lane.has_overall_rating and lane.release == "together"):
            raise Fault(f"{here}: who confirms overall needs that it is shown, and release: together.")
        if not gate.name:
            raise Fault(f"{here}: its gate of {gate.key} has no name.")
    measures = ["overall", *(rule.key for rule in edition.panels)]
    for number, expectation in enumerate(edition.expectations):
        for code in expectation.leaves_out:
            here = f"{where('expectations', number, 'leaves_out', code)} ({expectation.key})"
            _known(here, "indicator", code, edition.indicator_codes)
    for number, count in enumerate(edition.published_counts):
        here = f"{where('published_counts', number)} ({count.year})"
        _known(here, "measure", count.measure, measures)


def _check_variations(edition: Edition, where: Where) -> None:
    for number, variation in enumerate(edition.variations):
        here = where("variations", number)
        _known(here, "parameter", variation.parameter, edition.nodes.parameters)
        stated = edition.nodes.parameters[variation.parameter].value
        if isinstance(stated, str):
            _known(here, "choice", stated, variation.options)
        elif variation.low is None or variation.high is None:
            raise Fault(f"{here}: {variation.parameter!r} is a number and needs low and high, not choices.")
        elif not variation.low <= stated <= variation.high:
            low, high = variation.low, variation.high
            raise Fault(f"{here}: {variation.parameter!r} is {stated:g}, outside {low:g} to {high:g}.")
    for end in (0, 0.999):
        changed = edition.with_parameters({one.parameter: one.at(end) for one in edition.variations})
        _check_distances(edition, changed, FILES["variations"])


def _check_alternatives(edition: Edition, where: Where) -> None:
    for number, alternative in enumerate(edition.alternatives):
        for name, value in alternative.values.items():
            here = f"{where('alternatives', number, 'values', name)} ({alternative.key})"
            _known(here, "parameter", name, edition.nodes.parameters)
            if isinstance(value, str) != isinstance(edition.nodes.parameters[name].value, str):
                raise Fault(f"{here}: {name!r} cannot be {value!r}.")
        if not alternative.values:
            continue
        here = f"{where('alternatives', number, 'values')} ({alternative.key})"
        changed = edition.with_parameters(alternative.values)
        try:
            for _, sentence in disagreements(changed.nodes):
                raise Fault(f"{here}: {sentence}.")
            _check_nodes(changed, partial(_always, here))
        except ValidationError as error:
            raise Fault(f"{here}: {misfit_of(error).sentence()}.") from None
        _check_distances(edition, changed, here)


def _always(here: str, *_: object) -> str:
    """The same place, whatever is asked."""
    return here


def _check_distances(edition: Edition, changed: Edition, here: str) -> None:
    """Others are tried on figures already set against their reference, so that no distance may change."""
    for node in edition.nodes.nodes:
        if isinstance(node.steps[0], Read) and changed.nodes.node[node.key] != node:
            raise Fault(
                f"{here}: a parameter changes {node.key}, and others are tried on distances as they are."
            )


def _of_node(edition: Edition, key: str, where: Where) -> str:
    """The file and line where a node is written, and its key."""
    family = edition.nodes.node[key].family
    number = [family_of(one) for one in edition.rules.families].index(family)
    return f"{where('rules', number)} ({key})"


def _known(here: str, what: str, offender: str, known: Iterable[str]) -> None:
    if offender not in known:
        raise Fault(f"{here}: unknown {what} {offender!r}.")


def _refuse_twice(field: str, names: Sequence[str], where: Where) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise Fault(f"{where(field, number)}: {name!r} is there twice.")
