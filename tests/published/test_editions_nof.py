"""The NHS Oversight Framework as NHS England published it: 71 trusts in three quarters, 129 acute in one.

Every count is of all that is published. Bent copies of the files show what another quarter may bring.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.method.engine.run import Run
from expert_panels.foundation.fault import Fault
from tests.support import nof_files
from tests.support.notations.method_tables import lines

EDITION = edition_named("nof_2025_26")
PRINTED = 0.005 + 1e-9  # to two decimals
MEAN_OF_PRINTED = 0.0067  # a mean of scores that are printed so, itself printed so
DOMAINS = {"access": "00", "effectiveness": "05", "safety": "02", "people": "04", "finance": "03"}


@dataclass
class Quarters:
    """Every quarter of some tables: what was published, (quarter and trust, measure), and the runs."""

    published: pd.DataFrame
    runs: dict[date, Run]

    def found(self, node: str, what: str = "score") -> pd.Series:
        """A node's score or grade, in the order of `published`."""
        rows = [
            pd.Series(
                getattr(run.states[node], what)[0],
                index=pd.MultiIndex.from_product([[end], run.facts.organisations]),
            )
            for end, run in self.runs.items()
        ]
        return pd.concat(rows).loc[self.published.index]

    def equal(self, found: pd.Series, measure: str, within: float = 0.0) -> tuple[int, int]:
        """How many equal the published, and how many there are; nobody else may have a figure."""
        published = self.published[f"nof/{measure}"]
        has = published.notna()
        assert (found.notna() == has).all()
        return int(((found - published).abs()[has] <= within).sum()), int(has.sum())


def worked_out(tables: list[pd.DataFrame], edition: Edition = EDITION) -> Quarters:
    observed, known = nof_files.observations(tables), nof_files.trusts(tables)
    ends = [one.date() for one in sorted(observed["period_end"].unique())]
    runs = {end: Run(edition, nof_files.facts(observed, known, edition, end)) for end in ends}
    values = observed[observed["judgement"] == ""].assign(end=observed["period_end"].dt.date)
    return Quarters(values.pivot(index=["end", "organisation_code"], columns="measure", values="value"), runs)


@pytest.fixture(scope="module")
def tables(shared: Path) -> list[pd.DataFrame]:
    return [nof_files.read(path) for path in sorted((shared / "landing" / "nof").glob("*.csv"))]


@pytest.fixture(scope="module")
def quarters(tables: list[pd.DataFrame]) -> Quarters:
    return worked_out(tables)


def test_there_are_three_quarters_of_71_trusts(quarters: Quarters) -> None:
    assert {end.isoformat(): len(run.facts.organisations) for end, run in quarters.runs.items()} == {
        "2025-06-30": 71,
        "2025-09-30": 71,
        "2025-12-31": 71,
    }


SCORES = """
    node              | published | equal
    OF1047.worked_out | OF1047    | 30
    OF1061.worked_out | OF1061    | 213
    OF1084.worked_out | OF1084    | 213
    OF1086.worked_out | OF1086    | 212
    OF1079            | OF1079    | 213
    OF1081            | OF1081    | 213
    OF1080.worked_out | OF1080    | 213
"""


@pytest.mark.parametrize("given", lines(SCORES), ids=lambda given: given["published"])
def test_scores_of_metrics_come_out_of_their_values(quarters: Quarters, given: dict[str, str]) -> None:
    equal, of = quarters.equal(quarters.found(given["node"]), given["published"], PRINTED)
    print(f"NOF 2025/26, {given['published']} from values: {equal} of {of}")
    assert (equal, of) == (int(given["equal"]), int(given["equal"]))


def test_averages_of_every_trust_and_quarter_equal_the_published(quarters: Quarters) -> None:
    equal, of = quarters.equal(quarters.found("average"), "OF5002", MEAN_OF_PRINTED)
    print(f"NOF 2025/26, averages: {equal} of {of}")
    assert (equal, of) == (213, 213)


def test_all_scores_and_segments_of_domains_equal_the_published(quarters: Quarters) -> None:
    scores = {
        key: quarters.equal(quarters.found(key), f"OF40{n}", MEAN_OF_PRINTED) for key, n in DOMAINS.items()
    }
    segments = {key: quarters.equal(quarters.found(key, "grade"), f"OF41{n}") for key, n in DOMAINS.items()}
    print(f"NOF 2025/26, domain scores: {sum(equal for equal, _ in scores.values())} of 1,053")
    expected = {"access": 205, "effectiveness": 209, "safety": 213, "people": 213, "finance": 213}
    assert scores == segments == {key: (n, n) for key, n in expected.items()}
    assert sum(expected.values()) == 1053


