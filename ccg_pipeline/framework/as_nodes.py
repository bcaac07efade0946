"""The rules of an edition of two lanes as nodes of the vocabulary, which the one engine runs.

Belongs here: from indicators, points scales, panels and blocks to nodes, each number with its own source.
Does not belong here: the rules as their files state them (rules.py, panels.py), running them (method).
"""

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

from ccg_pipeline.framework.edition import Edition as EditionOfNodes
from ccg_pipeline.framework.edition import Node
from ccg_pipeline.framework.indicators import Indicator, Supplementary
from ccg_pipeline.framework.panels import PanelRule
from ccg_pipeline.framework.provenance import Choice, Sourced

if TYPE_CHECKING:  # an edition knows its nodes
    from ccg_pipeline.framework.model import Edition

Part = dict[str, Any]
OVERALL, PERFORMANCE = "overall", "performance"
RATING, SIGNIFICANCE = "rating", "significance"
"""The scale of panels and of the overall rating, and that of a panel's own reading of an indicator."""
GRADES = (1, 2, 3, 4)
TAKEN: Part = {"provenance": "derived", "source": "It is read once, and used by its area and by its panel"}


def z_of(code: str) -> str:
    """Return the node of an indicator's distance from its reference."""
    return f"{code}.z"


def area_of(code: str) -> str:
    """Return the node of an area's score."""
    return f"area.{code}"


def reading_of(panel: str, code: str) -> str:
    """Return the node of a panel's own reading of an indicator, in four grades."""
    return f"{panel}.{code}"


def nodes_of(edition: "Edition") -> EditionOfNodes:
    """Return an edition's rules as nodes, with no more rounds than the engine asks for.

    Where a test has left an indicator out, the nodes that use it are there and cannot be run.
    """
    lane = edition.lanes[-1]
    said = {"provenance": lane.provenance, "source": lane.source}
    measures = dict.fromkeys(one.minimum_data.measure for one in edition.panels if one.minimum_data)
    nodes = [
        *(node for one in edition.indicators for node in _of_indicator(edition, one)),
        *_of_areas(edition),
        *(_node(code, "measure", _read(edition.measure(code))) for code in measures),
        *(node for one in edition.panels for node in _of_panel(one)),
        *_of_overall(edition),
    ]
    labels = [str(grade) for grade in GRADES]
    return EditionOfNodes.model_validate(
        {
            "key": edition.key,
            "title": edition.title,
            "year": edition.year,
            "organisation": "organisation",
            "scales": [{"key": RATING, "labels": lane.labels}, {"key": SIGNIFICANCE, "labels": labels}],
            "nodes": nodes,
            "rounds": [{"key": lane.key, "every": "year", **said}],
        }
    )


def _of_indicator(edition: "Edition", one: Indicator) -> Iterator[Node]:
    """Distance and points of what has a standard error; points of a judgement or of milestones."""
    name, own = one.name, {"provenance": one.provenance, "source": one.source}
    if one.points_scale is not None:
        scale = edition.points_scale(one.points_scale)
        points = [_number(level.points) for level in scale.levels]
        said = _said(scale.levels[0].points)
        if scale.is_judgement:
            given = dict(zip(scale.labels, points, strict=True))
            yield _node(
                one.code,
                "indicator",
                {"do": "labels", "measure": one.measure, "points": given, **said},
                name=name,
            )
            return
        edges = [level.at_least for level in scale.levels]
        levels = [{"at_least": edge, "points": each} for edge, each in zip(edges, points, strict=True)]
        yield _node(
            one.code,
            "indicator",
            _read(one),
            {
                "do": "put", "by": "score", "value": None,
                "when": {"all_of": [{"of": one.code, "below": edges[-1]}]},
                "because": "It is on no level of the scale", **said,
            },
            {"do": "steps", "levels": levels[:-1], "below": points[-1], **said},
            name=name,
        )  # fmt: skip
        return
    rule = edition.banding
    standard = {} if one.standard is None else {
        "standard": {
            "value": one.standard, "provenance": one.standard_provenance, "source": one.standard_source
        }
    }  # fmt: skip
    phi = {} if one.sampling_phi is None else {
        "phi": {
            "value": one.sampling_phi,
            "provenance": one.sampling_phi_provenance,
            "source": one.sampling_phi_source,
        }
    }  # fmt: skip
    distance = {
        "do": "distance",
        "error": one.standard_error,
        "per": one.scale,
        **phi,
        **standard,
        "widen": one.overdispersion,
        "winsorise": _number(rule.winsorise),
        "extremes": rule.extremes_are,
        "widen_above": _number(rule.widen_above_phi),
        "reference_needs": _number(rule.reference_needs),
        **own,
    }
    shared = {} if one.drawn_by is None else {"drawn_by": one.drawn_by}
    read = {**_read(one), "better": one.better, **shared}
    yield _node(z_of(one.code), "distance", read, distance, name=name)
    cut = rule.cut.value
    if one.better == "none":
        outside = {"at_least": cut, "points": _number(rule.range_outside)}
        steps = {"magnitude": True, "levels": [outside], "below": _number(rule.range_inside)}
    else:
        steps = {"levels": [{"at_least": cut, "points": 2}, {"above": -cut, "points": 1}], "below": 0}
    yield _node(
        one.code, "indicator", _taken(one.code), {"do": "steps", **steps, **_said(rule.cut)}, name=name
    )


