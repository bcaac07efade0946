"""Files damaged at random, 21 of every layout: no traceback, no row lost, no silent wrong figure."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from ccg_pipeline.demo.layouts import assumed
from ccg_pipeline.demo.layouts.text import sidecar
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.catalogue import READERS
from ccg_pipeline.sources.result import Reading, Refused
from ccg_pipeline.sources.tables import find_tables
from tests.unit.sources.damaged_files import (
    DAMAGES,
    WORDS,
    Sound,
    outcome,
    sound_file,
    written,
    wrong_figures,
)
from tests.unit.sources.small_files import (
    DECLARED_HEADER,
    FINGERTIPS_HEADER,
    NOF_HEADER,
    cancer_record,
    cancer_waits_sheets,
    declared_row,
    dtoc_sheets,
    fingertips_row,
    ld_care_csv,
    mar_row,
    mar_sheets,
    ois_row,
    ois_sheets,
    primary_care_row,
    primary_care_sheets,
    profile_sheets,
    rtt_sheets,
    smoking_row,
    write_archive,
    write_json,
    write_lines,
    write_lsoas,
    write_workbook,
)
from tests.unit.sources.test_sources_assumed import FILES, YEAR, figures

ROUNDS = 3  # of each damage and layout
CODES = ("00C", "00D", "00J")
IAPT = (
    "start_date,end_date,org_type,org_code,org_name,variable_type,measure_name,measure_statistic,value",
    *(
        f"2016-04-01,2017-03-31,CCG,{code},NHS {code},Total,{measure},count,{count}"
        for n, code in enumerate(CODES, start=1)
        for measure, count in (
            ("recovery", 100 * n), ("finished_course_treatment", 210 * n), ("not_at_caseness", 5 * n),
        )
    ),
)  # fmt: skip
DEMENTIA = (
    "ORG_TYPE,ORG_CODE,NAME,ACH_DATE,MEASURE,VALUE",
    *(
        f"CCG,{code},NHS {code},31MAR2017,{measure},{value}"
        for n, code in enumerate(CODES, start=7)
        for measure, value in (
            ("DEMENTIA_REGISTER_65_PLUS", 100 * n), ("DEMENTIA_ESTIMATE_65_PLUS", 1000),
            ("DIAG_RATE_65_PLUS", 10 * n),
        )
    ),
)  # fmt: skip
STAGES = [
    cancer_record(*each, year=year)
    for each in (
        ("00C", "1,240", "2,480", 50),
        ("00D", "300", "400", 75),
        ("National", "95,426", "209,005", 45.7),
    )
    for year in (2012, 2013)
]
AREAS = [("E92000001", "England"), ("E38000042", "CCG"), ("E38000047", "CCG"), ("A81001", "GPs")]
LD_YEAR = ld_care_csv("00L,LDOB001,12", "U,LDOB001,3", "15A,LDOB002,7")
AUTHORITIES = [
    ("E06000014", "219", "York UA", [377, 390, 29, 796]),
    ("E06000001", "111", "Hartlepool UA", [10, 5, 0, 15]),
    ("E06000004", "114", "Stockton On Tees UA", [20, 7, 1, 28]),
]
COMMISSIONERS = [("00C", 200, 190), ("00D", 300, 240), ("00J", 90, 77), ("X24", 50, 40)]
TRUSTS = [
    f"Q3 2025/26,Ambulance trust,{code},{name},{metric},{n}.5,{n}"
    for n, (code, name) in enumerate([("RRU", "London"), ("RX6", "North East"), ("RYA", "Midlands")], start=1)
    for metric in ("OF1017", "OF0086", "OF5002", "OF9999")
]
WRITERS: dict[str, Callable[[Path], Path]] = {
    "rtt": lambda path: write_workbook(path, rtt_sheets(*COMMISSIONERS)),
    "dtoc": lambda path: write_workbook(path, dtoc_sheets(*AUTHORITIES)),
    "cancer_waits_monthly": lambda path: write_workbook(
        path, cancer_waits_sheets(*((code, 60 + n, 40 + n) for n, code in enumerate(CODES)))
    ),
    "mar": lambda path: write_workbook(
        path, mar_sheets(mar_row("England", 2600), *(mar_row(code, 700 + len(code)) for code in CODES))
    ),
    "lsoa_admissions": lambda path: write_lsoas(
        path,
        *(
            f"{code},{100 * n + m},3,2.5,0.{n},{n}{m}{n * n % 7}.5"
            for m, code in enumerate(CODES)
            for n in range(1, 7)
        ),
    ),
    "cancer_stage": lambda path: write_json(path, STAGES),
    "iapt": lambda path: write_lines(path, *IAPT),
    "ccg_ois": lambda path: write_workbook(
        path, ois_sheets(*(ois_row(code, 6, 1250, 4.8) for code in ("National", *CODES)))
    ),
    "ccg_ois_profile": lambda path: write_workbook(
        path,
        profile_sheets(
            *(
                smoking_row("Quarter 1 2015/16", f"NHS {name} CCG", 7, 70, "Quarter 2 2015/16", 9, 60)
                for name in ("North Durham", "Dorset")
            )
        ),
    ),
    "dementia_diagnoses": lambda path: write_lines(path, *DEMENTIA),
    "primary_care_dementia": lambda path: write_workbook(
        path,
        primary_care_sheets(
            primary_care_row("National", "ENG", 466610, 721748.6), primary_care_row("Region", "Y56", 5, 9)
        ),
    ),
    "ld_care": lambda path: write_archive(path, {"2016-17.csv": LD_YEAR, "2017-18.csv": LD_YEAR}),
    "nof": lambda path: write_lines(path, NOF_HEADER, *TRUSTS),
    "nof_workbook": lambda path: write_workbook(
        path, {"Data": [list(line.split(",")) for line in (NOF_HEADER, *TRUSTS)]}
    ),
    "fingertips": lambda path: write_lines(
        path, FINGERTIPS_HEADER, *(fingertips_row(*area, 18, "92949", "2017") for area in AREAS)
    ),
    "declared": lambda path: write_lines(
        path, DECLARED_HEADER, *(declared_row("101a", code, "10", "40") for code in (*CODES, "ENG"))
    ),
}
"""Small sound files of the layouts that were seen, with three CCGs or more where they have CCGs."""


def write_sound(folder: Path, layout: str) -> Path:
    path = folder / layout
    if layout in WRITERS:
        return WRITERS[layout](path)
    if layout in FILES:
        indicator, period, content, _ = FILES[layout]
        path.write_bytes(content(figures(indicator, period)))
        return path
    measures = [figures(code, YEAR) for code in ("128b", "105d")]
    path.write_bytes(assumed.gp_patient_survey_file(measures, 0))
    write_sidecar(path)
    return path


def write_sidecar(path: Path) -> None:
    """What the survey's file does not say itself."""
    beside = sidecar(YEAR.published_on, YEAR.start, YEAR.end)
    path.with_name(f"{path.name}.meta.yaml").write_bytes(beside)


