"""What every publication's module offers.

Belongs here: the type of a reader.
Does not belong here: any publication, or choosing among them (``catalogue``).
"""

from collections.abc import Callable
from dataclasses import dataclass

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.documents import Document
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.reading import Reading


@dataclass(frozen=True)
class Reader:
    """How to know a publication's files (``layout``), and how to read one or raise Refused."""

    layout: Layout
    read: Callable[[Document, Edition], Reading]
