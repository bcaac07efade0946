"""Where publishers' files are to be had: the file of addresses that whoever runs the pipeline writes.

Belongs here: reading `downloads.yaml`, and the URL and the file name of a publication and a month.
Does not belong here: the network (fetching.py), what is in a file (sources/).

One key a publication. Publishers rename files for every month, so an address is a pattern:

    rtt:
      url: https://publisher.example/files/Incomplete-Commissioner-{month:%b%y}.xls
    iapt:
      url: https://publisher.example/iapt/{financial_year}.csv
      name: iapt-{financial_year}.csv
    fingertips:
      indicators: [91547, 91280]
      child_area_type: 153
      parent_area_type: 15

A redirect into this machine or a private network is not followed, unless `redirects_to` names its host.
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath
from string import Formatter
from typing import Annotated, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ccg_pipeline.framework.files import Document
from expert_panels.foundation.fault import Fault

FINGERTIPS_API = "https://fingertips.phe.org.uk/api"
"""Root of the public API, whose CSV download is `all_data/csv/by_indicator_id`."""

PLACES = ("month", "year", "financial_year")
"""What a pattern may name: the month as a date (`{month:%B}`), its calendar year, its year from April."""


class Wanted(NamedTuple):
    """One file to fetch: its URL, the name under which it lands, and hosts inside that it may lead to."""

    url: str
    name: str
    hosts: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The URL as it may be written down: without user, password and the values of keys and tokens."""
        parts = urlsplit(self.url)
        query = [
            (name, _HIDDEN if _SECRET.search(name) else value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
        ]
        hides = any(value == _HIDDEN for _, value in query)
        return urlunsplit(
            parts._replace(
                netloc=parts.netloc.rpartition("@")[2],
                query=urlencode(query, safe=f",{_HIDDEN}") if hides else parts.query,
            )
        )


_SECRET = re.compile(r"token|key|secret|sig|password|passwd|pwd|auth|credential|code", re.IGNORECASE)
"""Names of parameters whose values may let somebody in."""

_HIDDEN = "***"
"""What is in the place of such a value."""


class Address(BaseModel):
    """Patterns of a publication's URL and of its files' name here; without, the URL's last part."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    name: str = ""
    redirects_to: tuple[str, ...] = ()

    @field_validator("url")
    @classmethod
    def _is_of_the_web(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must begin with http:// or https:// and a host")
        return url

    @field_validator("url", "name")
    @classmethod
    def _names_known_places(cls, pattern: str) -> str:
        try:
            named = [field for _, field, _, _ in Formatter().parse(pattern) if field is not None]
        except ValueError as error:
            raise ValueError(f"is no pattern ({error})") from None
        if unknown := [field for field in named if field not in PLACES]:
            raise ValueError(f"{{{unknown[0]}}} is none of {{{'}, {'.join(PLACES)}}}")
        _filled(pattern, date(2016, 4, 1))  # raises ValueError for a format that nobody knows
        return pattern

    @property
    def names_a_month(self) -> bool:
        """Whether the URL is another for another month or year."""
        return any(field is not None for _, field, _, _ in Formatter().parse(self.url))

    def wanted(self, publication: str, month: date) -> Wanted:
        """Return what to fetch for the month that `month` begins."""
        url = _filled(self.url, month)
        name = _filled(self.name, month) or unquote(PurePosixPath(urlsplit(url).path).name)
        return Wanted(url, safe_name(name) or f"{publication}-{month:%Y-%m}", self.redirects_to)


class Fingertips(BaseModel):
    """Indicators to ask of Fingertips for one area type; its API sends all their periods in one file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    indicators: Annotated[tuple[int, ...], Field(min_length=1)]
    child_area_type: int
    parent_area_type: int
    api: str = FINGERTIPS_API
    redirects_to: tuple[str, ...] = ()

    @property
    def names_a_month(self) -> bool:
        """Never: one file holds all periods."""
        return False

    def wanted(self, publication: str, month: date) -> Wanted:
        """Return what to fetch; the same whatever the month."""
        del month
        asked = {
            "indicator_ids": ",".join(map(str, self.indicators)),
            "child_area_type_id": self.child_area_type,
            "parent_area_type_id": self.parent_area_type,
        }
        url = f"{self.api.rstrip('/')}/all_data/csv/by_indicator_id?{urlencode(asked, safe=',')}"
        return Wanted(url, f"{publication}-{self.child_area_type}.csv", self.redirects_to)


Addresses = Mapping[str, Address | Fingertips]


def load_addresses(path: Path, publications: tuple[str, ...]) -> Addresses:
    """Return the address of each publication in the file at `path`, none where there is no such file.

    Raises Fault, naming file and line, for a publication that the edition does not have, an unknown
    key or a pattern that cannot be filled.
    """
    if not path.is_file():
        return {}
    document = Document(path)
    if not isinstance(document.data, dict):
        raise Fault(f"{document.where()}: one key a publication is needed here.")
    addresses: dict[str, Address | Fingertips] = {}
    for key, said in document.data.items():
        if key not in publications:
            raise Fault(
                f"{document.where(key)}: {key!r} is no publication; `ccg fetch` lists those there are."
            )
        kind: type[Address | Fingertips] = Address if isinstance(said, dict) and "url" in said else Fingertips
        try:
            addresses[key] = kind.model_validate(said)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            message = first["msg"].removeprefix("Value error, ")
            raise Fault(f"{document.where(key, *first['loc'])} ({key}): {place} {message}.") from None
    return addresses


def _filled(pattern: str, month: date) -> str:
    first = month.year if month.month >= 4 else month.year - 1
    financial_year = f"{first}-{(first + 1) % 100:02d}"
    return pattern.format(month=month, year=month.year, financial_year=financial_year)


def safe_name(name: str) -> str:
    """Return a file name without folders, control characters or a leading dot; '' where nothing is left."""
    return re.sub(r"[^\w.() -]+", "_", PurePosixPath(name.replace("\\", "/")).name).strip(" .")[:120]