@pytest.mark.parametrize(
    ("node", "measure", "n"), [("unadjusted", "OF5003", 213), ("adjusted", "OF5000", 213)]
)
def test_segments_of_every_trust_and_quarter_equal_the_published(
    quarters: Quarters, node: str, measure: str, n: int
) -> None:
    assert quarters.equal(quarters.found(node, "grade"), measure) == (n, n)


def test_the_final_segment_equals_the_published_where_there_is_one(quarters: Quarters) -> None:
    final = quarters.published["nof/OF5005"].dropna()
    found = quarters.found("segment", "grade")
    print(f"NOF 2025/26, final segments: {(found[final.index] == final).sum()} of {len(final)}")
    assert (len(final), (found[final.index] == final).all(), (final == 5).sum()) == (142, True, 7)
    rest = found.drop(final.index)  # no programme is published: nobody is in it
    assert rest.equals(quarters.found("adjusted", "grade").loc[rest.index])


def test_places_of_the_league_equal_the_published_but_for_averages_on_an_edge(quarters: Quarters) -> None:
    # an average of rounded scores is printed as another hundredth now and then
    place = [run.league(EDITION.leagues[0])[0] for run in quarters.runs.values()]
    published = [quarters.published.loc[end, "nof/OF5000.place"].to_numpy() for end in quarters.runs]
    equal = [int((a == b).sum()) for a, b in zip(place, published, strict=True)]
    print(f"NOF 2025/26, places of the league: {equal} of 71 each")
    assert equal == [71, 68, 70]
    assert max(np.abs(a - b).max() for a, b in zip(place, published, strict=True)) <= 2


def test_quartiles_of_two_types_of_trust_alone_are_refused(quarters: Quarters) -> None:
    for run in quarters.runs.values():
        state = run.states["unadjusted.quartiles"]
        assert state.grade is not None
        assert state.why is not None
        assert np.isnan(state.grade).all()
        assert set(state.why) == {"fewer than 150 have a score, and quantiles need so many"}


def test_draws_that_are_the_published_figures_give_what_was_published(quarters: Quarters) -> None:
    for run in quarters.runs.values():
        draws = {key: np.repeat(values, 3, axis=0) for key, values in run.facts.values.items()}
        drawn = Run(EDITION, replace(run.facts, values=draws), run.learned)
        for key, state in run.states.items():
            same = np.broadcast_to(state.outcome, (3, len(run.facts.organisations)))
            outcome = np.broadcast_to(drawn.states[key].outcome, same.shape)  # one where nothing is drawn
            assert np.array_equal(outcome, same, equal_nan=True), key


ACUTE = {
    "average_score": "OF5002",
    "in_deficit": "OF5004",
    **{f"domain_score_{name}": f"OF40{n}" for name, n in (("access", "00"), ("patient_safety", "02"))},
}


@pytest.fixture(scope="module")
def third(tables: list[pd.DataFrame], shared: Path) -> tuple[Run, pd.DataFrame, pd.DataFrame]:
    """The third quarter of 71 trusts and of 129 acute trusts, of which only averages are at hand."""
    acute = pd.read_csv(shared / "vectors" / "nof_2025_26_q3_acute_published.csv")
    long = acute.melt(["trust_code", "trust_name", "trust_type"], list(ACUTE)).dropna()
    rows = long.assign(
        quarter="Q3 2025/26",
        region="",
        metric_id=long["variable"].map(ACUTE),
        reporting_date="",
        value=long["value"].astype(str),
        rank="",
        row="acute",
    ).drop(columns="variable")
    every = worked_out([*tables, rows])
    end = date(2025, 12, 31)
    return every.runs[end], every.published.loc[end], acute.set_index("trust_code")


def test_quartiles_of_all_types_together_give_the_segments(
    third: tuple[Run, pd.DataFrame, pd.DataFrame],
) -> None:
    run, published, acute = third
    grade = {
        node: pd.Series(run.states[node].outcome[0], index=run.facts.organisations)
        for node in ("unadjusted.quartiles", "unadjusted", "adjusted")
    }
    others = published["nof/OF5003"].dropna()
    by_quartiles = (grade["unadjusted.quartiles"][others.index] == others).sum()
    of_acute = (grade["adjusted"][acute.index] == acute["adjusted_segment"]).sum()
    print(f"NOF 2025/26, third quarter: segments {by_quartiles} of 71 by quartiles, {of_acute} of 129 acute")
    assert (len(others), by_quartiles) == (71, 71)
    assert (len(acute), of_acute) == (129, 129)
    assert (grade["adjusted"][others.index] == published.loc[others.index, "nof/OF5000"]).all()
    assert grade["unadjusted"].equals(grade["unadjusted.quartiles"])


