"""The files of one publication for some months: which of them to fetch, and fetching them.

Belongs here: the wishes of a run, each file asked for once, and where a publication's files land.
Does not belong here: patterns of addresses (addresses.py), one file's download (fetching.py).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ccg_pipeline.demo.year import is_made_up_year
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.landing.downloads.addresses import Addresses, Wanted, load_addresses
from ccg_pipeline.landing.downloads.fetching import client, fetch
from ccg_pipeline.landing.downloads.outcomes import Fetched, Policy, Progress
from expert_panels.foundation.fault import Fault


def wanted_files(addresses: Addresses, publication: str, months: Collection[str]) -> list[Wanted]:
    """Return what to fetch of a publication for months (`2017-03`), each file once, in order.

    Without months it is what does not depend on one. Raises Fault where the publication has no
    address, or one that names a month and no month was given.
    """
    if publication not in addresses:
        known = ", ".join(sorted(addresses)) or "none"
        raise Fault(
            f"{publication}: no address is configured (there are: {known}); write its address into "
            "downloads.yaml in the home of the database, or into the file that CCG_DOWNLOADS names."
        )
    address = addresses[publication]
    days = [date.fromisoformat(f"{month}-01") for month in sorted(months)]
    if not days and address.names_a_month:
        raise Fault(f"{publication}: its address names the month; give --month.")
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

    Raises Fault as `wanted_files` and `fetch` do.
    """
    wanted = wanted_files(addresses, publication, months)
    with client(policy) as http:
        return [fetch(http, one, landing / publication, policy, progress) for one in wanted]


@dataclass(frozen=True)
class Downloads:
    """Where publishers' files are to be had; `path` is the file of addresses, which need not be there."""

    path: str

    def addresses(self, edition: Edition) -> Addresses:
        """Return the addresses by publication. Raises Fault."""
        return load_addresses(Path(self.path), tuple(one.key for one in edition.publications))

    def fetch(
        self,
        edition: Edition,
        publication: str,
        months: Collection[str],
        landing: str,
        progress: Progress = lambda *_: None,
    ) -> list[Fetched]:
        """Fetch a publication's files of `months` into the landing folder. Raises Fault."""
        addresses = self.addresses(edition)
        if publication in addresses and is_made_up_year(Path(landing)):
            raise Fault(
                f"{publication}: {landing} holds the made-up year, and no publisher's file goes in there; "
                "name another landing folder."
            )
        return fetch_publication(addresses, publication, months, Path(landing), Policy(), progress)
