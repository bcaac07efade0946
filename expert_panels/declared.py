"""Reading a declaration: a YAML file that a person writes, of which every key is known and given once.

Belongs here: turning such a file into a frozen model, or into one sentence that names file and offender.
Does not belong here: what is declared (terms.py, settings.py, minutes/form.py).
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from expert_panels.foundation import strict_yaml
from expert_panels.foundation.fault import Fault

Model = TypeVar("Model", bound=BaseModel)


class Frozen(BaseModel):
    """A part of a declaration: never changed, and without a key that is not its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def first_fault(fault: ValidationError) -> str:
    """Return where the first fault is and what it says."""
    error = fault.errors()[0]
    place = ".".join(str(part) for part in error["loc"])
    message = error["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


def read(path: Path, model: type[Model], refuse: Callable[[str], Exception], example: str) -> Model:
    """Return the `model` that the file declares.

    Raises what `refuse` makes of one sentence; `example` is how such a file begins.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise refuse(f"{path.name}: cannot be read as UTF-8 text ({fault}).") from fault
    return parse(text, path.name, model, refuse, example)


def parse(
    text: str, name: str, model: type[Model], refuse: Callable[[str], Exception], example: str
) -> Model:
    """Return the `model` that a text declares, as `read` does; sentences begin with `name`."""
    try:
        content = strict_yaml.parse(text, name).data
    except Fault as fault:
        raise refuse(str(fault)) from fault
    if not isinstance(content, dict):
        raise refuse(f"{name}: {example}.")
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        raise refuse(f"{name}: {first_fault(fault)}.") from fault
