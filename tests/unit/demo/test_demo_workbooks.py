"""The made-up files in the publishers' own layouts: preambles, headers, counts that agree with each other."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.demo.layouts.text import csv_bytes, number, sidecar
from ccg_pipeline.demo.layouts.workbook import workbook, written_date
from ccg_pipeline.framework.load import load_edition
from tests.unit.demo.conftest import MadeUpYear

APRIL_RTT, APRIL_DTOC = "rtt/Incomplete-Commissioner-Apr16.xls", "dtoc/LA_April_16.xls"
RTT_TITLE = "Referral to Treatment (RTT) Waiting Times"
DTOC_TITLE = "Delayed Transfer of Care, NHS Organisations, England"


@pytest.mark.parametrize(
    ("name", "sheet", "row", "label", "says"),
    [
        (APRIL_RTT, "Commissioner", 2, "Title:", RTT_TITLE),
        (APRIL_RTT, "Commissioner", 5, "Period:", "April 2016"),
        (APRIL_RTT, "Commissioner", 6, "Source:", "Unify2 data collection - RTT"),
        (APRIL_RTT, "Commissioner", 7, "Basis:", "Commissioner"),
        (APRIL_RTT, "Commissioner", 8, "Published:", "11th June 2016"),
        (APRIL_RTT, "National", 9, "Revised:", "-"),
        (APRIL_RTT, "Region", 10, "Status:", "Made up"),
        (APRIL_DTOC, "LA - by responsible org", 2, "Title:", DTOC_TITLE),
        (APRIL_DTOC, "LA - by responsible org", 5, "Period:", "April 2016"),
        (APRIL_DTOC, "LA - by reason", 7, "Basis:", "Local Authority"),
        (APRIL_DTOC, "England", 8, "Published:", "11th June 2016"),
        (APRIL_DTOC, "LA - by Type of Care", 10, "Status:", "Made up"),
    ],
)
def test_preambles(made_up: MadeUpYear, name: str, sheet: str, row: int, label: str, says: str) -> None:
    assert made_up.sheet(name, sheet)[row - 1][1:3] == [label, says]


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2016, 6, 1), "1st June 2016"),
        (date(2016, 6, 2), "2nd June 2016"),
        (date(2016, 6, 3), "3rd June 2016"),
        (date(2016, 6, 4), "4th June 2016"),
        (date(2016, 5, 11), "11th May 2016"),
        (date(2016, 5, 12), "12th May 2016"),
        (date(2016, 5, 13), "13th May 2016"),
        (date(2016, 5, 21), "21st May 2016"),
        (date(2016, 5, 31), "31st May 2016"),
    ],
)
def test_dates_as_written(day: date, written: str) -> None:
    assert written_date(day) == written


def test_waiting_times_add_up(made_up: MadeUpYear) -> None:
    rows = made_up.table(APRIL_RTT, "Commissioner", 14)
    weeks = rows.loc[:, ">0-1":"52 plus"].astype(float)
    total = rows["Total number of incomplete pathways"].astype(float)
    assert weeks.shape == (210 * 5, 53)
    assert (weeks.sum(axis=1) == total).all()
    assert (weeks.loc[:, :">17-18"].sum(axis=1) == rows["Total within 18 weeks"]).all()
    everyone = rows["Treatment Function Code"] == "IP999"
    by_function = total[~everyone].groupby(rows["CCG Code"]).sum()
    assert by_function.to_dict() == total[everyone].set_axis(rows.loc[everyone, "CCG Code"]).to_dict()


@pytest.mark.parametrize("sheet", ["National", "Region"])
def test_waiting_times_of_england_include_nhs_england_itself(made_up: MadeUpYear, sheet: str) -> None:
    rows = made_up.table(APRIL_RTT, "Commissioner", 14)
    above = made_up.table(APRIL_RTT, sheet, 14)
    if sheet == "Region":
        rows = rows[rows["CCG Code"] != "X24"]
    for column in ("Total number of incomplete pathways", "Total within 18 weeks", ">0-1", "52 plus"):
        lower, upper = (frame.groupby("Treatment Function Code")[column].sum() for frame in (rows, above))
        assert lower.to_dict() == upper.to_dict(), column
    assert rows["CCG Code"].nunique() == (210 if sheet == "National" else 209)


def test_waits_lie_in_their_band(made_up: MadeUpYear) -> None:
    rows = made_up.table(APRIL_RTT, "Commissioner", 14)
    row = rows[rows["Treatment Function Code"] == "IP999"].iloc[0]
    weeks = row[">0-1":"52 plus"].to_numpy(dtype=float)
    for share, column in ((0.5, "Average (median)"), (0.95, "95th percentile")):
        wait = float(row[f"{column} waiting time (in weeks)"])
        whole = int(wait)
        assert weeks[:whole].sum() + (wait - whole) * weeks[whole] == pytest.approx(share * weeks.sum())


def test_delayed_days_agree_between_sheets(made_up: MadeUpYear) -> None:
    sheets = {
        "LA - by Type of Care": ("Acute", "Non-Acute", "Total"),
        "LA - by responsible org": ("NHS", "Social Care", "Both", "Total"),
        "LA - by reason": ("A) COMPLETION OF ASSESSMENT", "H) DISPUTES", "TOTAL"),
    }
    totals = []
    for sheet, columns in sheets.items():
        table = made_up.table(APRIL_DTOC, sheet, 14)
        england, blank, places = table.iloc[0], table.iloc[1], table.iloc[2:]
        assert england[["Region", "ONS Geography", "Code", "Name"]].tolist() == ["-", "-", "-", "England"]
        assert set(blank) == {""}
        assert len(places) == 151 + 3
        assert places["Code"].tolist()[-3:] == ["9901", "9900", "9902"]
        for column in columns:
            assert pd.to_numeric(places[column], errors="coerce").sum() == england[column], column
        totals.append(table.iloc[:, -1].tolist())
    assert totals[0] == totals[1] == totals[2]


def test_delayed_days_of_england_by_reason(made_up: MadeUpYear) -> None:
    rows = made_up.table(APRIL_DTOC, "England", 14)
    assert rows["Type of Care"].tolist()[:4] == ["Acute", "Non-Acute", "", "Acute"]
    acute, non_acute, _, *reasons = rows[["NHS", "Social Care", "Both"]].replace("NA", 0).to_numpy().tolist()
    assert np.sum(np.array(reasons[:10], dtype=float), axis=0).tolist() == acute
    assert np.sum(np.array(reasons[10:], dtype=float), axis=0).tolist() == non_acute
    by_responsible = made_up.table(APRIL_DTOC, "LA - by responsible org", 14).iloc[0]
    assert (np.array(acute) + np.array(non_acute)).tolist() == by_responsible[
        ["NHS", "Social Care", "Both"]
    ].tolist()
    assert (rows == "NA").sum().to_dict() == {
        "Type of Care": 0,
        "Reason for Delay": 0,
        "NHS": 0,
        "Social Care": 4,
        "Both": 10,
    }


def test_a_dash_stands_for_parts_of_nothing(made_up: MadeUpYear) -> None:
    dashes = []
    for path in sorted((made_up.folder / "dtoc").iterdir()):
        last = made_up.table(f"dtoc/{path.name}", "LA - by Type of Care", 14).iloc[-3:]
        dashes += last.loc[last["Total"] == 0, "Acute"].tolist()
        assert (last.loc[last["Total"] > 0, "Acute"] != "-").all()
    assert dashes
    assert set(dashes) == {"-"}


def test_cancers_by_stage_add_up(made_up: MadeUpYear) -> None:
    records = json.loads((made_up.folder / "cancer_stage/stg1and2detection_2014.json").read_text())
    national, *own = records
    assert (national["Level"], national["Level description"], len(own)) == ("National", "England", 209)
    for key in ("Numerator", "Denominator"):
        assert "," in national[key]
        assert sum(int(one[key].replace(",", "")) for one in own) == int(national[key].replace(",", ""))
    assert all(one["CI lower (%)"] < one["Percentage"] < one["CI upper (%)"] for one in records)


def test_neonatal_deaths_and_stillbirths(made_up: MadeUpYear) -> None:
    rows = made_up.table("ccg_ois/CCG_1_25_2014.xls", "Data", 18)
    national, own = rows.iloc[0], rows.iloc[1:]
    assert own["Level description"].tolist() == sorted(own["Level description"])
    assert len(own) == 209
    hidden = own["Indicator value"] == "*"
    assert 1 <= hidden.sum() <= 12
    assert (own.loc[hidden, ["CI lower", "CI upper", "Numerator"]] == "*").all(axis=None)
    assert own["Denominator"].astype(float).sum() == national["Denominator"]
    shown = own.loc[~hidden, "Numerator"].astype(float)
    assert shown.min() >= 6
    assert 0 < national["Numerator"] - shown.sum() <= 5 * hidden.sum()
    assert national["Indicator value"] == round(1000 * national["Numerator"] / national["Denominator"], 1)


def test_psychological_therapies(made_up: MadeUpYear) -> None:
    rows = pd.read_csv(made_up.folder / "iapt/iapt_ccg_2016-17.csv", dtype=str, keep_default_na=False)
    counts = rows[rows["measure_statistic"] == "count"].pivot(
        index="org_code", columns="measure_name", values="value"
    )
    england, own = counts.loc["All"].astype(float), counts.drop("All")
    assert england["at_caseness"] + england["not_at_caseness"] == england["finished_course_treatment"]
    assert (own == "*").any(axis=None)
    shown = own[(own != "*").all(axis=1)].astype(float)
    assert (shown % 5 == 0).all(axis=None)
    # rounding and hidden CCGs are all that lies between England and the CCGs' sum
    assert 195 <= len(shown) < 209
    assert 0.93 < shown["at_caseness"].sum() / england["at_caseness"] < 1
    assert rows.loc[rows["measure_statistic"] == "percentage", "measure_name"].nunique() == 5


def test_dementia_diagnoses(made_up: MadeUpYear) -> None:
    rows = pd.read_csv(
        made_up.folder / "dementia_diagnoses/rec-dem-diag-mar-2017.csv", dtype={"ORG_CODE": str}
    )
    assert set(rows["ACH_DATE"]) == {"31MAR2017"}
    wide = rows.pivot(index="ORG_CODE", columns="MEASURE", values="VALUE")
    own = wide.drop("ENG")
    for measure in ("DEMENTIA_REGISTER_65_PLUS", "DEMENTIA_ESTIMATE_65_PLUS"):
        assert own[measure].sum() == pytest.approx(wide.loc["ENG", measure])
    rate = 100 * own["DEMENTIA_REGISTER_65_PLUS"] / own["DEMENTIA_ESTIMATE_65_PLUS"]
    assert (rate - own["DIAG_RATE_65_PLUS"]).abs().max() <= 0.05 + 1e-9
    assert (own["DIAG_RATE_65_PLUS_LL"] < rate).all()
    assert (rate < own["DIAG_RATE_65_PLUS_UL"]).all()


def test_small_areas(made_up: MadeUpYear) -> None:
    path = made_up.folder / "lsoa_admissions/ccg_lsoa_data_2015-16.csv"
    areas = pd.read_csv(path, thousands=",")
    assert areas["CCG"].nunique() == 209
    assert areas["imdscaled"].between(0, 1).all()
    slivers = areas["population"] <= 1
    assert 0.005 < slivers.mean() < 0.1
    assert '"1,' in path.read_text()
    rate = 792.158 * areas["admissions"] / areas["expectedadmissions"]
    assert (rate - areas["age_stdrate"]).abs().max() < 0.051


def test_england_is_the_sum_of_what_was_drawn(made_up: MadeUpYear) -> None:
    rows = made_up.declared.query("indicator != '124a'")  # a plan's figure is repeated by its CCGs
    checked = set()
    for (code, _), own in rows.dropna(subset=["numerator"]).groupby(["indicator", "period_end"]):
        england, ccgs = own[own["organisation_code"] == "ENG"], own[own["organisation_code"] != "ENG"]
        for column in ("numerator", "denominator"):
            if len(ccgs) == 209:
                assert ccgs[column].sum() == england[column].iloc[0], (code, column)
                checked.add(code)
            else:
                assert ccgs[column].sum() < england[column].iloc[0], (code, column)
    assert len(checked) > 12


def test_figures_follow_from_their_counts(made_up: MadeUpYear) -> None:
    scales = {one.code: one.scale for one in load_edition().indicators} | {"nda_participation": 100.0}
    rows = made_up.declared.dropna(subset=["numerator"])
    expected = rows["indicator"].map(scales) * rows["numerator"] / rows["denominator"]
    assert (rows["value"] - expected).abs().max() < 1e-9
    intervals = made_up.declared.dropna(subset=["lower_95"])
    assert (
        (intervals["lower_95"] <= intervals["value"]) & (intervals["value"] <= intervals["upper_95"])
    ).all()


@pytest.mark.parametrize(
    ("figure", "text"),
    [(3.0, "3"), (0.5, "0.5"), (float("nan"), ""), (1e6, "1000000"), (100 / 3, "33.333333333333336")],
)
def test_numbers_read_back_as_they_were(figure: float, text: str) -> None:
    assert number(figure) == text


def test_text_and_workbooks_are_plain() -> None:
    assert csv_bytes(["a", "b"], [["x, y", 1]]) == b'a,b\n"x, y",1\n'
    assert sidecar(date(2016, 10, 1), date(2015, 4, 1), date(2016, 3, 31)).decode().splitlines()[:4] == [
        "is_made_up: true",
        "published_on: 2016-10-01",
        "period_start: 2015-04-01",
        "period_end: 2016-03-31",
    ]
    assert workbook([("a", [["x", 1.0, None, ""]])]) == workbook([("a", [["x", 1.0, None, ""]])])


@pytest.mark.parametrize("name", ["mar/Commissioner_Apr_16.xls", "mar/Commissioner_Feb_17.xls"])
def test_referrals_are_those_of_which_bookings_are_counted(made_up: MadeUpYear, name: str) -> None:
    rows = made_up.table(name, "Commissioner", 14)
    england, blank, own, ccgs = rows.iloc[0], rows.iloc[1], rows.iloc[2], rows.iloc[3:]
    assert (england["Org Name"], set(blank), own["Org Code"]) == ("England", {""}, "X24")
    made = ccgs.set_index("Org Code")["GP Referrals Made (All specialties) "].astype(float)
    bookings = made_up.of("105a").query(f"period_end == '{'2016-04-30' if 'Apr' in name else '2017-02-28'}'")
    counted = bookings.set_index("organisation_code")["denominator"].dropna()
    assert len(made) == 209
    assert made[counted.index].to_dict() == counted.to_dict()
    for column in rows.columns[6:]:
        assert rows[column].iloc[2:].sum() == england[column], column
    for column in ("Planned ", ""):
        parts = [f"Elective G&A {column}{kind} Admissions (FFCEs)" for kind in ("Ordinary", "Daycase")]
        total = rows[f"Elective G&A {column}Total Admissions (FFCEs)"]
        assert (ccgs[parts].sum(axis=1) == total.iloc[3:]).all()


def test_referrals_by_region_add_up(made_up: MadeUpYear) -> None:
    name, column = "mar/Commissioner_Apr_16.xls", "GP Referrals Made (All specialties) "
    by_region = made_up.table(name, "Region", 14).iloc[2:].set_index("Region Code")[column]
    commissioners = made_up.table(name, "Commissioner", 14).iloc[2:]
    assert commissioners.groupby("Region Code")[column].sum().to_dict() == by_region.to_dict()
