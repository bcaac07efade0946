"""No number of the edition without a provenance: neither in its files, nor lost on the way to the list."""

import copy
import csv
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from ccg_pipeline.framework.expectations import PublishedCount
from ccg_pipeline.framework.files import EDITIONS
from ccg_pipeline.framework.indicators import Indicator, Supplementary
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import FILES, Area, Edition, Framework, Publication
from ccg_pipeline.framework.provenance import Choice, Frozen, Provenance, Sourced
from ccg_pipeline.framework.robustness import Alternative
from ccg_pipeline.framework.variations import Variation
from expert_panels.foundation.strict_yaml import parse

FOLDER = EDITIONS / "iaf_2016_17"
OTHERS = [field for field in FILES if field != "rules"]
DOCUMENTS: dict[str, Any] = {"framework.yaml": Framework, "robustness.yaml": tuple[Alternative, ...]}
TABLES: dict[str, type[Frozen]] = {
    "areas.csv": Area,
    "indicators.csv": Indicator,
    "supplementary.csv": Supplementary,
    "publications.csv": Publication,
    "published_counts.csv": PublishedCount,
    "variations.csv": Variation,
}
GIVEN = {"indicators.csv": {"max_age_months": "36"}, "supplementary.csv": {"max_age_months": "36"}}

# No choice of the method: what a unit means, and copies of a number that is listed elsewhere.
NOT_LISTED = {
    (Indicator, "scale"),
    (Indicator, "max_age_months"),
    (Supplementary, "max_age_months"),
    (PublishedCount, "total"),
}


@pytest.fixture(scope="module")
def edition() -> Edition:
    return load_edition()


def test_every_number_of_the_edition_is_listed(edition: Edition) -> None:
    unlisted = [
        f"{type(model).__name__}.{name}"
        for field in OTHERS
        for model in models_in(getattr(edition, field))
        for name in numeric_fields(model)
        if (type(model), name) not in NOT_LISTED and name not in {one.item for one in model.stated()}
    ]
    assert unlisted == []


def test_a_number_that_nothing_lists_is_seen_by_the_test_above() -> None:
    class Careless(Frozen):
        weight: float
        cuts: tuple[float, ...]
        is_fine: bool

    assert numeric_fields(Careless(weight=1, cuts=(1, 2), is_fine=True)) == ["weight", "cuts"]


def test_every_sourced_number_and_choice_is_listed_once(edition: Edition) -> None:
    sourced = [
        model
        for field in OTHERS
        for model in models_in(getattr(edition, field))
        if isinstance(model, Sourced | Choice)
    ]
    stated = [
        one for field in OTHERS for model in models_in(getattr(edition, field)) for one in model.stated()
    ]
    listed = list(edition.numbers())
    of_nodes = [one for one in listed if one.file == FILES["rules"]]
    assert len(listed) - len(of_nodes) == len(sourced) + len(stated)
    assert len({(one.file, one.item) for one in listed}) == len(listed)


def test_every_rule_and_number_of_a_node_is_listed_once_or_is_that_of_a_row(edition: Edition) -> None:
    listed = {(one.value, one.provenance, one.source) for one in edition.numbers()}
    rows = {one.source for one in edition.indicators} | {one.standard_source for one in edition.indicators}
    # cells of indicators.csv, and a code in the name
    of_rows = {"{publication}", "per", "widen", "exact", "below"}
    unlisted = {
        one.item.rpartition(" / ")[2]
        for one in edition.nodes.numbers()
        if not one.parameter and (one.value, one.provenance, one.source) not in listed
        if one.source not in rows
    }
    assert unlisted <= of_rows


def test_each_listed_number_says_where_it_comes_from(edition: Edition) -> None:
    for one in edition.numbers():
        assert one.provenance in get_args(Provenance), one
        assert len(one.source) > 5, one
        assert (FOLDER / one.file).is_file(), one


def test_every_file_has_numbers_but_the_two_that_only_name_things(edition: Edition) -> None:
    names_only = {"areas.csv", "supplementary.csv"}
    assert {one.file for one in edition.numbers()} == set(FILES.values()) - names_only


def test_assumed_is_what_is_marked_so_in_the_files(edition: Edition) -> None:
    items = {one.item for one in edition.assumed()}
    assert {one.provenance for one in edition.assumed()} == {"assumed"}
    assert "parameters / limit_of_bands" in items
    assert "131a / counts_towards_overall" in items
    assert "parameters / leadership_green_points" in items
    assert "conventions / apportionment" in items
    assert "nodes / diabetes / steps / 1 / cells / 1" in items
    assert "nodes / dementia / steps / 1 / cells / 1" not in items
    assert "parameters / good_at" not in items


@pytest.mark.parametrize("file", DOCUMENTS)
def test_a_yaml_number_that_loses_its_provenance_is_refused(file: str) -> None:
    adapter = TypeAdapter(DOCUMENTS[file])
    data = parse((FOLDER / file).read_text(encoding="utf-8"), "").data
    adapter.validate_python(data)
    tried = 0
    for path in places_of(data, "provenance"):
        for key in ("provenance", "source"):
            without = copy.deepcopy(data)
            part = without
            for step in path:
                part = part[step]
            del part[key]
            tried += 1
            with pytest.raises(ValidationError, match=key):
                adapter.validate_python(without)
    assert tried > 10


@pytest.mark.parametrize("file", TABLES)
def test_a_row_that_loses_a_provenance_is_refused(file: str) -> None:
    with (FOLDER / file).open(encoding="utf-8", newline="") as opened:
        rows = [{k: v for k, v in row.items() if v} | GIVEN.get(file, {}) for row in csv.DictReader(opened)]
    assert rows
    for row in rows:
        TABLES[file].model_validate(row)
        for column in row:
            if column.endswith(("provenance", "source")):
                without = {name: cell for name, cell in row.items() if name != column}
                with pytest.raises(ValidationError):
                    TABLES[file].model_validate(without)


@pytest.mark.parametrize("provenance", ["guessed", "", "FOUND", None])
def test_a_provenance_is_one_of_four_words(provenance: object) -> None:
    with pytest.raises(ValidationError):
        Sourced.model_validate({"value": 1, "provenance": provenance, "source": "a book"})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", True, None])
def test_a_sourced_value_is_a_finite_number(value: object) -> None:
    with pytest.raises(ValidationError):
        Sourced.model_validate({"value": value, "provenance": "found", "source": "a book"})


def test_nothing_can_be_changed_once_read(edition: Edition) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        edition.max_age_months.value = 1.0  # type: ignore[misc]  # that it cannot be is the point


def models_in(thing: object) -> Iterator[Frozen]:
    if isinstance(thing, Frozen):
        yield thing
        for name in type(thing).model_fields:
            yield from models_in(getattr(thing, name))
    elif isinstance(thing, tuple):
        for one in thing:
            yield from models_in(one)
    elif isinstance(thing, dict):
        for one in thing.values():
            yield from models_in(one)


def numeric_fields(model: BaseModel) -> list[str]:
    if isinstance(model, Sourced):
        return []
    found = []
    for name in type(model).model_fields:
        if name == "rows":  # of a matrix, listed as "row 1" to "row 4"
            continue
        value = getattr(model, name)
        leaves = value if isinstance(value, tuple) else (value,)
        if any(isinstance(leaf, int | float) and not isinstance(leaf, bool) for leaf in leaves):
            found.append(name)
    return found


def places_of(data: Any, key: str, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(data, dict):
        if key in data:
            yield path
        for name, value in data.items():
            yield from places_of(value, key, (*path, name))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from places_of(value, key, (*path, number))
