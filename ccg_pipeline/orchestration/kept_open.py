"""Dagster's SQLite storages with their files kept open: a run writes some hundred events.

Belongs here: one connection a file where Dagster opens a new one for each event, one transaction a step
where it has one for each event and file.
Does not belong here: what is written (Dagster's own storages), the settings of an instance (instance.py).
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import RLock
from typing import Any

from dagster import DagsterEventType, EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._core.storage.sqlite_storage import (
    DagsterSqliteStorage,
    _event_logs_directory,
    _runs_directory,
    _schedule_directory,
)
from sqlalchemy import Connection, Engine, create_engine, event

_WAIT_SECONDS = 30
_MOST = 8

_OF_A_STEP = (
    DagsterEventType.ASSET_CHECK_EVALUATION,
    DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
    DagsterEventType.ASSET_MATERIALIZATION,
    DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    DagsterEventType.HANDLED_OUTPUT,
    DagsterEventType.LOADED_INPUT,
    DagsterEventType.STEP_INPUT,
    DagsterEventType.STEP_OUTPUT,
)
"""Events that a step has many of: they wait for its end, or for that of the list of what is planned."""

_WAITS_SECONDS = 1.0
"""How long an event waits at most for those that follow it."""


class _Files:
    """Engines by address; of more than a few the one that was used longest ago is closed."""

    def __init__(self) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()

    def __getitem__(self, address: str) -> Engine:
        if address not in self._engines:
            engine = create_engine(address, connect_args={"timeout": _WAIT_SECONDS})
            event.listen(engine, "connect", _prepare)
            self._engines[address] = engine
        self._engines.move_to_end(address)
        while len(self._engines) > _MOST:
            self._engines.popitem(last=False)[1].dispose()
        return self._engines[address]

    def close(self) -> None:
        while self._engines:
            self._engines.popitem()[1].dispose()


def _prepare(connection: Any, _record: Any) -> None:
    # with the write-ahead log a power cut may take the last events, and never damages the file
    connection.execute("PRAGMA synchronous=NORMAL")


class EventLog(SqliteEventLogStorage):
    """Dagster's event log in SQLite files, one a run and one of all; what a step says is written together.

    An event waits for the end of its step, for a second at most, or until anything is read here. A process
    that is killed loses the events that wait, and none of the rows.
    """

    def __init__(self, base_dir: str) -> None:
        self._files = _Files()
        self._waiting: list[EventLogEntry] = []
        self._open: dict[str, Connection] | None = None
        self._one_at_a_time = RLock()
        super().__init__(base_dir)

    def store_event(self, event: EventLogEntry) -> None:
        """Take an event, to be written with those of its step."""
        with self._one_at_a_time:
            self._waiting.append(event)
            waits = event.dagster_event is not None and event.dagster_event_type in _OF_A_STEP
            if not waits or event.timestamp - self._waiting[0].timestamp > _WAITS_SECONDS:
                self._write()

    def _write(self) -> None:
        """Write what waits, in one transaction a file."""
        events, self._waiting = self._waiting, []
        if not events:
            return
        with ExitStack() as transactions:
            self._open = {}
            transactions.callback(setattr, self, "_open", None)
            for shard in dict.fromkeys([*(event.run_id for event in events), INDEX_SHARD_NAME]):
                self._open[shard] = transactions.enter_context(self._begin(shard))
            for event in events:
                super().store_event(event)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._one_at_a_time:
            if self._open is not None:
                yield self._open[shard]
                return
            self._write()
            with self._begin(shard) as connection:
                yield connection

    @contextmanager
    def _begin(self, shard: str) -> Iterator[Connection]:
        engine = self._files[self.conn_string_for_shard(shard)]
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        with engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Write what waits, and close the files."""
        with self._one_at_a_time:
            self._write()
        self._files.close()
        super().dispose()


class Runs(SqliteRunStorage):
    """Dagster's record of runs in an SQLite file."""

    def __init__(self, conn_string: str, inst_data: Any = None) -> None:
        self._files = _Files()
        super().__init__(conn_string, inst_data)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a transaction."""
        with self._files[self._conn_string].begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close the file."""
        self._files.close()
        super().dispose()


class KeptOpen(DagsterSqliteStorage):
    """Both, in the folders in which Dagster's own storage keeps them: either reads what the other wrote."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        super(DagsterSqliteStorage, self).__init__()  # type: ignore[no-untyped-call]  # Dagster's own
        self.base_dir, self._inst_data = base_dir, inst_data
        self._run_storage = Runs.from_local(_runs_directory(base_dir))
        self._event_log_storage = EventLog(_event_logs_directory(base_dir))
        self._schedule_storage = SqliteScheduleStorage.from_local(_schedule_directory(base_dir))

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "KeptOpen":
        """Return the storage of the settings of an instance."""
        return cls(config_value["base_dir"], inst_data)