def test_acute_trusts_come_in_the_published_order(third: tuple[Run, pd.DataFrame, pd.DataFrame]) -> None:
    run, _, acute = third
    place = pd.Series(run.league(EDITION.leagues[0])[0], index=run.facts.organisations)[
        acute.index
    ].to_numpy()
    rank = acute["league_rank"].to_numpy()  # among 134, of which 5 are not at hand
    agree = np.sign(place[:, None] - place) == np.sign(rank[:, None] - rank)
    print(f"NOF 2025/26, pairs of acute trusts in the published order: {agree.sum():,} of {agree.size:,}")
    assert (agree.size, agree.sum()) == (16641, 16641)


# What another quarter may bring.

Bend = Callable[[pd.DataFrame], pd.DataFrame]


def of(code: str, metric: str) -> Callable[[pd.DataFrame], "pd.Series[bool]"]:
    return lambda t: (t["trust_code"] == code) & (t["metric_id"] == metric)


def bent(tables: list[pd.DataFrame], bend: Bend) -> Run:
    """The run of the second quarter, whose tables were bent."""
    second = [bend(one.copy()) for one in tables if one["quarter"].iloc[0].startswith("Q2")]
    (run,) = worked_out(second).runs.values()
    return run


def outcome(run: Run, node: str, code: str) -> tuple[float, str]:
    state, place = run.states[node], list(run.facts.organisations).index(code)
    assert state.why is not None
    return float(state.outcome[0, place]), state.why[place]


def put(where: Callable[[pd.DataFrame], "pd.Series[bool]"], column: str, value: str) -> Bend:
    return lambda t: t.assign(**{column: t[column].mask(where(t), value)})


UNCHANGED: dict[str, Bend] = {
    "another year's name": lambda t: t.assign(quarter="Quarter 2, 2025-26"),
    "a short year": lambda t: t.assign(quarter="Q2 25/26"),
    "other dates": lambda t: t.assign(reporting_date="30/09/2025"),
    "small letters": lambda t: t.assign(
        trust_code=t["trust_code"].str.lower(), metric_id=t["metric_id"].str.lower()
    ),
    "types of some in capitals": lambda t: t.assign(
        trust_type=t["trust_type"].mask(t["trust_code"] > "RV", t["trust_type"].str.title())
    ),
    "rows upside down": lambda t: t.iloc[::-1],
    "every row twice": lambda t: pd.concat([t, t]),
    "a new metric": lambda t: pd.concat([t, t.head(3).assign(metric_id="OF1999", value="9")]),
    "England by its code": lambda t: pd.concat([t, t.head(40).assign(trust_code="ENG")]),
    "England by its name": lambda t: pd.concat([t, t.head(40).assign(trust_code="X", trust_name="England")]),
    "England without a code": lambda t: pd.concat([t, t.head(40).assign(trust_code="")]),
    "percent signs": lambda t: t.assign(value=t["value"].mask(t["metric_id"] == "OF0081", t["value"] + "%")),
}


@pytest.mark.parametrize("name", UNCHANGED)
def test_another_way_of_writing_changes_nothing(
    tables: list[pd.DataFrame], quarters: Quarters, name: str
) -> None:
    run, plain = bent(tables, UNCHANGED[name]), quarters.runs[date(2025, 9, 30)]
    assert run.facts.organisations == plain.facts.organisations
    for node in ("average", "adjusted", "segment"):
        assert np.array_equal(run.states[node].outcome, plain.states[node].outcome)


@pytest.mark.parametrize("mark", ["", "-", "n/a", "NULL", "*", "[x]"])
def test_a_mark_in_place_of_a_value_is_no_figure(tables: list[pd.DataFrame], mark: str) -> None:
    run = bent(tables, put(of("RRU", "OF0017"), "value", mark))
    assert outcome(run, "OF1017", "RRU")[0] > 0  # its score is published all the same
    run = bent(tables, put(of("RRU", "OF1017"), "value", mark))
    score, why = outcome(run, "OF1017", "RRU")
    assert np.isnan(score)
    assert why == ("its figure is suppressed" if mark == "*" else "its figure is missing")
    assert outcome(run, "average", "RRU")[0] > 0  # the mean of the others


def test_a_score_of_0_is_not_scored(tables: list[pd.DataFrame]) -> None:
    run = bent(tables, put(of("RRU", "OF1017"), "value", "0.0"))
    score, why = outcome(run, "OF1017", "RRU")
    assert np.isnan(score)
    assert why == "A score of 0 says that it is not scored"


def test_a_score_that_cannot_be_worked_out_is_taken_as_published(tables: list[pd.DataFrame]) -> None:
    without = bent(tables, lambda t: t[~t["metric_id"].isin(["OF0061", "OF0079"])])
    plain = bent(tables, lambda t: t)
    for metric in ("OF1061", "OF1080"):
        assert np.abs(without.states[metric].score - plain.states[metric].score).max() <= PRINTED


