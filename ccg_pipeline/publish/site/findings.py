"""What is found of a subject, in words: on which side of its reference each lies, and of all in a sentence.

Belongs here: the sentence above a page's pictures and their text alternative. Does not belong here: pictures.
"""

import math

from ccg_pipeline.publish.naming import grade_in_words
from ccg_pipeline.publish.site.content import Outcome, Subject


def side_of(one: Outcome) -> str:
    """Return on which side of its reference an outcome lies: better, worse, like, or '' where neither."""
    for word, side in (
        ("better", "better"), ("above", "better"), ("worse", "worse"), ("below", "worse"),
        ("outside", "worse"), ("like", "like"), ("cannot", "like"), ("inside", "like"),
    ):  # fmt: skip
        if one.verdict.startswith(word):
            return side
    return ""


def finding(subject: Subject, nouns: str) -> str:
    """Return what a picture of all organisations says, in a sentence."""
    known = {code: one for code, one in subject.outcomes.items() if not math.isnan(one.number)}
    if not known:
        return f"There is no figure of {subject.title} for any of the {nouns}."
    values = sorted(one.number for one in known.values())
    low, middle, high = values[0], values[len(values) // 2], values[-1]
    sides = [side_of(one) for one in known.values()]
    of_scores = f"{len(known)} {nouns} from {low:,.4g} to {high:,.4g}, half of them below {middle:,.4g}"
    if any(subject.counts.values()):
        grades = ", ".join(f"{n} {grade_in_words(label)}" for label, n in subject.counts.items())
        return f"{subject.title}: {grades}. By their scores: {of_scores}."
    said = f"{subject.title}: {of_scores}"
    if any(sides):
        said += (
            f"; {sides.count('better')} are better than the reference, {sides.count('worse')} worse, "
            f"{sides.count('like')} neither"
        )
    return said + "."
