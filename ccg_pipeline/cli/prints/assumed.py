"""What the terminal shows of an edition's numbers: those that are assumed, under the reason for each.

Belongs here: laying them out, so that a reason that several share is read once, and no line is cut.
Does not belong here: the numbers themselves (framework/), options and exit codes.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from ccg_pipeline.framework.provenance import Number
from expert_panels.foundation.fault import WrongUse

PROVENANCES = ("found", "derived", "memory", "assumed")


def assumed(console: Console, title: str, numbers: Iterable[Number], about: str = "") -> None:
    """Print under `title` what is assumed of an edition's `numbers`, and how many are of each provenance.

    `about`: those alone whose file, name or value holds this text, or where none does, whose reason does.
    WrongUse where there is none of either.
    """
    every = list(numbers)
    own = [one for one in every if one.provenance == "assumed"]
    named = [one for one in own if _holds(about, one.file, one.item, str(one.value))]
    by_reason: dict[str, dict[str, list[Number]]] = {}
    for one in named or [one for one in own if _holds(about, one.source)]:
        by_reason.setdefault(one.file, {}).setdefault(one.source, []).append(one)
    if not by_reason and about:
        raise WrongUse(f"Nothing that is assumed holds {about!r}: without a text, all of it is listed.")
    console.print(Text(title, style="bold"))
    for file, reasons in by_reason.items():
        console.print(Text(f"\n{file}", style="bold"))
        for reason, shown in reasons.items():
            console.print(Padding(Text(" ".join(reason.split())), (0, 0, 0, 2)))
            for one in shown:
                line = f"{one.item}: {one.text} {one.unit}".rstrip()
                console.print(Padding(Text(line, style="cyan"), (0, 0, 0, 4)))
    n = sum(len(shown) for reasons in by_reason.values() for shown in reasons.values())
    some = f"{n} with {about!r}. " if about else ""
    console.print(f"\n{some}{counted(every)}", markup=False, highlight=False)


def _holds(about: str, *texts: str) -> bool:
    return any(about.casefold() in text.casefold() for text in texts)


def counted(numbers: Sequence[Number]) -> str:
    """Return in a sentence how many rules, numbers and choices are of each provenance."""
    counts = Counter[str](one.provenance for one in numbers)
    said = ", ".join(f"{counts[name]} {name}" for name in PROVENANCES)
    return f"{len(numbers)} rules, numbers and choices: {said}."
