"""What is asked of the `ccg` command, so that two versions of it can be held against each other.

Belongs here: the commands, stage by stage, and the names of the files that they write.
Does not belong here: running them (collecting.py), comparing what they say (moment.py, identical.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

MONTH, YEAR = ("--month", "2017-03"), ("--year", "2016-17")
PANELS = ("cancer", "dementia", "diabetes", "learning_disability", "maternity", "mental_health")
COMMITTEE = "commissioning_committee"
TABLES = ("assessment", "area_scores", "ratings", "bands", "overall")
FORMATS = ("csv", "json", "parquet")
CCGS = ("02N", "08H", "15F")
AREAS = tuple(f"{code}" for code in (*range(101, 109), *range(121, 132), *range(141, 146), *range(161, 166)))

REVISED = ("00C", "00D", "00J")
"""CCGs whose rows are refused when a file is revised, and one whose figure changes."""

LINES = (1, 13, 15, 17, 20, 22, 40, 51, 58, 62)
"""Lines of the ledger of which a certificate is asked: of every kind of decision one."""

WEIGHTS = ("dtoc", "changes", *(str(year) for year in range(2013, 2022)))
NO_INTERESTS = ("--interests", "none")
OFFICERS = ("clinical.director", "assurance.director")
REASON = ("--reason", "Seen: it is as the publisher says.")


@dataclass(frozen=True)
class Ask:
    """A command: its arguments, the files that it writes, and what it is called where they vary."""

    arguments: tuple[str, ...]
    files: tuple[str, ...] = ()
    called: str = ""

    @property
    def name(self) -> str:
        """What it is called in the comparison."""
        return f"ccg {self.called or ' '.join(self.arguments)}"


def ask(*arguments: str, files: Sequence[str] = (), called: str = "") -> Ask:
    return Ask(arguments, tuple(files), called)


Subjects = Mapping[tuple[str, str], str]
"""Panel and lane -> fingerprint of the table that was put before it last."""


def decided(subjects: Subjects, verb: str, panel: str, person: str, *more: str) -> Ask:
    """Return a decision of a person of the panel on the table that is before it."""
    lane, which = ("annual", YEAR) if panel == COMMITTEE else ("interim", MONTH)
    address = f"{panel.replace('_', '.')}.{person}@{'board' if panel == COMMITTEE else 'panel'}.example"
    if person in OFFICERS:
        address = f"{person}@board.example"
    about = ("02N",) if verb == "moderate" else (panel,)
    seen = ("--as", address, "--seen", subjects.get((panel, lane), "none"))
    called = f"panel {verb} {panel} by {person} {' '.join(more)}".strip()
    return Ask(("panel", verb, *about, *which, *seen, *more), called=called)


def before_the_panels(subjects: Subjects) -> list[Ask]:
    """What is asked while every table awaits its panel: one decision of each kind, then the rest signed."""
    stranger = ("--as", "nobody@panel.example", "--seen", "0" * 64, *NO_INTERESTS)
    return [
        ask("panel", "status"),
        *(ask("show", "02N", *lane) for lane in (MONTH, YEAR)),
        *(ask("export", "ratings", *lane) for lane in (MONTH, YEAR)),
        ask("explain", "02N", "cancer", *MONTH),
        ask("export", "assessment", *MONTH),
        *(ask("panel", "show", panel, *MONTH) for panel in PANELS),
        ask("panel", "sign", "cancer", *MONTH, *stranger),
        *(decided(subjects, "sign", "cancer", one, *NO_INTERESTS) for one in ("stranger", "chair")),
        ask("panel", "status"),
        decided(subjects, "sign", "cancer", "chair", *NO_INTERESTS, *REASON),
        *(decided(subjects, "sign", "cancer", one, *NO_INTERESTS) for one in ("deputy", "clinician")),
        decided(subjects, "recuse", "maternity", "midwife", *NO_INTERESTS),
        *(decided(subjects, "override", "diabetes", one, *NO_INTERESTS, *REASON) for one in OFFICERS),
        decided(subjects, "comment", "dementia", "chair", "--about", "02N", *REASON),
        decided(subjects, "return", "dementia", "chair", *NO_INTERESTS, *REASON),
        ask("panel", "show", "dementia", *MONTH),
        ask("panel", "status"),
        ask("panel", "lay-again", "dementia", *MONTH),
        ask("panel", "lay-again", "dementia", *MONTH, called="panel lay-again dementia, once more"),
        ask("panel", "demonstrate"),
        ask("panel", "demonstrate", *MONTH),
        ask("panel", "demonstrate", *YEAR),
    ]


def reopened(subjects: Subjects) -> list[Ask]:
    """What is asked to have the committee's table before it again, and one judgement of it moderated."""
    to = ("--judgement", "leadership", "--to", "Amber", *NO_INTERESTS, *REASON)
    return [
        decided(subjects, "withdraw", COMMITTEE, "chair", *NO_INTERESTS, *REASON),
        ask("panel", "lay-again", COMMITTEE, *YEAR),
        decided(subjects, "moderate", COMMITTEE, "chair", *to),
        decided(subjects, "moderate", COMMITTEE, "deputy", *to),
    ]