def _of_areas(edition: "Edition") -> Iterator[Node]:
    for area in edition.areas:
        of = [{"node": one.code} for one in edition.indicators_of(area.code)]
        if of:
            own = {"provenance": area.provenance, "source": area.source}
            yield _node(area_of(area.code), "area", {"do": "mean", "of": of, **own}, name=area.name)


def _of_panel(rule: PanelRule) -> Iterator[Node]:
    """The four grades of each indicator as the panel reads it, and what they come to."""
    own = {"provenance": rule.provenance, "source": rule.source}
    limit, said = rule.grading.significant_at.value, _said(rule.grading.significant_at)
    if rule.mean is not None:
        worth: list[Any] = [_number(one) for one in rule.mean.scores]
        way, graded = "higher", {"do": "cuts", "at": worth[:-1], **own}
    else:
        worth = [float(grade) for grade in GRADES]
        way, graded = "lower", {"do": "as_scored", **own}
    edges = ({"at_least": limit}, {"at_least": 0.0}, {"above": -limit})
    levels = [{**edge, "points": one} for edge, one in zip(edges, worth, strict=False)]
    steps = {"do": "steps", "levels": levels, "below": worth[-1], "better": way, **said}
    for code in rule.indicators:
        yield _node(reading_of(rule.key, code), "graded", _taken(code), steps, graded, scale=SIGNIFICANCE)
    of = [{"node": reading_of(rule.key, code)} for code in rule.indicators]
    if rule.mean is not None:
        least = _number(rule.minimum_indicators)
        combined = {"do": "mean", "least": least, "of": of, **own}
        rated: Part = {"do": "cuts", "at": [_number(one) for one in rule.mean.cuts], **own}
    else:
        assert rule.matrix is not None  # one of the two is there
        cells = [
            {"when": grades, "gives": rule.matrix.rows[grades[0] - 1][grades[1] - 1]}
            for grades in product(GRADES, repeat=2)
        ]
        from_where = {"provenance": rule.matrix.provenance, "source": rule.matrix.source}
        combined = {"do": "look_up", "better": "lower", "of": of, "cells": cells, **from_where}
        rated = {"do": "as_scored", **from_where}
    steps_of_all = [combined, rated]
    if (short := rule.minimum_data) is not None:
        when = {"all_of": [{"of": short.measure, "below": _number(short.below)}]}
        because = f"{short.measure} is below {short.below.value:g}"
        steps_of_all.append(
            {
                "do": "put", "when": when, "value": short.grade, "if_unknown": "none", "even_unrated": True,
                "because": because, "provenance": short.provenance, "source": short.source,
            }
        )  # fmt: skip
    yield _node(rule.key, "panel", *steps_of_all, name=rule.name, scale=RATING)


def _of_overall(edition: "Edition") -> Iterator[Node]:
    """Performance and the three blocks; nothing where a judgement or all that counts is left out."""
    rule = edition.overall
    counting = [{"node": one.code} for one in edition.indicators if one.counts_towards_overall]
    judged = [block.indicator for block in rule.blocks if block.indicator is not None]
    if not counting or not set(judged) <= set(edition.indicator_codes):
        return
    fill = {} if rule.points_of_missing != rule.points_of_missing else {"fill": rule.points_of_missing}
    yield _node(PERFORMANCE, "block", {"do": "mean", "of": counting, **fill, **_said(rule.missing)})
    of = [{"node": block.indicator or PERFORMANCE, "weight": _number(block.weight)} for block in rule.blocks]
    red = [
        {"of": edition.indicator(code).measure, "says": [rule.inadequate_rule.value]}
        for code in rule.inadequate_when_red
    ]
    yield _node(
        OVERALL,
        "overall",
        {"do": "mean", "of": of, "required": rule.required, **_said(rule.blocks[0].weight)},
        {"do": "cuts", "at": [_number(rule.outstanding_at), _number(rule.good_at)], **_said(rule.good_at)},
        {
            "do": "put", "when": {"all_of": red}, "value": 4.0,
            "because": f"All of {', '.join(rule.inadequate_when_red)} are {rule.inadequate_rule.value}",
            **_said(rule.inadequate_rule),
        },
        scale=RATING,
    )  # fmt: skip


def _node(key: str, level: str, *steps: Part, name: str = "", scale: str | None = None) -> Node:
    return Node.model_validate({"key": key, "name": name, "level": level, "scale": scale, "steps": steps})


def _read(one: Indicator | Supplementary) -> Part:
    return {"do": "read", "measure": one.measure, "provenance": one.provenance, "source": one.source}


def _taken(code: str) -> Part:
    return {"do": "take", "of": [{"node": z_of(code)}], **TAKEN}


def _number(one: Sourced) -> Part:
    return {"value": one.value, **_said(one)}


def _said(one: Sourced | Choice) -> Part:
    return {"provenance": one.provenance, "source": one.source}
