"""The room's log: hostile text, in a message or in a traceback, is never its own entry."""

import logging

from expert_panels.room.logs import LOGGING, OneLine

FORGED = "2017-04-05 09:00:00,000 WARNING room: chair@panel.example signed in"
HOSTILE = f"a reason\n{FORGED}\r{FORGED}\u2028{FORGED}\x85{FORGED}\x1b[2K"


def written(logger_says: str, fault: Exception | None = None) -> list[str]:
    form = LOGGING["formatters"]["one_line"]["format"]
    record = logging.LogRecord("room", logging.ERROR, "", 0, logger_says, None, None)
    if fault is not None:
        try:
            raise fault
        except Exception as raised:  # noqa: BLE001  # whatever it is, it is to be logged
            record.exc_info = (type(raised), raised, raised.__traceback__)
    return OneLine(form).format(record).splitlines()


def test_a_hostile_message_is_one_line() -> None:
    (line,) = written(HOSTILE)
    assert " ERROR room: a reason\\n2017-04-05" in line
    assert line.isprintable()


def test_a_hostile_fault_is_a_part_of_its_entry() -> None:
    first, *further = written("The page failed.", ValueError(HOSTILE))
    assert first.endswith(" ERROR room: The page failed.")
    assert any(FORGED in line for line in further)
    assert all(line.startswith("    | ") and line.isprintable() for line in further)
