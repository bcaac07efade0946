"""The data of a round as files: CSV, Parquet, data package, CSV on the Web, and JSON for programs.

Belongs here: those files, each with the release in it and names next to codes.
Does not belong here: what a column means (tables/), CSV and Parquet themselves (publish/export.py), workbooks
(workbook.py), the page that lists the files (pages.py).

Data package: Frictionless Data Package v1 (datapackage.json). CSV on the Web: W3C Recommendation, 2015.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ccg_pipeline.publish.export import exported
from ccg_pipeline.publish.site.addresses import slug
from ccg_pipeline.publish.site.content import NOTHING, Exported, Outcome, Round
from ccg_pipeline.tables.column import Column, Kind, Table
from ccg_pipeline.tables.publication import published

LICENCE = {"name": "OGL-UK-3.0", "title": "Open Government Licence v3.0"}
PACKAGE_TYPES: dict[Kind, str] = {
    "text": "string", "whole": "integer", "number": "number", "date": "date", "flag": "boolean",
}  # fmt: skip
CSVW_TYPES: dict[Kind, Any] = {
    "text": "string",
    "whole": "integer",
    "number": "double",
    "date": "date",
    "flag": {"base": "boolean", "format": "True|False"},
}


@dataclass(frozen=True)
class Listed:
    """A table as the page of data lists it; `files` are format, address and size in words."""

    name: str
    meaning: str
    rows: int
    files: tuple[tuple[str, str, str], ...]
    columns: tuple[tuple[str, str, str], ...] = ()


def tables_of(round_: Round) -> list[Exported]:
    """Return a round's tables as they are published: names next to codes, the release in every row."""
    return [_published(one, round_) for one in round_.tables]


def _published(one: Exported, round_: Round) -> Exported:
    names = {
        "organisation_name": ("ccg_code" if "ccg_code" in one.frame else "organisation_code", round_.names),
        "indicator_name": ("indicator_code", {key: own.title for key, own in round_.by_key.items()}),
        "area_name": ("area_code", {key: own.title for key, own in round_.by_key.items()}),
        "node_name": ("node", {key: own.title for key, own in round_.by_key.items()}),
    }
    table = published(one.table, frozenset(one.frame.columns))
    frame = one.frame.assign(round_name=round_.name, release=round_.serial, release_sha256=round_.sha256)
    for name, (code, by_code) in names.items():
        if name in table.names and name not in frame:
            frame[name] = frame[code].astype("str").map(by_code).fillna("")
    return Exported(table, frame[list(table.names)])


def size_in_words(n: int) -> str:
    """Return a size in bytes as people read it: `1.2 MB`."""
    return f"{n / 1e6:.1f} MB" if n >= 100_000 else f"{max(n / 1e3, 0.1):.1f} kB"


def data_files(round_: Round, tables: Sequence[Exported]) -> Iterator[tuple[str, bytes]]:
    """Yield address and bytes of the CSV and Parquet files of a round, with what describes them."""
    resources = []
    for one in tables:
        name = one.table.name
        for file_format in ("csv", "parquet"):
            content = exported(one.frame, file_format, one.table)
            yield f"{round_.address}/data/{name}.{file_format}", content
            if file_format == "csv":
                resources.append(_resource(one.table, content))
                yield f"{round_.address}/data/{name}.csv-metadata.json", _json(_csvw(one.table, round_))
    yield (
        f"{round_.address}/data/datapackage.json",
        _json(
            {
                "profile": "tabular-data-package",
                "name": slug(f"{round_.edition}-{round_.lane}-{round_.name}").lower().replace("_", "-"),
                "title": round_.title,
                "description": " ".join(
                    (f"{round_.edition_title}, release {round_.serial}.", *round_.although, _official(round_))
                ),
                "version": str(round_.serial),
                "release_sha256": round_.sha256,
                "is_made_up": round_.is_made_up,
                "licenses": [LICENCE],
                "resources": resources,
            }
        ),
    )


def _official(round_: Round) -> str:
    made_up = "Made-up data: it says nothing about any real organisation. " if round_.is_made_up else ""
    return f"{made_up}Not NHS England's own rating."


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")


def _described(one: Column) -> str:
    unit = f" Unit: {one.unit}." if one.unit else ""
    values = f" Values: {one.vocabulary}." if one.vocabulary and not one.like else ""
    return f"{one.meaning}{unit}{values}"