def confirmed(subjects: Subjects) -> list[Ask]:
    """What is asked to have the moderated table confirmed."""
    people = ("chair", "deputy", "operations")
    return [
        ask("panel", "show", COMMITTEE, *YEAR),
        *(decided(subjects, "sign", COMMITTEE, one, *NO_INTERESTS) for one in people),
    ]


def of_everything(landing: Sequence[str], is_made_up: bool) -> list[Ask]:
    """What is asked of a database that changes nothing but its log of who looked."""
    return [
        *_of_tables(),
        *_of_changes(),
        *_of_records(landing),
        *_of_panels(is_made_up),
        *_wrong(),
        *_help(),
    ]


def of_kept(is_made_up: bool) -> list[Ask]:
    """What is asked of a database that another version made: less, but of everything that is stored."""
    asked = [ask("panel", "status"), ask("panel", "verify"), ask("files"), ask("quarantine", "amendments")]
    for lane, released in product((MONTH, YEAR), ((), ("--unreleased",))):
        asked += [ask("export", table, "--format", "csv", *lane, *released) for table in TABLES]
        asked.append(ask("show", "02N", *lane, *released))
        asked.append(ask("explain", "02N", _areas((*lane, *released))[0], *lane, *released))
    for panel, lane in product((*PANELS, COMMITTEE), (MONTH, YEAR)):
        asked.append(ask("panel", "show", panel, *lane))
    asked.append(ask("diff", *MONTH, "--since", "2017-06-01"))
    return [*asked, *_certificates(LINES if is_made_up else LINES[:1])]


def _areas(which: tuple[str, ...]) -> tuple[str, ...]:
    return AREAS if which == (*MONTH, "--unreleased") else ("cancer", "dementia", "101")


def _of_tables() -> Iterator[Ask]:
    for lane, released in product((MONTH, YEAR), ((), ("--unreleased",))):
        which = (*lane, *released)
        for table, file_format in product(TABLES, FORMATS):
            yield ask("export", table, "--format", file_format, *which)
        for code in CCGS:
            yield ask("show", code, *which)
        for area in _areas(which):
            yield ask("explain", "02N", area, *which)
        for file_format in ("table", "csv", "json", "svg"):
            yield ask("league", "--area", "122", "--format", file_format, *which)
            yield ask("league", "--overall", "--format", file_format, *which)
        for file_format in ("table", "html", "json"):
            yield ask("robustness", "--format", file_format, *which)
        yield ask("show", "02N", *which, "--as-at", "2017-06-01")
    yield ask("export", "ratings", *MONTH, "--as-at", "2099-01-01")
    yield ask("explain", "08H", "dementia", *MONTH, "--unreleased", "--as-at", "2099-01-01")
    yield ask("show", "02N")
    yield ask("show", "Airedale", "--unreleased")
    yield ask("method", "--fit")
    for lane in (MONTH, YEAR):
        yield ask("method", "--fit", *lane)


def _of_changes() -> Iterator[Ask]:
    yield ask("diff", *MONTH, "--since", "2017-06-01")
    yield ask("diff", *YEAR, "--since", "2017-01-01", "--as-at", "2017-06-01")
    for lane, file_format in ((MONTH, "csv"), (MONTH, "json"), (YEAR, "parquet")):
        file = f"diff.{file_format}"
        said = ("--since", "2017-06-01", "--format", file_format, "--output", file)
        yield ask("diff", *lane, *said, files=[file])
    yield ask("diff", *MONTH, "--file", "staff_survey_2016-12-31.csv")
    yield ask("diff", *MONTH, "--file", "no such file")


def _of_records(landing: Sequence[str]) -> Iterator[Ask]:
    yield ask("method")
    yield ask("files")
    yield ask("weights")
    for name in WEIGHTS:
        yield ask("weights", name)
    for file_format in FORMATS:
        file = f"quarantine.{file_format}"
        yield ask("weights", "dtoc", "--format", file_format)
        said = ("--format", file_format, "--output", file)
        yield ask("quarantine", *said, *landing, files=[file])
    yield ask("quarantine", *landing)
    yield ask("quarantine", "amendments")


def revised(file: str) -> list[Ask]:
    """What is asked when a publisher has revised a file, with rows that are refused."""
    quarantine = "quarantine.csv"
    return [
        ask("run", *MONTH),
        ask("files"),
        ask("quarantine"),
        ask("quarantine", "--output", quarantine, files=[quarantine]),
        ask("quarantine", "--effect", *MONTH, "--format", "json", "--output", "e.json", files=["e.json"]),
        ask("diff", *MONTH, "--file", file),
        *_as_it_stands(),
    ]


