"""Which reader reads a file, and reading whole folders.

Belongs here: the list of readers, recognising a file by what it holds, the landing folder.
Does not belong here: any publication's layout.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from ccg_pipeline.framework.model import Edition, Publication
from ccg_pipeline.framework.wanted import Wanted, wanted_by
from ccg_pipeline.sources import declared, engine
from ccg_pipeline.sources.corrections import Amendment, NoSuchColumn
from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.documents import Document, open_document, printable
from ccg_pipeline.sources.folder import entries_in
from ccg_pipeline.sources.layouts import Layout, is_of_another_kind, missing_from, title_of
from ccg_pipeline.sources.publications import (
    cancer_stage,
    cancer_waits,
    ccg_ois,
    ccg_ois_profile,
    chc,
    dementia_diagnoses,
    dtoc,
    e_rs,
    eip,
    fingertips,
    gp_patient_survey,
    iapt,
    ld_care,
    lsoa_admissions,
    mar,
    ncmp,
    nof,
    primary_care_dementia,
    qof,
    rtt,
    satod,
)
from ccg_pipeline.sources.result import Reading, Refused

DECLARED = "declared"
_KINDS = {"workbook": "a workbook", "csv": "a CSV file", "json": "a JSON file", "archive": "an archive"}
READERS: Mapping[str, Reader] = {
    "rtt": rtt.READER,
    "dtoc": dtoc.READER,
    "mar": mar.READER,
    "lsoa_admissions": lsoa_admissions.READER,
    "cancer_stage": cancer_stage.READER,
    "iapt": iapt.READER,
    "ccg_ois": ccg_ois.READER,
    "ccg_ois_profile": ccg_ois_profile.READER,
    "dementia_diagnoses": dementia_diagnoses.READER,
    "primary_care_dementia": primary_care_dementia.READER,
    "ld_care": ld_care.READER,
    "fingertips": fingertips.READER,
    "satod": satod.READER,
    "ncmp": ncmp.READER,
    "e_rs": e_rs.READER,
    "gp_patient_survey": gp_patient_survey.READER,
    "cancer_waits": cancer_waits.READER,
    "cancer_waits_monthly": cancer_waits.MONTHLY,
    "eip": eip.READER,
    "qof": qof.READER,
    "chc": chc.READER,
    "nof": nof.READER,
    "nof_workbook": nof.WORKBOOK_READER,
    DECLARED: declared.READER,
}
"""Layout to its reader. Most are called as their publication, which may have more than one layout over the
years; ``declared`` reads every publication that has none here."""

PUBLICATIONS: Mapping[str, Publication] = {nof.PUBLICATION.key: nof.PUBLICATION}
"""What is known of publications that no single edition describes."""


def recognise(path: Path) -> str:
    """The publication of a file, by what it holds and never by its name.

    Raises Refused where it cannot be placed.
    """
    document = open_document(path)
    key = _layout_of(document)
    return READERS[key].layout.publication or declared.publication_of(document)


def read_file(
    path: Path,
    wanted: Edition | Wanted,
    amendments: tuple[Amendment, ...] = (),
    today: date | None = None,
) -> Reading:
    """Read what is wanted of one file, with what was said of single rows of it.

    An edition stands for what it alone wants. ``today``: no period ends after it.
    Raises Refused, with one sentence and the publication if it was recognised.
    """
    document = open_document(path)
    key = _layout_of(document)
    asked = wanted_by(wanted)
    amended = replace(document, sheets=tuple(each.amended_by(amendments) for each in document.sheets))
    try:
        if key == DECLARED:
            return declared.read(amended, asked, today)
        return engine.read(READERS[key], amended, asked, today)
    except NoSuchColumn as error:
        raise Refused(
            f"{document.name}: cannot be amended so. {error}", READERS[key].layout.publication
        ) from None


def read_landing(folder: Path, wanted: Edition | Wanted) -> Iterator[tuple[Path, Reading | Refused]]:
    """Read every file below ``folder``, sorted by its path in it; a refused one comes with its refusal.

    Sidecars, hidden files and folders that begin with ``_`` or ``.`` are no source files.
    """
    for one in entries_in(folder):
        try:
            if one.problem:
                raise Refused(f"{printable(one.path)}: {one.problem}.")
            yield one.path, read_file(one.path, wanted)
        except Refused as refused:
            yield one.path, refused


def _layout_of(document: Document) -> str:
    """The key in READERS of the layout of which ``document`` lacks nothing.

    A file that has the title of a layout, or lacks just one thing of it, is a damaged file of that
    publication.
    """
    lacks: dict[str, tuple[str, ...]] = {}
    for key, reader in READERS.items():
        lacks[key] = missing_from(document, reader.layout)
        if not lacks[key]:
            return key

    for reader in READERS.values():
        if is_of_another_kind(document, reader.layout):
            own, needed = _KINDS[document.kind], _KINDS[reader.layout.kind]
            how = (
                "unpack it and put the files of it here one by one"
                if document.kind == "archive"
                else "save its table as CSV UTF-8"
                if reader.layout.kind == "csv"
                else "put it here as it was published"
            )
            raise Refused(
                f"{document.name}: has the columns of {reader.layout.what}, but is {own}, and {needed} is "
                f"read; {how}.",
                reader.layout.publication,
            )

    def distance(key: str) -> tuple[bool, float]:
        return not _has_title(READERS[key].layout, lacks[key]), len(lacks[key]) / _size(READERS[key].layout)

    nearest = min(lacks, key=distance)
    layout, lacking = READERS[nearest].layout, lacks[nearest]
    missing = lacking[0] if len(lacking) == 1 else f"{lacking[0]} and {len(lacking) - 1} more"
    if len(lacking) == 1 or _has_title(layout, lacking):
        raise Refused(
            f"{document.name}: looks like {layout.what}, but lacks {missing}; check that it is unchanged.",
            layout.publication,
        )
    raise Refused(
        f"{document.name}: is no publication known here; the nearest is {layout.what}, "
        f"of which it lacks {missing}."
    )


def _has_title(layout: Layout, lacking: tuple[str, ...]) -> bool:
    return bool(layout.title) and title_of(layout) not in lacking


def _size(layout: Layout) -> int:
    """How many things a file of the layout must have: its kind, its sheet, its title, its columns."""
    return 2 + bool(layout.title) + len(layout.columns)
