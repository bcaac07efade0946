"""HDI 2022 and the Health Index, from files in the declared layout to releases, as typed.

Their figures are those of the tests that hold the engine against the published results; here the same come
out of files, at the command line.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.framework.families import edition_named
from tests.published.test_editions_hdi import COLUMNS as HDI
from tests.support.worlds.declared_files import write_declared
from tests.support.worlds.terminal import Terminal
from tests.support.worlds.typed_edition import TypedEdition


def test_every_value_tier_and_rank_of_the_hdi(shared: Path, tmp_path: Path, ccg: Terminal) -> None:
    countries = pd.read_csv(shared / "vectors" / "hdi_2022.csv", keep_default_na=False).set_index("iso3")
    figures = countries[list(HDI.values())].set_axis([name.partition("/")[2] for name in HDI], axis=1)
    typed = TypedEdition(tmp_path, ccg, "hdi_2022", "2022")
    write_declared(
        typed.landing / "hdr.csv", "hdr", figures, ("2022-01-01", "2022-12-31"), names=countries["country"]
    )
    assert "193" in typed.run()
    index, places = typed.scores("hdi").loc[countries.index], typed.table("places")
    ranks = places.set_index("organisation_code")["place"].loc[countries.index]
    assert (np.abs(index["score"] - countries["hdi_2022"]) < 1e-9).all()
    assert (index["label"].str.title() == countries["hdicode"]).all()
    assert (ranks == countries["hdi_rank_2022"]).all()
    assert "Namibia" in typed("show", "NAM")
    assert "goalposts" in typed("explain", "NAM", "hdi")
    assert "Switzerland" in typed("league")


def test_the_health_index_by_population_told_in_the_files(
    shared: Path, tmp_path: Path, ccg: Terminal
) -> None:
    values = pd.read_csv(shared / "vectors" / "health_index_2015_values.csv").set_index("Area code")
    people = pd.read_csv(shared / "vectors" / "health_index_areas.csv").query("Year == 2015")
    normalised = pd.read_csv(shared / "vectors" / "health_index_2015_normalised.csv").set_index(values.index)
    edition = edition_named("health_index_2015")
    codes = [node.key for node in edition.nodes if node.level == "indicator" and node.key in values]
    typed = TypedEdition(tmp_path, ccg, "health_index_2015", "2015")
    write_declared(
        typed.landing / "hi.csv",
        "hi",
        values[codes],
        ("2015-01-01", "2015-12-31"),
        {"population": people.set_index("UTLA20CD")["UTLA_population"]},
        values["Area name"],
    )
    typed.run()
    scores = typed.table("scores").pivot(index="organisation_code", columns="node", values="score")
    scores = scores.loc[values.index]
    for code in codes:  # what its authors imputed of one area moves all others of that indicator
        if code != "low_pay":
            assert scores[code].to_numpy() == pytest.approx(normalised[code].to_numpy(), abs=1e-6)
    assert typed.table("organisations").set_index("organisation_code")["population"].sum() > 50_000_000
    index = typed.scores("index")
    # eight indicators are of nobody in 2015; next to these one area lacks a figure, and says what it may hide
    (lacking,) = index.index[index["with_gaps_worst"].notna()]
    assert np.isnan(values.loc[lacking, "low_pay"])
    one = index.loc[lacking]
    assert one["with_gaps_worst"] < one["score"] < one["with_gaps_best"]
    assert "with gaps" in typed("show", lacking)
    assert "with gaps" not in typed("show", "Hartlepool")