def test_a_metric_that_is_gone_is_left_out_of_the_mean(tables: list[pd.DataFrame]) -> None:
    run = bent(tables, lambda t: t[~t["metric_id"].str.endswith("084")])
    assert np.isnan(outcome(run, "people", "RRU")[0]) == np.isnan(outcome(run, "OF1082", "RRU")[0])
    assert outcome(run, "average", "RRU")[0] > 0


def test_a_new_trust_is_a_trust_like_any_other(tables: list[pd.DataFrame]) -> None:
    def joins(t: pd.DataFrame) -> pd.DataFrame:
        new = t[(t["trust_code"] == "RRU") & ~t["metric_id"].isin(["OF5000", "OF5003"])]
        return pd.concat([t, new.assign(trust_code="Z9X8Y", trust_name="A new trust")])

    run = bent(tables, joins)
    assert len(run.facts.organisations) == 72
    # it ties with the trust that it was copied from, and is graded by the lines of the others
    for node in ("average", "adjusted", "segment"):
        assert outcome(run, node, "Z9X8Y") == outcome(run, node, "RRU")


def test_a_trust_without_a_deficit_flag_has_no_segment_where_the_flag_decides(
    tables: list[pd.DataFrame],
) -> None:
    run = bent(tables, lambda t: t[t["metric_id"] != "OF5004"])
    before, after = run.states["unadjusted"].grade, run.states["adjusted"].grade
    assert before is not None
    assert after is not None
    decides = before[0] <= 2
    assert (decides.sum(), np.isnan(after[0]).sum()) == (37, 37)
    assert np.isnan(after[0][decides]).all()
    assert np.array_equal(after[0][~decides], before[0][~decides])
    why = run.states["adjusted"].why
    assert why is not None
    assert set(why[decides]) == {
        "In deficit or in receipt of deficit support, or it is not known whether it is"
    }


REFUSED: dict[str, tuple[Bend, str]] = {
    "a word": (put(of("RRU", "OF1017"), "value", "good"), r"row \d+: Value 'good' of OF1017 is neither"),
    "no quarter": (lambda t: t.assign(quarter="2025"), "'2025' is no quarter of a financial year"),
    "two years apart": (lambda t: t.assign(quarter="Q2 2025/27"), "'Q2 2025/27' is no quarter"),
    "two figures": (
        lambda t: pd.concat([t, t[of("RRU", "OF1017")(t)].assign(value="1.23")]),
        "nof/OF1017 of RRU is given twice for one quarter",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_by_its_row(tables: list[pd.DataFrame], name: str) -> None:
    bend, said = REFUSED[name]
    with pytest.raises(Fault, match=said):
        bent(tables, bend)


def test_a_file_without_a_column_is_refused_by_name(shared: Path, tmp_path: Path) -> None:
    (path, *_) = sorted((shared / "landing" / "nof").glob("*.csv"))
    copy = tmp_path / "copy.csv"
    copy.write_text(path.read_text(encoding="utf-8").replace("Metric_ID", "Metric"), encoding="utf-8")
    with pytest.raises(Fault, match=r"^copy\.csv: there is no column 'metric_id'; it has quarter, region, "):
        nof_files.read(copy)


def test_headings_units_and_encoding_may_differ(shared: Path, tmp_path: Path) -> None:
    (path, *_) = sorted((shared / "landing" / "nof").glob("*.csv"))
    copy = tmp_path / "copy.csv"
    text = path.read_text(encoding="utf-8-sig")
    for there, instead in (("Metric_ID", "Metric ID "), ("Trust_code", "TRUST CODE"), (",score,", ",%,")):
        assert there in text
        text = text.replace(there, instead)
    copy.write_bytes((text + ",,,,,,,,,,,,,,,,\n").replace("\n", "\r\n").encode("cp1252"))
    assert nof_files.read(copy).drop(columns="row").equals(nof_files.read(path).drop(columns="row"))


QUARTERS = """
    said                | end
    Q1 2025/26          | 2025-06-30
    Q3 2025/26          | 2025-12-31
    Q4 2025/26          | 2026-03-31
    Q4 2023/24          | 2024-03-31
    Quarter 1, 2026-27  | 2026-06-30
    2025/26 Q2          | 2025-09-30
    q2 25/26            | 2025-09-30
    Q4 1999/00          |
    Q5 2025/26          |
    Q1 2025             |
    2025/26             |
"""


@pytest.mark.parametrize("given", lines(QUARTERS), ids=lambda given: given["said"])
def test_a_quarter_ends_where_its_financial_year_says(given: dict[str, str]) -> None:
    if given["end"]:
        assert nof_files.quarter_end(given["said"]).isoformat() == given["end"]
    else:
        with pytest.raises(ValueError, match="is no quarter"):
            nof_files.quarter_end(given["said"])
