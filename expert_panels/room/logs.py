"""The room's own log: one line an entry, whatever the text in it.

Belongs here: how an entry is written, and the configuration that makes the server write so.
Does not belong here: the access record (access_log.py), which is a table.
"""

import logging
from typing import Any

from expert_panels.one_line import one_line

_CONTINUES = "    | "
"""Begins every further line of an entry, so that nothing in a traceback can pass for an entry."""


class OneLine(logging.Formatter):
    """Writes the message as one line, and a traceback as lines that are plainly a part of the entry."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the entry's first line."""
        record.message = one_line(record.message, 2000)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry."""
        first, *further = super().format(record).splitlines()
        return "\n".join([first, *(_CONTINUES + one_line(line, 2000) for line in further)])


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "one_line": {
            "class": f"{__name__}.{OneLine.__name__}",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "one_line", "stream": "ext://sys.stderr"}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
"""For `logging.config.dictConfig`: warnings and errors of the server and of all that it calls."""
