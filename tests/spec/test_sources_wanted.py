"""What editions want together, and how each measure of it is checked.

Belongs here: unions of editions, and their fingerprints.
Does not belong here: files of what nobody wants (tests/unit/sources).
"""

from pathlib import Path

import pytest

from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.wanted import Measure, Wanted, measure_of, wanted_by
from ccg_pipeline.sources.catalogue import read_file
from expert_panels.foundation.fault import Fault
from tests.unit.sources.readings import without
from tests.unit.sources.small_files import DECLARED_HEADER, write_lines

IAF = load_edition()
LINE = "declared,{},{},2016-04-01,2016-06-30,2016-09-08,00C,,1,4,25,,,,"


def test_editions_want_the_union_of_their_measures() -> None:
    nof = edition_named("nof_2025_26")
    both = wanted_by(IAF, nof)
    assert set(both.measures) == set(wanted_by(IAF).measures) | set(nof.measures)
    asked = both.measures["nof/OF0086"], both.measures["nof/trust_type"]
    assert [(one.kind, one.organisation) for one in asked] == [("figure", "trust"), ("judgement", "trust")]
    assert both.measure("nof", "OF0086") == asked[0]
    assert both.measure("rtt", "OF0086") is None


def test_of_a_measure_that_two_editions_read_the_first_says_how_it_is_checked() -> None:
    strict, loose = (Wanted({"a/x": Measure("a/x", kind)}, {}) for kind in ("proportion", "figure"))
    assert wanted_by(strict, loose).measures["a/x"].kind == "proportion"
    assert wanted_by(loose, strict).measures["a/x"].kind == "figure"


def test_two_measures_of_one_code_are_refused() -> None:
    names = [measure_of(publication, "x") for publication in ("a", "b")]
    apart = [Wanted({name: Measure(name)}, {}) for name in names]
    with pytest.raises(Fault, match=r"^The measures a/x and b/x have one code"):
        wanted_by(*apart)


@pytest.mark.parametrize(
    ("years", "since"),
    [
        (("2015",), "2012-01-01"),
        (("2014",), "2011-01-01"),
        (("1995-96",), "1992-01-01"),
        (("2025-26", "2005", "2011"), "2002-01-01"),
    ],
)
def test_of_periods_long_before_the_earliest_edition_nothing_is_asked(
    years: tuple[str, ...], since: str
) -> None:
    nof = edition_named("nof_2025_26")
    editions = [nof.model_copy(update={"year": year}) for year in years]
    both = wanted_by(IAF, *editions)
    assert str(both.since) == since
    assert (both.fingerprint() == wanted_by(IAF, nof).fingerprint()) == (since == "2012-01-01")
    assert wanted_by(IAF, both).since == both.since


@pytest.mark.parametrize(("change", "is_other"), [("kind", True), ("publication", False)])
def test_what_is_asked_of_a_publication_has_a_fingerprint(change: str, is_other: bool) -> None:
    before = Wanted({"a/x": Measure("a/x"), "b/y": Measure("b/y")}, {})
    other = Measure("a/x", "proportion") if change == "kind" else Measure("a/x")
    after = Wanted({"a/x": other, "b/y": Measure("b/y"), "c/z": Measure("c/z")}, {})
    assert (before.fingerprint("a") != after.fingerprint("a")) == is_other
    assert before.fingerprint() != after.fingerprint()
    assert before.fingerprint("c") == ""


def test_a_declared_file_of_a_dropped_indicator_is_counted(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "own.csv", DECLARED_HEADER, LINE.format("satod", "101a"))
    assert read_file(path, IAF).source_file.rows_used == 1
    file = read_file(path, without(IAF, "101a")).source_file
    assert (file.rows_used, file.rows_not_asked_for) == (0, 1)
