"""What is said of a rating: how often the same care, measured again, would earn it.

Belongs here: the sentence, its words and its condition, the one place of each.
Does not belong here: the chances (simulation.py), where they are shown.

A rating is the rule on this year's figures, a fact that has no probability. What has one is the rating of the
same care measured once more, and that can be held against the next figures.
"""

from collections.abc import Mapping

HOLDS, LIKELY = 0.95, 0.67
"""From these chances on a rating holds, or is likely to (assumed: the words of no framework)."""
NOT_REPEATED = "would probably not be repeated"
WORDS = ("holds", "likely to hold", "may not hold", NOT_REPEATED)
CONDITION = "If the judgements are right, and the values compared with and the method stand as they are."

MODERATED = "How sure it is was worked out before moderation, and is not known of what was moderated."


def words_of(chances: Mapping[str, float], label: str) -> str:
    """Return one of WORDS for the grade `label`, given how probable each is when measured again."""
    own = chances.get(label, 0.0)
    if max(chances.values(), default=0.0) > own:
        return NOT_REPEATED
    return WORDS[0] if own >= HOLDS else WORDS[1] if own >= LIKELY else WORDS[2]


def counts_of_100(chances: Mapping[str, float]) -> dict[str, int]:
    """Return whole numbers that add up to 100 and lie nearest to the shares (largest remainders)."""
    whole = sum(chances.values())
    if not whole > 0:
        return dict.fromkeys(chances, 0)
    exact = {label: 100 * chance / whole for label, chance in chances.items()}
    counts = {label: int(one) for label, one in exact.items()}
    rest = sorted(exact, key=lambda label: counts[label] - exact[label])
    for label in rest[: 100 - sum(counts.values())]:
        counts[label] += 1
    return counts


def sentence(chances: Mapping[str, float], label: str, year: str) -> str:
    """Return what is said of the grade `label`, earned by the figures of `year`.

    `chances`: of each label of the scale, best first, when measured again, as `kind` again of `grade_chance`.
    """
    counts = counts_of_100(chances)
    own = counts.pop(label, 0)
    others = [f"{count} {other}" for other, count in counts.items() if count]
    said = f"about {own} in 100 measurements" if own else "fewer than 1 in 100 measurements"
    again = ", ".join([f"{said} would give {label}", *others])
    return f"{label}, by the figures of {year}. Were the same measured again, {again}."