def _resource(table: Table, content: bytes) -> dict[str, Any]:
    fields = [
        {
            "name": one.name,
            "type": PACKAGE_TYPES[one.kind],
            "title": one.name.replace("_", " "),
            "description": _described(one),
            **({"unit": one.unit} if one.unit else {}),
            **({"trueValues": ["True"], "falseValues": ["False"]} if one.kind == "flag" else {}),
            **({} if one.may_be_missing else {"constraints": {"required": True}}),
        }
        for one in table.columns
    ]
    return {
        "profile": "tabular-data-resource",
        "name": table.name.replace("_", "-"),
        "path": f"{table.name}.csv",
        "title": table.name.replace("_", " "),
        "description": table.meaning,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "dialect": {"delimiter": ",", "lineTerminator": "\n"},
        "schema": {"fields": fields, "missingValues": [""], "primaryKey": list(table.key)},
    }


def _csvw(table: Table, round_: Round) -> dict[str, Any]:
    columns = [
        {
            "name": one.name,
            "titles": one.name,
            "datatype": CSVW_TYPES[one.kind],
            "dc:description": _described(one),
            "required": not one.may_be_missing,
        }
        for one in table.columns
    ]
    return {
        "@context": "http://www.w3.org/ns/csvw",  # the notation's own name, which nobody has to fetch
        "url": f"{table.name}.csv",
        "dc:title": f"{table.name.replace('_', ' ')}, {round_.title}",
        "dc:description": " ".join((table.meaning, *round_.although)),
        "dc:license": LICENCE["title"],
        "dc:hasVersion": f"release {round_.serial}, {round_.sha256}",
        "tableSchema": {"columns": columns, "primaryKey": list(table.key)},
    }


def api_files(round_: Round) -> Iterator[tuple[str, bytes]]:
    """Yield the static JSON of a round: an index, a file an organisation, a file a subject."""
    about = {
        "title": round_.title, "edition": round_.edition, "round": round_.name,
        "data_until": round_.data_until,
        "is_made_up": round_.is_made_up, "is_official": round_.is_official,
    }  # fmt: skip
    yield (
        f"{round_.address}/api/index.json",
        _json(
            {
                **about,
                "release": round_.serial,
                "release_sha256": round_.sha256,
                **({"notes": round_.although} if round_.although else {}),
                "organisations": [
                    {"code": one.code, "name": one.name, "file": f"organisation/{one.slug}.json"}
                    for one in round_.organisations
                ],
                "subjects": [
                    {
                        "key": one.key,
                        "title": one.title,
                        "level": one.level,
                        "unit": one.unit,
                        "labels": list(one.labels),
                        "file": f"subject/{one.slug}.json",
                    }
                    for one in round_.subjects
                ],
            }
        ),
    )
    for place in round_.organisations:
        own = {
            one.key: {"verification": one.verification, **_outcome(one.outcomes.get(place.code, NOTHING))}
            for one in round_.subjects
        }
        yield (
            f"{round_.address}/api/organisation/{place.slug}.json",
            _small({**about, "code": place.code, "name": place.name, "subjects": own}),
        )
    for subject in round_.subjects:
        each = {code: _outcome(one) for code, one in subject.outcomes.items()}
        yield (
            f"{round_.address}/api/subject/{subject.slug}.json",
            _small(
                {
                    **about,
                    "key": subject.key,
                    "title": subject.title,
                    "unit": subject.unit,
                    "verification": subject.verification,
                    "organisations": each,
                }
            ),
        )


def _small(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


KEPT = (
    "text",
    "number",
    "lower",
    "upper",
    "grade",
    "verdict",
    "sure",
    "reference",
    "period",
    "why",
    "where",
    "because",
    "pool",
    "place",
    "set_first",
    "set_last",
)
"""What the JSON has of an outcome, each where there is one."""


def _outcome(one: Outcome) -> dict[str, Any]:
    found = {name: getattr(one, name) for name in KEPT}
    return {
        name: float(f"{value:.12g}") if isinstance(value, float) else value
        for name, value in found.items()
        if (value == value if isinstance(value, float) else value)
    }


def listed(round_: Round, tables: Sequence[Exported], sizes: Mapping[str, int]) -> list[Listed]:
    """Return the tables of a round as its page lists them; `sizes` are those of the files by address."""
    found = []
    for one in tables:
        files = [
            (name, f"{round_.address}/data/{one.table.name}.{ending}")
            for name, ending in (
                ("CSV", "csv"),
                ("Parquet", "parquet"),
                ("CSV on the Web", "csv-metadata.json"),
            )
        ]
        columns = tuple((column.name, column.unit, column.meaning) for column in one.table.columns)
        sized = tuple((name, address, size_in_words(sizes[address])) for name, address in files)
        found.append(Listed(one.table.name, one.table.meaning, len(one.frame), sized, columns))
    books = tuple(
        (ending.upper(), address, size_in_words(sizes[address]))
        for ending in ("ods", "xlsx")
        if (address := f"{round_.address}/data/tables.{ending}") in sizes
    )
    if books:
        total = int(pd.Series([len(one.frame) for one in tables]).sum())
        found.append(
            Listed("workbook", "All tables, one a sheet, with a cover, contents and notes.", total, books)
        )
    return found
