"""What is found of a subject, in words: the sides of its reference, and all organisations in a sentence.

Belongs here: the sentence above a page's pictures and their text alternative, the words of keys and marks.
Does not belong here: pictures (pictures.py), maps (maps.py).
"""

import math
from collections import Counter
from collections.abc import Iterable

from ccg_pipeline.publish.naming import grade_in_words
from ccg_pipeline.publish.site.content import NOTHING, Organisation, Round, Subject

OF_REFERENCE = {
    "better": "better than the reference", "like": "neither", "worse": "worse than the reference"
}  # fmt: skip
OF_RANGE = {"like": "inside the expected range", "outside": "outside the expected range"}


def sides_of(subject: Subject) -> dict[str, str]:
    """Return the sides on which something of a subject may lie, and what each is called."""
    is_range = any(one.verdict in OF_RANGE.values() for one in subject.outcomes.values())
    return OF_RANGE if is_range else OF_REFERENCE


def marks_of(subject: Subject) -> str:
    """Return what the marks of its pictures mean, as the end of a caption; '' where nothing is compared."""
    if not subject.is_compared:
        return ""
    if sides_of(subject) is OF_RANGE:
        return ": ◆ outside the expected range, ● inside it"
    return ": ▲ better than what it is compared with, ▼ worse, ● neither"


def finding(subject: Subject, nouns: str) -> str:
    """Return what a picture of all organisations says, in a sentence."""
    known = sorted(
        (one for one in subject.outcomes.values() if not math.isnan(one.number)), key=lambda one: one.number
    )
    if not known:
        return _judged(subject, nouns)
    low, middle, high = (
        f"{one.number:,.4g}" if subject.labels else one.text
        for one in (known[0], known[len(known) // 2], known[-1])
    )
    of_scores = f"{len(known)} {nouns} from {low} to {high}, the middle one {middle}"
    if any(subject.counts.values()):
        grades = ", ".join(f"{n} {grade_in_words(label)}" for label, n in subject.counts.items())
        return f"{subject.title}: {grades}. By their scores: {of_scores}."
    return f"{subject.title}: {of_scores}{_compared(subject)}."


def around(subject: Subject, place: Organisation, round_: Round) -> str:
    """Return how those most similar to a place and all are rated, in a sentence; '' where nobody is."""
    if not any(subject.counts.values()):
        return ""

    def counted(codes: Iterable[str]) -> str:
        texts = Counter(subject.outcomes.get(code, NOTHING).text for code in codes)
        rated = [label for label in subject.labels if texts[label]]
        n_without = texts.total() - sum(texts[label] for label in rated)
        without = [f"{n_without} without a rating"] if n_without else []
        return ", ".join([*(f"{texts[label]} {grade_in_words(label)}" for label in rated), *without])

    similar = [code for code in place.similar if code in round_.names]
    of_similar = f"Of its {len(similar)} most similar: {counted(similar)}. " if similar else ""
    return f"{of_similar}All {round_.nouns}: {counted(round_.names)}."


def _compared(subject: Subject) -> str:
    """How many lie on which side of what they are compared with; '' where nothing is."""
    if not subject.is_compared:
        return ""
    counts = Counter(one.side for one in subject.outcomes.values())
    texts = {one.reference_text for one in subject.outcomes.values() if one.reference_text}
    reference = f" ({texts.pop()})" if len(texts) == 1 else ""
    if sides_of(subject) is OF_RANGE:
        are = "is" if counts["outside"] == 1 else "are"
        return (
            f"; {counts['outside']} {are} outside the range that is expected about the reference{reference}, "
            f"{counts['like']} inside it"
        )
    are = "is" if counts["better"] == 1 else "are"
    return (
        f"; {counts['better']} {are} better than the reference{reference}, {counts['worse']} worse, "
        f"{counts['like']} neither"
    )


def _judged(subject: Subject, nouns: str) -> str:
    """What is said of a subject without numbers: how many are judged what, as its unit orders them."""
    counts = Counter(one.text for one in subject.outcomes.values() if one.text)
    if not counts:
        return f"There is no figure of {subject.title} for any of the {nouns}."
    order = {text: at for at, text in enumerate(subject.unit.split("/"))}
    texts = sorted(counts, key=lambda text: (order.get(text, len(order)), text))
    said = ", ".join(f"{counts[text]} {text}" for text in texts)
    return f"{subject.title}: {said}, of {counts.total()} {nouns}."
