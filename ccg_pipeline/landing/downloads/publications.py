"""The files of one publication for some months: which of them to fetch, and fetching them.

Belongs here: the wishes of a run, each file asked for once, and where a publication's files land.
Does not belong here: patterns of addresses (addresses.py), one file's download (fetching.py).
"""

from collections.abc import Collection
from datetime import date
from pathlib import Path

from ccg_pipeline.landing.downloads.addresses import Addresses, DownloadFault, Wanted
from ccg_pipeline.landing.downloads.fetching import client, fetch
from ccg_pipeline.landing.downloads.outcomes import Fetched, Policy, Progress


def wanted_files(addresses: Addresses, publication: str, months: Collection[str]) -> list[Wanted]:
    """Return what to fetch of a publication for months (`2017-03`), each file once, in order.

    Without months it is what does not depend on one. Raises DownloadFault where the publication has no
    address, or one that names a month and no month was given.
    """
    if publication not in addresses:
        known = ", ".join(sorted(addresses)) or "none"
        raise DownloadFault(f"{publication}: no address is configured (there are: {known}).")
    address = addresses[publication]
    days = [date.fromisoformat(f"{month}-01") for month in sorted(months)]
    if not days and address.names_a_month:
        raise DownloadFault(f"{publication}: its address names the month; give --month.")
    return list(dict.fromkeys(address.wanted(publication, day) for day in days or [date.min]))


def fetch_publication(
    addresses: Addresses,
    publication: str,
    months: Collection[str],
    landing: Path,
    policy: Policy = Policy(),
    progress: Progress = lambda *_: None,
) -> list[Fetched]:
    """Fetch a publication's files of `months` into its folder below `landing`; what came of each, in order.

    Raises DownloadFault as `wanted_files` and `fetch` do.
    """
    wanted = wanted_files(addresses, publication, months)
    with client(policy) as http:
        return [fetch(http, one, landing / publication, policy, progress) for one in wanted]
