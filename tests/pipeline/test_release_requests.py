"""Which runs the sensor asks for: rounds that are due, unless a run is unfinished or three have failed."""

import dagster as dg
import pytest
from dagster import DagsterRunStatus
from dagster._core.test_utils import create_run_for_test

from ccg_pipeline.orchestration.automation import requests
from ccg_pipeline.release.due import Due
from tests.support.worlds.small_pipeline import MONTH, YEAR

ONE = Due(*MONTH, ("cancer",), True, "0123456789abcdef")
UNFINISHED = [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED]


def asked(instance: dg.DagsterInstance, *rounds: Due) -> list[dg.RunRequest | dg.SkipReason]:
    return list(requests(instance, list(rounds)))


def test_a_round_that_is_due_is_asked_for(instance: dg.DagsterInstance) -> None:
    (request,) = asked(instance, ONE)
    assert isinstance(request, dg.RunRequest)
    assert (request.job_name, request.partition_key) == ("interim_release", "2017-03")
    assert [key.to_user_string() for key in request.asset_selection or []] == [
        "interim/gate/cancer",
        "interim/assessment",
        "interim/publication",
    ]
    (gates_only,) = asked(instance, Due(*YEAR, ("cancer",), False, "0123456789abcdef"))
    assert isinstance(gates_only, dg.RunRequest)
    assert [key.to_user_string() for key in gates_only.asset_selection or []] == ["annual/gate/cancer"]


RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


@pytest.mark.parametrize(
    ("tags", "waits"),
    [
        ({"dagster/partition": "2017-03"}, True),
        ({"dagster/partition": "2017-02"}, False),
        ({"dagster/partition": "2016-04-01"}, False),
        (dict(zip(RANGE, ("2017-01", "2017-06"), strict=True)), True),
        (dict(zip(RANGE, ("2016-01", "2017-02"), strict=True)), False),
        (dict(zip(RANGE, ("2016-04-01", "2018-04-01"), strict=True)), False),
    ],
)
@pytest.mark.parametrize("status", UNFINISHED)
def test_an_unfinished_run_of_the_round_is_waited_for(
    instance: dg.DagsterInstance, tags: dict[str, str], waits: bool, status: DagsterRunStatus
) -> None:
    create_run_for_test(instance, job_name="interim_lane", status=status, tags=tags)
    (answer,) = asked(instance, ONE)
    assert isinstance(answer, dg.SkipReason) is waits
    if isinstance(answer, dg.SkipReason):
        assert answer.skip_message == "interim/2017-03: a run is unfinished; looking again after it."


@pytest.mark.parametrize(("failures", "gives_up"), [(2, False), (3, True)])
def test_after_three_failures_for_the_same_wish_a_person_is_needed(
    instance: dg.DagsterInstance, failures: int, gives_up: bool
) -> None:
    failed = [DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED, DagsterRunStatus.FAILURE][:failures]
    tags = {"ccg/wanted": ONE.wanted}
    runs = [
        create_run_for_test(instance, job_name="interim_release", status=one, tags=tags) for one in failed
    ]
    create_run_for_test(instance, job_name="interim_release", status=DagsterRunStatus.SUCCESS, tags=tags)
    (answer,) = asked(instance, ONE)
    assert isinstance(answer, dg.SkipReason) is gives_up
    if isinstance(answer, dg.SkipReason):
        assert answer.skip_message == f"interim/2017-03: 3 runs failed; look at {runs[-1].run_id} first."
    (other,) = asked(instance, Due(*MONTH, ("cancer",), True, "fedcba9876543210"))
    assert isinstance(other, dg.RunRequest)
