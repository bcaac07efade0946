"""What is of the moment in what a checkout says, and saying it so that two moments can be held together.

Belongs here: every such thing, with the reason why it may differ, and putting a word in its place.
Does not belong here: what is asked (asks.py), which outputs are compared (identical.py).

Nothing is left out for its place alone: a time has to lie in the days of the collection, and of a hash the
database has to say that it is one over times or over the source code.
"""

import base64
import json
import re
from calendar import month_name
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

RENAMED: dict[str, str] = {}
"""Name of a column before -> its name after, for columns that were renamed on purpose."""

ONLY_AFTER: tuple[str, ...] = (
    "table schema_version",  # of which version the database is
    # made with the database, and no longer when a panel first needs them
    "table access_log",
    "table notice",
    "table room_remembered",
)
"""What only the later version has, on purpose, such as `table alembic_version`: an output whose name ends so,
and what is said of that table among the columns, indexes and triggers."""

CHANGED: dict[str, str] = {
    r"ccg( export| panel| panel key)? --help$": "there are verbs and an option more",
    r"export no_such_table": "the sentence names the dictionary among the tables",
}
"""Pattern of an output's name -> why it is another on purpose; the figures of none of them are."""

MOMENT = {
    "times": "when a command ran, in the days of the collection: ledger, log, releases, the room's pages",
    "hashes over times": "a line of the ledger holds its time and the hash of the line before, and a "
    "release's header names lines, as the table before the committee does: each becomes the line or release "
    "that it is the hash of, or the line that laid the table",
    "order by such hashes": "rows of the table before the committee, and the panels on its page in the room, "
    "stand in the order of the hashes of the panels' lines",
    "code versions": "a file's account names the source code that read it, so that other code reads it again",
    "run ids": "random, of Dagster's runs",
    "paths and ports": "folders made for the collection, and the port that the room was given",
    "form tokens": "random, against forms sent by other sites",
    "signatures": "over a statement that holds a line's time; that they hold is asked of `ccg verify`",
}
"""What is taken for equal, and why."""

MONTHS = list(month_name)[1:]
_TIME = re.compile(
    r"(?P<iso>\d{4}-\d\d-\d\d)(?P<time>[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?)?"
    rf"|(?P<day>\d{{1,2}}) (?P<month>{'|'.join(MONTHS)}) (?P<year>\d{{4}})(?P<at>, \d\d:\d\d)?"
)
_HASH = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{12,64}(?![0-9A-Za-z])")
_RUN = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_TOKEN = re.compile(r'(name="csrf_token" value=")[^"]*')
_AGO = re.compile(r"\bless than a minute\b|\b\d+ (second|minute)s?\b")
_DECIDED_ONE = re.compile(r"<li>[^<]*, table [0-9a-f]{12}\.</li>")
_DECIDED = re.compile(rf"({_DECIDED_ONE.pattern}){{2,}}")


@dataclass
class Moment:
    """What of one world is of the moment: days, hash -> what it is the hash of, path -> what it is."""

    days: list[str] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def settled(self, name: str, content: bytes) -> str:
        """Return a text with a word in the place of everything that is of the moment."""
        text = content.decode("utf-8", "backslashreplace")
        if text.startswith("{") and '"payloadType"' in text:
            text = _statement(text)
        for path in sorted(self.paths, key=len, reverse=True):
            text = text.replace(path, self.paths[path])
        text = _HASH.sub(self._hash, _RUN.sub("<run id>", text))
        text = _TIME.sub(self._time, text)
        if name.startswith("room "):
            text = _AGO.sub("<a while>", _TOKEN.sub(r"\1<token>", text))
            text = _DECIDED.sub(lambda items: "".join(sorted(_DECIDED_ONE.findall(items.group()))), text)
        return text

    def _hash(self, match: re.Match[str]) -> str:
        found = match.group()
        whole, word = self._by_beginning.get(found[:12], ("", ""))
        return f"<{word}>" if whole and whole.startswith(found) else found

    @property
    def _by_beginning(self) -> Mapping[str, tuple[str, str]]:
        if not hasattr(self, "_beginnings"):
            self._beginnings = {one[:12]: (one, word) for one, word in self.hashes.items()}
        return self._beginnings

    def _time(self, match: re.Match[str]) -> str:
        if match["iso"]:
            day, has_time = match["iso"], match["time"]
        else:
            number = MONTHS.index(match["month"]) + 1
            day, has_time = f"{match['year']}-{number:02}-{int(match['day']):02}", match["at"]
        if day not in self.days:
            return match.group()
        return "<time>" if has_time else "<day>"


def _statement(text: str) -> str:
    """Return a signed envelope with its statement to be read, and without what the signature is."""
    envelope = json.loads(text)
    envelope["payload"] = json.loads(base64.b64decode(envelope["payload"]))
    for signature in envelope["signatures"]:
        signature["sig"] = "<signature>"
    return json.dumps(envelope, ensure_ascii=False, indent=1)


def in_order(line: str) -> str:
    """Return a row of the table of kept parts with the rows of its part in the order of what they say now.

    A part that names lines of the ledger has them in the order of their hashes.
    """
    if "<hash of line" not in line or '"content"' not in line:
        return line
    row = json.loads(line)
    row["content"] = _sorted(json.loads(row["content"]))
    return json.dumps(row, ensure_ascii=False, sort_keys=True)


def _sorted(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _sorted(value) for name, value in content.items()}
    return sorted(content, key=json.dumps) if content and isinstance(content[0], list) else content


def renamed(text: str) -> str:
    """Return a text of the earlier version with the names of the later one."""
    for before, after in RENAMED.items():
        text = re.sub(rf"\b{re.escape(before)}\b", after, text)
    return text


def is_new(text: str) -> bool:
    """Return whether the name of an output, or a line about the tables, is of what only the later one has."""
    return any(text.endswith(one) or f'["{one.removeprefix("table ")}"' in text for one in ONLY_AFTER)


def change_of(name: str) -> str:
    """Return why an output is another on purpose, or ''."""
    return next((why for pattern, why in CHANGED.items() if re.search(pattern, name)), "")


def first_difference(before: Sequence[str], after: Sequence[str], width: int = 100) -> str:
    """Return where two texts part, a line of each from a little before the sign that differs."""
    for number, (one, other) in enumerate(zip([*before, ""], [*after, ""], strict=False), start=1):
        if one != other:
            at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
            start = max(0, (min(len(one), len(other)) if at is None else at) - width // 3)
            return f"line {number}: {one[start : start + width]!r} / {other[start : start + width]!r}"
    return f"{len(before)} / {len(after)} lines, the shorter is the beginning of the longer"
