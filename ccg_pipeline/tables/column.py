"""What a column and a table are: each is defined once, and all else is derived from the definition.

Belongs here: the types Column and Table, and what of them depends on the edition.
Does not belong here: the tables themselves (a module each family), SQL (storage/sql.py), checking frames
(schema.py, conform.py), the data dictionary (dictionary.py).

Nothing here imports pandera or SQLAlchemy, so that whoever only needs names and meanings loads neither.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.wanted import Wanted, wanted_by

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "whole", "number", "date", "flag"]
T = TypeVar("T")


@dataclass(frozen=True)
class Basis:
    """What the values of a frame depend on: its edition, its CCGs by code, and its lane and panel, if any."""

    edition: Edition
    ccg_codes: Sequence[str] = ()
    lane: str = ""
    panel: str = ""
    all_wanted: Wanted | None = None

    @property
    def wanted(self) -> Wanted:
        """What the editions in force want together; the edition alone where no other is."""
        return self.all_wanted or wanted_by(self.edition)

    @property
    def lanes(self) -> tuple[str, ...]:
        """The lane, or all lanes of the edition."""
        return (self.lane,) if self.lane else tuple(one.key for one in self.edition.lanes)

    @property
    def labels(self) -> tuple[str, ...]:
        """The ratings of the lanes in words, best first."""
        return tuple(dict.fromkeys(label for lane in self.lanes for label in self.edition.labels(lane)))


@dataclass(frozen=True)
class Depends(Generic[T]):
    """Something that depends on the basis of a frame: in words for the dictionary, and as a function."""

    words: str
    of: Callable[[Basis], T]


Values = Collection[str] | Depends[Collection[str]]
Limit = float | Depends[float]


@dataclass(frozen=True)
class Column:
    """One column. What is missing is NaN, NA or NaT, and '' in a text; a flag is never missing.

    ``unit`` is '' where there is none. ``values`` are all that a text may hold (and '', where it may be
    missing), ``like`` is a pattern for the whole of it. ``at_least`` and ``at_most`` bound numbers; ``only``
    is the one value that a flag has.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    may_be_missing: bool = False
    values: Values | None = None
    like: str = ""
    at_least: float | None = None
    at_most: Limit | None = None
    only: bool | None = None

    def allowed(self, basis: Basis) -> frozenset[str] | None:
        """Return the texts that the column may hold in a frame of `basis`; None where any will do."""
        if self.values is None:
            return None
        values = self.values.of(basis) if isinstance(self.values, Depends) else self.values
        return frozenset((*values, "") if self.may_be_missing else values)

    def upper_limit(self, basis: Basis) -> float | None:
        """Return the greatest number that the column may hold in a frame of `basis`."""
        return self.at_most.of(basis) if isinstance(self.at_most, Depends) else self.at_most

    def named(self, name: str) -> "Column":
        """Return the same column under another name."""
        return replace(self, name=name)

    @property
    def vocabulary(self) -> str:
        """The values that are allowed, in words; '' where any of its kind is."""
        if isinstance(self.values, Depends):
            return self.values.words
        if self.values is not None:
            return ", ".join(self.values)
        if self.only is not None:
            return str(self.only).lower()
        most = self.at_most.words if isinstance(self.at_most, Depends) else _digits(self.at_most)
        limits = [word for word in (_digits(self.at_least), most) if word]
        if self.at_least is not None and self.at_most is not None:
            return " to ".join(limits)
        return f"{limits[0]} or {'more' if self.at_most is None else 'less'}" if limits else self.like


def _digits(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


@dataclass(frozen=True)
class Rule:
    """A rule over several columns. ``holds`` gives true or false for each row, or one for the frame.

    ``sentence`` follows the name of a row: 'must begin no later than it ends'.
    """

    sentence: str
    holds: "Callable[[pd.DataFrame], pd.Series[bool] | bool]"


def _no_rules(_basis: Basis) -> Sequence[Rule]:
    return ()


@dataclass(frozen=True)
class Table:
    """A table: its columns in order, and what a row is known by.

    ``key``: no two rows have the same. It begins with what a writer replaces, so that its index also finds
    that. ``is_primary``: the key is the table's primary key, as it is where rows are not replaced by
    partition. ``indexes``: what each is for -> its columns. ``optional`` columns may be absent from a frame
    that is checked before it is stored.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    is_primary: bool = False
    indexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_insert_only: bool = False
    optional: frozenset[str] = frozenset()
    rules: Callable[[Basis], Sequence[Rule]] = _no_rules

    def __post_init__(self) -> None:
        """Refuse a column that is defined twice, and a key or an index of a column that is not there."""
        names = self.names
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"{self.name} defines {sorted(twice)} twice.")
        named = {*self.key, *self.optional, *(name for index in self.indexes.values() for name in index)}
        if unknown := named - set(names):
            raise ValueError(f"{self.name} has no column {sorted(unknown)}.")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(one.name for one in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError where there is none."""
        found = {one.name: one for one in self.columns}
        return found[name]


def text(
    name: str,
    meaning: str,
    values: Values | None = None,
    *,
    like: str = "",
    unit: str = "",
    may_be_missing: bool = False,
) -> Column:
    """Define a text; '' where it is missing."""
    return Column(name, "text", meaning, unit, may_be_missing, values=values, like=like)


def number(
    name: str,
    meaning: str,
    unit: str,
    at_least: float | None = None,
    at_most: Limit | None = None,
    *,
    may_be_missing: bool = True,
) -> Column:
    """Define a finite number with decimals."""
    return Column(name, "number", meaning, unit, may_be_missing, at_least=at_least, at_most=at_most)


def whole(
    name: str,
    meaning: str,
    unit: str = "",
    at_least: float | None = None,
    at_most: Limit | None = None,
    *,
    may_be_missing: bool = False,
) -> Column:
    """Define a whole number."""
    return Column(name, "whole", meaning, unit, may_be_missing, at_least=at_least, at_most=at_most)


def date(name: str, meaning: str, *, may_be_missing: bool = False) -> Column:
    """Define a day, without a time of day."""
    return Column(name, "date", meaning, "day", may_be_missing)


def flag(name: str, meaning: str, only: bool | None = None) -> Column:
    """Define a column that is true or false, never missing."""
    return Column(name, "flag", meaning, only=only)


def may_be_missing(columns: Collection[Column], *names: str) -> tuple[Column, ...]:
    """Return `columns`, those that are named (or all) as they are where they may be missing."""
    return tuple(
        replace(one, may_be_missing=True) if one.kind != "flag" and (one.name in names or not names) else one
        for one in columns
    )