@pytest.fixture(scope="module", params=sorted(READERS))
def sound(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, edition: Edition
) -> Sound:
    return sound_file(write_sound(tmp_path_factory.mktemp("sound"), request.param), edition)


OUTCOMES: Counter[tuple[str, str]] = Counter()
TRIED: set[str] = set()


def test_a_file_damaged_at_random_loses_no_row_and_says_nothing_wrong(
    sound: Sound, tmp_path: Path, edition: Edition
) -> None:
    name = sound.reading.source_file.name
    TRIED.add(name)
    rng = np.random.default_rng([2016, *name.encode()])
    path = tmp_path / name
    if name == "gp_patient_survey":
        write_sidecar(path)
    for damage, spoil in DAMAGES.items():
        for _ in range(ROUNDS):
            path.write_bytes(spoil(sound, rng))
            found = outcome(path, edition)
            OUTCOMES[damage, kind_of(found, sound)] += 1
            if isinstance(found, Refused):
                assert str(found).startswith(f"{name}: "), (damage, str(found))
                assert str(found).endswith("."), (damage, str(found))
                assert "\n" not in str(found)
                continue
            assert_accounted(found)
            assert list(wrong_figures(sound, path, found, damage)) == [], damage


def places_of_data_rows(sound: Sound, layout: str) -> list[tuple[str, int]]:
    """Sheet and place of every row below a header that is read."""
    readers = [READERS[layout], *READERS[layout].also]
    return [
        (table.sheet, row - sheet.first_row)
        for reader in readers
        for table in find_tables(sound.document, reader.layout)
        if (sheet := sound.document.sheet(table.sheet)) is not None
        for row in dict.fromkeys(table.rows.index)
    ]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    replaced=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 30), st.sampled_from(WORDS)), max_size=6),
    doubled=st.lists(st.integers(0, 99), max_size=3),
)  # each example overwrites the file of the one before
def test_every_data_row_is_counted_whatever_stands_in_it(
    sound: Sound,
    tmp_path: Path,
    edition: Edition,
    replaced: list[tuple[int, int, str]],
    doubled: list[int],
) -> None:
    name = sound.reading.source_file.name
    path = tmp_path / name
    if name == "gp_patient_survey":
        write_sidecar(path)
    places = places_of_data_rows(sound, name)
    grids = {sheet: [list(row) for row in rows] for sheet, rows in sound.grids.items()}
    for at, column, word in replaced:
        sheet, place = places[at % len(places)]
        row = grids[sheet][place]
        row[column % len(row)] = word
    emptied = sum(not any(grids[sheet][place]) for sheet, place in places)
    again = [places[at % len(places)] for at in doubled]
    for sheet, place in again:
        grids[sheet].append(list(grids[sheet][place]))
    empty_again = sum(not any(grids[sheet][place]) for sheet, place in again)
    path.write_bytes(written(sound.kind, grids))
    found = outcome(path, edition)
    if isinstance(found, Refused):
        # the rows of a declared file must all say the same; others need one row that is asked for
        assert name == "declared" or ": no row" in str(found), str(found)
        return
    assert_accounted(found)
    assert found.source_file.rows_read == len(places) - emptied + len(again) - empty_again


