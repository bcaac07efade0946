"""What engineers do on Dagster's own pages, in a real browser.

Belongs here: launching a job for partitions, and waiting until what was launched has ended; the graph.
Does not belong here: GraphQL and REST (dagster_deployment.py), processes (live_dagster.py), any expectation.
"""

import re
from pathlib import Path
from urllib.parse import quote

import dagster as dg
from playwright.sync_api import Browser

from tests.support.patience import SECONDS
from tests.support.worlds.dagster_deployment import Deployment


def materialise(browser: Browser, deployment: Deployment, job: str, partitions: str) -> list[dg.DagsterRun]:
    """Launch a job for partitions, such as `2017-03`, on its page; the runs when they have ended.

    That is: press `Materialize all…`, type the partitions, press the button that launches.
    """
    instance = deployment.pipeline.instance
    before = {run.run_id for run in instance.get_runs()}
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    context.set_default_timeout(1000 * SECONDS)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{deployment.live.port}/locations/ccg_pipeline/jobs/{job}")
    page.get_by_role("button", name="Materialize all").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_placeholder("ex: ").fill(partitions)
    dialog.get_by_placeholder("ex: ").press("Enter")
    dialog.get_by_role("button", name=re.compile("^Launch")).click()
    page.get_by_text(re.compile("^(Created backfill|Launched run)")).first.wait_for()

    def launched() -> list[dg.DagsterRun]:
        runs = instance.get_runs(dg.RunsFilter(job_name=job))
        return [run for run in runs if run.run_id not in before]

    seconds = deployment.wait(f"{job} of {partitions} launched by hand", lambda: all_ended(launched()))
    print(f"{job} of {partitions}, from the button to its end: {seconds:.1f} s")
    context.close()
    return launched()


def picture_of_the_graph(browser: Browser, deployment: Deployment, path: Path) -> None:
    """Write a picture of the asset graph with the interim lane unfolded, once every state in it is known."""
    context = browser.new_context(viewport={"width": 2450, "height": 1150})
    context.set_default_timeout(1000 * SECONDS)
    page = context.new_page()
    unfolded = quote("global@global:interim", safe="")
    page.goto(f"http://127.0.0.1:{deployment.live.port}/asset-groups?expanded={unfolded}")
    page.get_by_text("candidates", exact=True).first.wait_for()
    page.get_by_text("fetching statuses").first.wait_for(state="detached")
    # next to the menus and the list of groups
    page.screenshot(path=path, clip={"x": 545, "y": 115, "width": 1830, "height": 800})
    context.close()


def pictures_of_pages(browser: Browser, deployment: Deployment, folder: Path) -> None:
    """Write a picture of the timeline and one of an asset's page."""
    context = browser.new_context(viewport={"width": 1200, "height": 420})
    context.set_default_timeout(1000 * SECONDS)
    page, address = context.new_page(), f"http://127.0.0.1:{deployment.live.port}"
    page.goto(f"{address}/overview/activity/timeline")
    page.get_by_role("button", name="1hr").click()
    page.get_by_text("interim_release", exact=True).first.wait_for()
    page.screenshot(path=folder / "dagster_timeline.png")
    page.set_viewport_size({"width": 1200, "height": 800})
    page.goto(f"{address}/assets/observations?view=overview")
    page.get_by_text("indicator_code", exact=True).first.wait_for()
    page.screenshot(path=folder / "dagster_asset.png")
    context.close()


def all_ended(runs: list[dg.DagsterRun]) -> bool:
    """Whether there are runs, and each has ended."""
    return bool(runs) and all(run.is_finished for run in runs)
