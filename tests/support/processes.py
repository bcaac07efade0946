"""Other processes of the tests, forked from one that has imported already what each of them needs.

Belongs here: the context in which they are started. Its own process start imports for a second or two.
Does not belong here: what they do (notations/, the tests).
"""

import multiprocessing
from functools import cache
from multiprocessing.context import ForkServerContext

IMPORTED = (
    "psycopg",
    "ccg_pipeline.storage.pieces",
    "expert_panels.ledger.record",
    "expert_panels.notices.mail",
    "expert_panels.notices.webhook",
)
"""What takes long to import; none of these opens a file, a connection or a thread as it is imported."""


@cache
def context() -> ForkServerContext:
    """The context for `Process`, `Barrier` and `Queue`, the same for all tests of this process."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(list(IMPORTED))
    return made
