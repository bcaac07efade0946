"""Reading a declaration: a YAML file that a person writes, of which every key is known and given once.

Belongs here: turning such a file into a frozen model, or into one sentence that names file and offender.
Does not belong here: what is declared (terms.py, settings.py, minutes/form.py).
"""

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

Model = TypeVar("Model", bound=BaseModel)


class Frozen(BaseModel):
    """A part of a declaration: never changed, and without a key that is not its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Loader(yaml.SafeLoader):
    """YAML in which a key given twice is an error; the standard loader silently takes the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


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
        content = yaml.load(text, Loader=_Loader)  # a SafeLoader
    except yaml.MarkedYAMLError as fault:
        line = f"line {fault.problem_mark.line + 1}: " if fault.problem_mark else ""
        raise refuse(f"{name}: {line}{fault.problem}.") from fault
    except yaml.YAMLError as fault:
        raise refuse(f"{name}: is not YAML ({' '.join(str(fault).split())}).") from fault
    if not isinstance(content, dict):
        raise refuse(f"{name}: {example}.")
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        raise refuse(f"{name}: {first_fault(fault)}.") from fault
