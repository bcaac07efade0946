"""One file, asked for once or several times: what an answer is, and where its bytes go.

Belongs here: conditional and resumed requests, what makes an answer no file, landing in one step.
Does not belong here: how often to try (fetching.py), which URL (addresses.py), what a file says (sources/).
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import httpx

from ccg_pipeline.landing.downloads.addresses import Wanted
from ccg_pipeline.landing.downloads.outcomes import Fetched, Policy, Progress
from ccg_pipeline.landing.downloads.record import (
    FOLDER,
    Partial,
    Record,
    read_record,
    sha256_of_file,
    write_record,
)
from expert_panels.foundation.fault import Fault

DECLARED = "hosts that are declared"
"""What a request carries besides: hosts inside that the file of addresses lets it be redirected to."""

RETRIED = (408, 425, 429, 500, 502, 503, 504)
PAGES = ("text/html", "application/xhtml+xml")


class RefusedAnswer(Fault):
    """An answer that is no file and will not be one the next time: one sentence."""


class TryAgain(Fault):
    """An answer that may be a file the next time; `after` says in seconds when, where the server does."""

    def __init__(self, sentence: str, after: float | None = None) -> None:
        super().__init__(sentence)
        self.after = after


class Download:
    """The attempts at one file; what one leaves behind, the next goes on from."""

    def __init__(
        self,
        http: httpx.Client,
        wanted: Wanted,
        folder: Path,
        partial: BinaryIO,
        policy: Policy,
        progress: Progress,
    ) -> None:
        self._http, self._wanted, self._folder, self._partial = http, wanted, folder, partial
        self._policy, self._progress = policy, progress
        self._until = policy.clock() + policy.whole
        self._record_path = folder / FOLDER / f"{wanted.name}.json"
        self._partial_path = folder / FOLDER / f"{wanted.name}.part.json"
        record = read_record(self._record_path, Record)
        is_there = record is not None and (folder / record.file).is_file()
        self._record = record if is_there else None

    @property
    def standing(self) -> Path | None:
        """The file that an earlier download left in the landing folder."""
        return None if self._record is None else self._folder / self._record.file

    def attempt(self) -> Fetched:
        """Ask once. Raises httpx's errors, TryAgain and RefusedAnswer."""
        asked = self._conditions()
        hosts = {DECLARED: self._wanted.hosts}
        with self._http.stream("GET", self._wanted.url, headers=asked, extensions=hosts) as answer:
            if answer.status_code == 304 and self._record is not None:
                self._forget_partial()
                return Fetched(
                    "unchanged", f"{self._wanted.name}: unchanged at the publisher.", self.standing
                )
            self._refuse_what_is_no_file(answer)
            self._take(answer)
        return self._land(answer)

    def _conditions(self) -> dict[str, str]:
        begun = read_record(self._partial_path, Partial)
        size = self._partial.seek(0, os.SEEK_END)
        if begun is not None and begun.url == self._wanted.shown and size:
            return {"Range": f"bytes={size}-", "If-Range": begun.validator}
        self._forget_partial()
        if self._record is None or self._record.url != self._wanted.shown:
            return {}
        said = {"If-None-Match": self._record.etag, "If-Modified-Since": self._record.last_modified}
        return {name: value for name, value in said.items() if value}

    def _refuse_what_is_no_file(self, answer: httpx.Response) -> None:
        name, status = self._wanted.name, answer.status_code
        if status == 416:  # what was begun is no part of what is there now
            self._forget_partial()
            raise TryAgain(f"{name}: the publisher's file changed while it was fetched; fetch it again.")
        if status in RETRIED:
            after = answer.headers.get("Retry-After", "")
            raise TryAgain(
                f"{name}: {answer.url.host} answers {status} {answer.reason_phrase}, "
                f"{self._policy.attempts} times; fetch it again later.",
                float(after) if after.isdecimal() else None,
            )
        if status not in (200, 206):
            raise RefusedAnswer(
                f"{name}: {self._wanted.shown} answers {status} {answer.reason_phrase}; "
                "correct the address or fetch the file by hand."
            )
        if answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() in PAGES:
            raise RefusedAnswer(self._is_a_page())
        self._refuse_the_large(int(answer.headers.get("Content-Length", "0") or 0))

    def _is_a_page(self) -> str:
        return (
            f"{self._wanted.name}: {self._wanted.shown} answers with a web page, perhaps to sign in, "
            "and no file; open it in a browser and put the file into the landing folder."
        )

    def _refuse_the_large(self, size: int) -> None:
        if size > self._policy.max_bytes:
            self._forget_partial()
            limit = self._policy.max_bytes
            most = f"{limit // 2**20} MB" if limit >= 2**20 else f"{limit:,} bytes"
            raise RefusedAnswer(
                f"{self._wanted.name}: is larger than {most}; no publication known here is. "
                "Check the address."
            )

    def _take(self, answer: httpx.Response) -> None:
        """Write the answer's bytes behind those there are, or from the beginning."""
        size = self._partial.seek(0, os.SEEK_END)
        if answer.status_code == 206:
            if not answer.headers.get("Content-Range", "").startswith(f"bytes {size}-"):
                self._forget_partial()
                raise TryAgain(f"{self._wanted.name}: another part came than was asked for; fetch it again.")
        else:
            self._forget_partial()
            size = 0
            if (validator := _strong_validator(answer)) and not _is_encoded(answer):
                write_record(self._partial_path, Partial(url=self._wanted.shown, validator=validator))
        left = 0 if _is_encoded(answer) else int(answer.headers.get("Content-Length", "0") or 0)
        whole = size + left if left else None
        for chunk in _bytes_of(answer):
            if self._policy.clock() > self._until:
                raise RefusedAnswer(
                    f"{self._wanted.name}: took longer than {self._policy.whole:g} seconds; "
                    "fetch it again, and it goes on from where it was."
                )
            size += len(chunk)
            self._refuse_the_large(size)
            self._partial.write(chunk)
            self._partial.flush()  # a kill leaves all that came to go on from
            self._progress(self._wanted.name, size, whole)

    def _land(self, answer: httpx.Response) -> Fetched:
        """Move what was fetched into the landing folder, unless it is there already."""
        self._partial.flush()
        os.fsync(self._partial.fileno())
        growing = Path(self._partial.name)
        self._partial.seek(0)
        beginning = self._partial.read(512).removeprefix(b"\xef\xbb\xbf").lstrip()
        if not beginning or beginning.startswith(b"<"):
            self._forget_partial()
            empty = f"{self._wanted.name}: {self._wanted.shown} answers with nothing; check the address."
            raise RefusedAnswer(self._is_a_page() if beginning else empty)
        sha256 = sha256_of_file(growing)
        size = growing.stat().st_size
        before, standing = self._record, self.standing
        is_new = before is None or standing is None or sha256_of_file(standing) != sha256
        target = _place(self._folder, self._wanted.name, sha256) if is_new else standing
        assert target is not None
        record = Record(
            url=self._wanted.shown,
            file=target.name,
            sha256=sha256,
            size_bytes=size,
            etag=answer.headers.get("ETag", ""),
            last_modified=answer.headers.get("Last-Modified", ""),
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self._partial_path.unlink(missing_ok=True)
        if is_new:
            growing.replace(target)  # the open file goes along, so it is not to be touched any more
        else:
            self._partial.truncate(0)
        write_record(self._record_path, record)
        said = f"{size:,} bytes, sha256 {sha256[:12]}…"
        if not is_new:
            return Fetched("unchanged", f"{self._wanted.name}: the same bytes as before.", target)
        if before is None:
            return Fetched("new", f"{target.name}: fetched, {said}", target)
        return Fetched("revised", f"{target.name}: fetched as a revision of {before.file}, {said}", target)

    def _forget_partial(self) -> None:
        self._partial_path.unlink(missing_ok=True)
        self._partial.truncate(0)


def _is_encoded(answer: httpx.Response) -> bool:
    """Whether the server compressed the bytes though it was asked not to."""
    return bool(answer.headers.get("Content-Encoding", "identity") != "identity")


def _bytes_of(answer: httpx.Response) -> Iterator[bytes]:
    return answer.iter_bytes() if _is_encoded(answer) else answer.iter_raw()


def _strong_validator(answer: httpx.Response) -> str:
    """What names exactly these bytes, so that a download may go on: a weak ETag does not."""
    etag = str(answer.headers.get("ETag", ""))
    if etag and not etag.startswith("W/"):
        return etag
    return str(answer.headers.get("Last-Modified", ""))


def _place(folder: Path, name: str, sha256: str) -> Path:
    """Where new bytes land: under their name, or next to an earlier version under one of their own."""
    path = folder / name
    if not path.exists() or sha256_of_file(path) == sha256:
        return path
    return path.with_name(f"{path.stem}.{sha256[:8]}{path.suffix}")
