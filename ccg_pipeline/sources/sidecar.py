"""The sidecar: what a person says about a file whose layout has no room for it.

Belongs here: the keys of ``<file name>.meta.yaml`` and reading them.
Does not belong here: which date wins (``dating``).
"""

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from ccg_pipeline.sources.result import Refused
from expert_panels.foundation.fault import Fault
from expert_panels.foundation.strict_yaml import parse

SUFFIX = ".meta.yaml"
LARGEST = 100_000  # bytes; a sidecar has eight lines


class Sidecar(BaseModel):
    """All keys are optional; an unknown one is refused. Dates are ISO, periods by first and last day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period_start: date | None = None
    period_end: date | None = None
    published_on: date | None = None
    revised_on: date | None = None
    is_made_up: bool = False
    note: str = ""

    @model_validator(mode="after")
    def _period_is_whole(self) -> "Sidecar":
        if (self.period_start is None) != (self.period_end is None):
            raise ValueError("period_start and period_end are given together or not at all")
        if self.period_start and self.period_end and self.period_start > self.period_end:
            raise ValueError("period_start is after period_end")
        return self


def read_sidecar(path: Path) -> Sidecar:
    """The sidecar of the file at ``path``, an empty one where there is none. Raises Refused."""
    sidecar_path = path.with_name(path.name + SUFFIX)
    try:
        if not sidecar_path.is_file():
            return Sidecar()
        if sidecar_path.stat().st_size > LARGEST:
            raise Refused(f"{sidecar_path.name}: is larger than {LARGEST:,} bytes; correct the sidecar.")
        return Sidecar.model_validate(
            parse(sidecar_path.read_text(encoding="utf-8"), sidecar_path.name).data or {}
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise Refused(f"{sidecar_path.name}: {where}: {first['msg']}; correct the sidecar.") from error
    except Refused:
        raise
    except (Fault, UnicodeDecodeError, OSError) as error:
        raise Refused(f"{sidecar_path.name}: is no proper YAML; correct the sidecar.") from error
