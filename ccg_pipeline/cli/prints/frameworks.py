"""What the terminal shows of several frameworks side by side.

Belongs here: laying the comparison out. Does not belong here: the comparison (publish/frameworks.py).
"""

from collections.abc import Sequence

from rich.console import Console

from ccg_pipeline.cli.prints.layout import table_of
from ccg_pipeline.publish.frameworks import NO_BETTER, Answers, compared_groups, disagreements, shown
from ccg_pipeline.reference.deprivation import deprivation_imd_2015
from ccg_pipeline.reference.neighbours import neighbours
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.tables import MADE_UP, NOT_OFFICIAL

FIFTH = 42  # of 209


def comparison(
    console: Console,
    ccg_code: str,
    year: str,
    answers: Sequence[Answers],
    lacking: Sequence[str],
    is_made_up: bool,
) -> None:
    """Print each framework's answer about a CCG, its place, where it is lowest, and the disagreements."""
    if is_made_up:
        _say(console, MADE_UP)
    _say(console, NOT_OFFICIAL)
    name = ccgs().set_index("ccg_code")["ccg_name"][ccg_code]
    rows = []
    for one in answers:
        places = one.places(ccg_code)
        place = f"{shown(places)} of {one.n}" if places else "none"
        result = one.results.get(ccg_code, "") or "none"
        rows.append([one.framework, one.what, result, place, "; ".join(one.lowest(ccg_code))])
    heads = ["framework", "what", "result", "place", "where it stands lowest"]
    console.print(table_of(heads, rows, f"{name} ({ccg_code}), {year}"))
    found = disagreements(answers, ccg_code)
    for sentence in found or ["No two frameworks put it into other halves of the CCGs."]:
        _say(console, sentence)
    _say(console, NO_BETTER)
    _next_door(console, ccg_code, answers)
    _strong_and_deprived(console, answers)
    for sentence in lacking:
        _say(console, f"Not compared: {sentence}")


def _next_door(console: Console, ccg_code: str, answers: Sequence[Answers]) -> None:
    """Print what its neighbours got; an island has none."""
    pairs = neighbours()
    codes = list(pairs.loc[pairs["ccg_code"] == ccg_code, "neighbour_code"])
    if not codes:
        _say(console, "It has no CCG next door.")
        return
    rows = [[code, *(one.results.get(code, "") or "none" for one in answers)] for code in codes]
    console.print(table_of(["next door", *(one.what for one in answers)], rows, "CCGs with a shared border"))


def _strong_and_deprived(console: Console, answers: Sequence[Answers]) -> None:
    """Print the middle place of CCGs that are well led and deprived, where leadership was judged."""
    judged = [member for one in answers for key, member in one.members.items() if key == "leadership"]
    if not judged:
        return
    order = judged[0].order
    strong = set(order.index[order == order.min()])
    ranks = deprivation_imd_2015()["rank_of_average_score"]
    deprived, spared = set(ranks.nsmallest(FIFTH).index), set(ranks.nlargest(FIFTH).index)
    groups = {
        f"strong leadership, most deprived fifth ({len(strong & deprived)})": sorted(strong & deprived),
        f"strong leadership, least deprived fifth ({len(strong & spared)})": sorted(strong & spared),
    }
    table = compared_groups(answers, groups)
    title = f"Middle place, 1 the best, by {judged[0].framework}: {judged[0].what}"
    rows = table.astype(object).where(table.notna(), "none").to_numpy().tolist()
    console.print(table_of(list(table.columns), rows, title))


def _say(console: Console, sentence: str) -> None:
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)
