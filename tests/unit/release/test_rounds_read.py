"""What a round says where an edition is outside the package: what it asks for, what to type next."""

from pathlib import Path

import pytest

from ccg_pipeline.release.rounds import released_round
from ccg_pipeline.storage.database import reading
from expert_panels.foundation.fault import Fault
from tests.support.worlds.released_rounds import TRUSTS, InMemory, ambulances

FIGURES = {"RA": {"nof/OF0017": 18.0, "nof/OF0086": 4.0}, "RB": {"nof/OF0017": 25.0}}


def test_an_attribute_that_no_file_tells_is_asked_for(tmp_path: Path) -> None:
    world = InMemory(ambulances(tmp_path), TRUSTS.drop(columns="region"))
    with pytest.raises(Fault) as caught:
        world.score("2025-Q1", FIGURES)
    assert str(caught.value) == (
        "ambulances compares or weighs by region, which no file says of any trust: add a column region to a "
        "file in the declared layout."
    )
    told_of_one = TRUSTS.assign(region=["North", None, None])
    InMemory(world.edition, told_of_one).score("2025-Q1", FIGURES)


def test_what_to_type_names_the_folder_of_an_edition(tmp_path: Path) -> None:
    world = InMemory(ambulances(tmp_path), TRUSTS)
    with reading(world.engine) as connection, pytest.raises(Fault) as caught:
        released_round(connection, world.edition, world.round, "2025-Q1", world.terms)
    folder = tmp_path / "ambulances"
    assert f"run `ccg run --edition {folder} --quarter 2025-Q1`." in str(caught.value)