def amended(rows: Mapping[str, str]) -> list[Ask]:
    """Take refused rows in, and correct them; `rows` has the id of each by its organisation."""
    person = ("--as", "analyst@data.example", *REASON)
    until = ("--until", "2099-12-31")
    cells = ("--set", "numerator=50", "--set", "value=")
    asked = []
    for code, row in rows.items():
        for verb, more in (
            ("show", MONTH),
            ("waive", (*person, *until)),
            ("correct", (*person, *until, *cells)),
        ):
            called = f"quarantine {verb} the row of {code}"
            asked.append(Ask(("quarantine", verb, row, *more), called=called))
    for code, row in list(rows.items())[1:2]:
        said = ("quarantine", "show", row, *MONTH, *cells)
        asked.append(Ask(said, called=f"quarantine show the row of {code} with other cells"))
    return [
        *asked,
        ask("quarantine", "amendments"),
        ask("run", *MONTH),
        ask("quarantine"),
        *_as_it_stands(),
        *(
            Ask(
                ("quarantine", "revoke", row, *person),
                called=f"quarantine revoke the row of {code}",
            )
            for code, row in list(rows.items())[:2]
        ),
        ask("quarantine", "amendments"),
    ]


def _as_it_stands() -> Iterator[Ask]:
    yield ask("panel", "status")
    yield ask("panel", "show", "cancer", *MONTH)
    yield ask("panel", "verify")
    for table, released in product(TABLES, ((), ("--unreleased",))):
        yield ask("export", table, *MONTH, *released)
    for code in REVISED:
        yield ask("explain", code, "cancer", *MONTH)
        yield ask("explain", code, "cancer", *MONTH, "--unreleased")


def _of_panels(is_made_up: bool) -> Iterator[Ask]:
    yield ask("panel", "status")
    yield ask("panel", "verify")
    yield ask("panel", "notices")
    for panel, lane in product((*PANELS, COMMITTEE), (MONTH, YEAR)):
        yield ask("panel", "show", panel, *lane)
    yield from _certificates(LINES if is_made_up else LINES[:1])
    yield ask("panel", "certificate", "999999", "--output", "none.json")
    if not is_made_up:
        yield ask("panel", "demonstrate", *MONTH)
        approved = ("--as", "cancer.chair@panel.example", "--seen", "0" * 64, "--interests", "none")
        yield ask("panel", "sign", "cancer", *MONTH, *approved)


def _certificates(lines: Sequence[int]) -> Iterator[Ask]:
    yield ask("panel", "key", "--output", "public.pem", files=["public.pem"])
    for seq in lines:
        file, table = f"line{seq}.json", f"line{seq}.csv"
        wanted = ("--output", file, "--table", table)
        yield ask("panel", "certificate", f"{seq}", *wanted[:2], files=[file])
        yield ask("panel", "certificate", f"{seq}", *wanted, files=[table])
        yield ask("verify", file, "--key", "public.pem")
        yield ask("verify", file, "--key", "public.pem", "--table", table)


def _wrong() -> Iterator[Ask]:
    yield ask("show", "no such CCG")
    yield ask("show", "02N", "--month", "soon")
    yield ask("show", "02N", *MONTH, *YEAR)
    yield ask("explain", "02N", "no such area")
    yield ask("export", "no_such_table", *MONTH)
    yield ask("export", "ratings", *MONTH, "--format", "docx")
    yield ask("export", "ratings", *MONTH, "--output", "no_such_folder/ratings.csv")
    yield ask("weights", "no_such_name")
    yield ask("league", *MONTH)
    yield ask("league", "--overall", "--format", "docx", *YEAR)
    yield ask("robustness", "--format", "docx", *MONTH)
    yield ask("show", "02N", "--month", "2030-01", "--unreleased")
    yield ask("diff", *MONTH)
    yield ask("quarantine", "show", "no_such_row")
    yield ask("panel", "show", "no_such_panel", *MONTH)
    yield ask("panel", "show", "cancer")
    yield ask("panel", "minutes", "no_such_form.yaml")
    yield ask("fetch", "rtt", *MONTH)
    yield ask("run", "--landing", "no_such_folder")
    yield ask("files", "--database", "no such address")
    yield ask("verify", "no_such_file.json", "--key", "public.pem")
    yield ask("no_such_verb")


VERBS = (
    *(
        "",
        "run",
        "demo",
        "show",
        "explain",
        "export",
        "weights",
        "method",
        "files",
        "fetch",
        "verify",
        "room",
    ),
    *("diff", "league", "robustness", "panel", "quarantine"),
    *("panel status", "panel show", "panel verify", "panel demonstrate", "panel sign", "panel return"),
    *("panel withdraw", "panel recuse", "panel override", "panel comment", "panel lay-again"),
    *("panel moderate", "panel minutes", "panel sign-minutes", "panel recorder-key", "panel key"),
    *("panel certificate", "panel notices"),
    *("quarantine show", "quarantine waive", "quarantine correct", "quarantine revoke"),
    *("quarantine amendments",),
)


def _help() -> Iterator[Ask]:
    for verb in VERBS:
        yield ask(*verb.split(), "--help")
