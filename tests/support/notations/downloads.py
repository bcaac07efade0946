"""What tests of downloads ask for: the bytes of a file, quick attempts, and what lands in a folder."""

from pathlib import Path

import httpx

from ccg_pipeline.landing.downloads.addresses import Wanted
from ccg_pipeline.landing.downloads.fetching import fetch
from ccg_pipeline.landing.downloads.outcomes import Fetched, Policy
from tests.support.patience import SECONDS

BODY = bytes(range(256)) * 400
QUICK = Policy(attempts=4, read=SECONDS, connect=SECONDS, whole=SECONDS, first_wait=0.01, longest_wait=0.05)


def landed(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def get(http: httpx.Client, url: str, folder: Path, policy: Policy = QUICK, name: str = "a.xls") -> Fetched:
    return fetch(http, Wanted(url, name), folder, policy)
