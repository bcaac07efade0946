"""Files in the declared layout for an edition of any framework, about organisations of any kind.

Belongs here: rows of measures that such an edition reads, in; observations and fates, out.
Does not belong here: the faults of figures, which are the same for all (test_sources_row_faults.py).
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.wanted import Measure, Wanted, wanted_by
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.result import Reading, Refused
from ccg_pipeline.tables.column import Basis
from ccg_pipeline.tables.conform import conform
from ccg_pipeline.tables.observations import SOURCE_OBSERVATION
from ccg_pipeline.tables.schema import schema_of
from tests.unit.sources.small_files import DECLARED_HEADER, write_lines

MEASURES = (
    Measure("survey/waiting", organisation="hospital"),
    Measure("survey/verdict", "judgement", "hospital"),
    Measure("survey/share", "proportion", "hospital", 100.0),
    Measure("survey/clean", organisation="hospital", least=0, most=100),
    Measure("elsewhere/beds", organisation="hospital"),
)
WANTED = wanted_by(load_edition(), Wanted({one.name: one for one in MEASURES}, {}))
HEADER = DECLARED_HEADER.replace(",indicator,", ",measure,")
ROWS = [
    # measure, organisation, numerator,denominator,value,lower,upper,judgement; status, value or judgement
    ("waiting", "H1", ",,12.5,,,", "published", 12.5),
    ("survey/waiting", "H1", ",,12.5,,,", "published", 12.5),
    ("waiting", "010001", ",,-3,,,", "published", -3.0),
    ("waiting", "NA", ",,7,,,", "published", 7.0),
    ("waiting", "U", ",,7,,,", "published", 7.0),
    ("waiting", "h-2", ",,*,,,", "suppressed", None),
    ("waiting", "H1", ",,,,,", "missing", None),
    ("verdict", "H1", ",,,,,Fair enough", "published", "Fair enough"),
    ("share", "H1", "1,4,,,,", "published", 25.0),
]
FATES = [
    # measure, organisation, figures; used, not asked for, no organisation, quarantined; reason
    ("waiting", "H1", ",,1,,,", (1, 0, 0, 0), ""),
    ("beds_of_others", "H1", ",,1,,,", (0, 1, 0, 0), ""),
    ("beds", "H1", ",,1,,,", (0, 0, 0, 1), "indicator 'beds' does not come from survey"),
    ("101a", "00C", "1,4,,,,", (0, 0, 0, 1), "indicator '101a' does not come from survey"),
    ("waiting", "", ",,1,,,", (0, 0, 0, 1), "the row has figures but no organisation code"),
    ("waiting", "", ",,,,,", (0, 0, 1, 0), ""),
    ("waiting", "H1", ",,long,,,", (0, 0, 0, 1), "value is 'long', which is no figure"),
    ("clean", "H1", ",,100,,,", (1, 0, 0, 0), ""),
    ("clean", "H1", ",,6900,,,", (0, 0, 0, 1), "value '6900' is above what its unit allows"),
    ("clean", "H1", ",,-1,,,", (0, 0, 0, 1), "value '-1' is below what its unit allows"),
    ("share", "H1", "5,4,,,,", (0, 0, 0, 1), "numerator is above denominator"),
]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Reading]:
    def reading(measure: str, code: str, figures: str, wanted: Wanted = WANTED) -> Reading:
        row = f"declared,survey,{measure},2025-04-01,2025-06-30,2025-09-01,{code},Somewhere,{figures},"
        return read_file(write_lines(tmp_path / "own.csv", HEADER, row), wanted)

    return reading


@pytest.mark.parametrize(("measure", "code", "figures", "status", "said"), ROWS)
def test_a_row_becomes_an_observation_of_its_organisation(
    read: Callable[..., Reading], measure: str, code: str, figures: str, status: str, said: object
) -> None:
    (row,) = read(measure, code, figures).observations.to_dict("records")
    assert (row["publication"], row["indicator_code"]) == ("survey", measure.removeprefix("survey/"))
    assert (row["organisation_kind"], row["organisation_code"]) == ("hospital", code)
    assert (row["status"], row["layout"]) == (status, "assumed")
    if said is not None:
        assert row["judgement" if isinstance(said, str) else "value"] == said


@pytest.mark.parametrize(("measure", "code", "figures", "fates", "reason"), FATES)
def test_each_row_meets_one_fate(
    read: Callable[..., Reading], measure: str, code: str, figures: str, fates: tuple[int, ...], reason: str
) -> None:
    reading = read(measure, code, figures)
    file = reading.source_file
    assert fates == (
        file.rows_used, file.rows_not_asked_for, file.rows_not_an_organisation, file.rows_quarantined,
    )  # fmt: skip
    assert "; ".join(reading.quarantine["reasons"]) == reason


PEOPLE = Wanted({one.name: one for one in MEASURES}, {}, attributes={"region": False, "population": True})


@pytest.mark.parametrize(
    ("said", "told", "reason"),
    [
        ("North,1200", {"name": "Somewhere", "population": "1200", "region": "North"}, ""),
        (",", {"name": "Somewhere"}, ""),
        ("North,many", {}, "population 'many' is no number above 0"),
        ('North,"1,200"', {}, "population '1,200' is no number above 0"),
        ("North,0", {}, "population '0' is no number above 0"),
    ],
)
def test_a_column_called_as_an_attribute_says_it_of_its_organisation(
    tmp_path: Path, said: str, told: dict[str, str], reason: str
) -> None:
    row = f"declared,survey,waiting,2025-04-01,2025-06-30,2025-09-01,H1,Somewhere,,,1,,,,,{said}"
    path = write_lines(tmp_path / "own.csv", HEADER + ",region,population", row)
    reading = read_file(path, PEOPLE)
    known = reading.organisations
    assert dict(zip(known["attribute"], known["value"], strict=True)) == told
    assert set(known["period_end"].dt.strftime("%Y-%m-%d")) <= {"2025-06-30"}
    assert "; ".join(reading.quarantine["reasons"]) == reason


def test_what_is_read_has_the_shape_of_the_table_when_both_editions_are_in_force(
    read: Callable[..., Reading],
) -> None:
    basis = Basis(load_edition(), all_wanted=WANTED)
    conform(read("waiting", "H1", ",,1,,,").observations, schema_of(SOURCE_OBSERVATION, basis), "own.csv")


def test_a_publication_that_no_edition_in_force_reads_is_refused_by_name(
    read: Callable[..., Reading],
) -> None:
    with pytest.raises(
        Refused, match=r"^own.csv: declares the publication 'survey', which no edition in force"
    ):
        read("waiting", "H1", ",,1,,,", wanted_by(load_edition()))