def kind_of(found: Reading | Refused, sound: Sound) -> str:
    if isinstance(found, Refused):
        return "refused whole"
    if len(found.quarantine):
        return "rows quarantined"
    same = found.observations["value"].to_list() == sound.reading.observations["value"].to_list()
    return "read as before" if same else "read otherwise"


def assert_accounted(reading: Reading) -> None:
    file, rows = reading.source_file, reading.observations
    aside = file.rows_not_asked_for + file.rows_not_an_organisation
    assert file.rows_read == file.rows_used + aside + file.rows_quarantined
    assert file.rows_quarantined == len(reading.quarantine)
    assert not reading.quarantine.duplicated(["sheet", "row"]).any()
    assert (reading.quarantine["reasons"] != "").all()
    figures = ["numerator", "denominator", "value", "lower_95", "upper_95"]
    assert rows.loc[rows["status"] != "published", figures].isna().all(axis=None)
    assert not rows.duplicated(["indicator_code", "organisation_code", "period_start", "period_end"]).any()


def test_the_outcomes_are_printed() -> None:
    if len(TRIED) < len(READERS):
        pytest.skip("outcomes of damage: not every layout was chosen")
    table = pd.Series(OUTCOMES).unstack(fill_value=0)
    print(f"{sum(OUTCOMES.values())} damaged files of {len(READERS)} layouts\n{table.to_string()}")
    assert sum(OUTCOMES.values()) == ROUNDS * len(DAMAGES) * len(READERS) >= 300
    assert table["refused whole"].sum() >= 50
    assert table["rows quarantined"].sum() >= 50
