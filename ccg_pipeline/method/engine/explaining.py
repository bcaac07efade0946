"""Why an organisation has its score and its grade: a node, what each of its steps did, and what it uses.

Belongs here: the tree from a node down to its measures, of the published figures.
Does not belong here: the words of a rule (wording.py), working anything out (run.py), laying out lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ccg_pipeline.framework.edition import Node
from ccg_pipeline.framework.provenance import numbers_of
from ccg_pipeline.framework.vocabulary.grading import GRADES, Adjustment
from ccg_pipeline.framework.vocabulary.others import Together
from ccg_pipeline.framework.vocabulary.rule import Member, Rule, of_pool, plain
from ccg_pipeline.method.engine.facts import State
from ccg_pipeline.method.engine.gaps import bounds_of_gaps
from ccg_pipeline.method.engine.reasons import in_titles
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.engine.wording import Seen, figure, words_of
from ccg_pipeline.method.statistics.grid import Floats
from expert_panels.foundation.fault import WrongUse

DOUBTFUL = ("memory", "assumed")
"""Provenances that a reader is told of wherever a number or a choice is used."""


@dataclass(frozen=True)
class Done:
    """What one step did: the rule in words, what came out of it, and what of it is not published.

    `because`: why an adjustment changed something; '' where it changed nothing. `doubtful`: provenance and
    source of whatever is assumed or from memory.
    """

    do: str
    words: str
    result: str
    because: str
    doubtful: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Use:
    """A node that another uses, and as what: ``weight 0.5``, ``by its grade``, ``condition``, ``pool``."""

    role: str
    node: "Explained"


@dataclass(frozen=True)
class Explained:
    """A node of one organisation. `score` and `grade` are NaN where there is none, and `why` says why.

    It rests on `n_used` of `n_expected` members; both are 0 where no rule of it combines members.
    `with_gaps`: its score with all that is missing under it at the worst, and at the best; None where
    nothing is.
    """

    key: str
    title: str
    level: str
    score: float
    grade: float
    label: str
    is_graded: bool
    n_used: int
    n_expected: int
    with_gaps: tuple[float, float] | None
    why: str
    steps: tuple[Done, ...]
    uses: tuple[Use, ...]


def explain(run: Run, key: str, organisation: str) -> Explained:
    """Return the node of that key for an organisation, and under it all that it rests on.

    `run` is of the published figures. A node that is used twice is the same object twice. WrongUse for an
    organisation that has no figures, or a node that the edition has not.
    """
    organisations = list(run.facts.organisations)
    if organisation not in organisations:
        known = ", ".join(organisations[:5]) + (", …" if len(organisations) > 5 else "")
        raise WrongUse(f"There is no organisation {organisation!r} among the figures, which have {known}.")
    if key not in run.states:
        raise WrongUse(f"There is no node {key!r} in the edition: choose one of {', '.join(run.states)}.")
    return _Explaining(run, organisations.index(organisation)).node(key)


def tops(run: Run) -> list[Node]:
    """Return the nodes that no other node uses; the graded ones alone, where any of them is graded."""
    nodes = [one for one in run.edition.nodes if one.key in run.states]
    used = {key for node in nodes for key in node.nodes_used()}
    found = [one for one in nodes if one.key not in used]
    return [one for one in found if one.scale is not None] or found


class _Explaining:
    """The explanation of one organisation: number `at` of those of the run."""

    def __init__(self, run: Run, at: int) -> None:
        self._run, self._at = run, at
        bounds = bounds_of_gaps(run, run.facts.organisations[at])
        self._with_gaps = {
            str(row[0]): (float(row[2]), float(row[3])) for row in bounds.to_numpy(dtype=object)
        }
        self._found: dict[str, Explained] = {}

    def node(self, key: str) -> Explained:
        """Return a node, explained once however many use it."""
        if key not in self._found:
            self._found[key] = self._explained(self._run.edition.node[key])
        return self._found[key]

    def _explained(self, node: Node) -> Explained:
        state = self._run.states[node.key]
        grade = self._of(state.grade)
        return Explained(
            key=node.key,
            title=node.title,
            level=node.level,
            score=self._of(state.score),
            grade=grade,
            label=self._label(node, grade),
            is_graded=node.scale is not None,
            n_used=0 if state.n_used is None else int(state.n_used[self._at]),
            n_expected=state.n_expected,
            with_gaps=self._with_gaps.get(node.key),
            why="" if state.why is None else in_titles(str(state.why[self._at]), self._run.edition),
            steps=tuple(self._steps(node)),
            uses=tuple(self._uses(node)),
        )

    def _of(self, x: Floats | None) -> float:
        return np.nan if x is None else float(x[0, self._at])

    def _label(self, node: Node, grade: float) -> str:
        return "" if np.isnan(grade) else self._run.edition.labels(node.key)[int(grade) - 1]

    def _steps(self, node: Node) -> Iterator[Done]:
        before = State(np.full((1, len(self._run.facts.organisations)), np.nan), "none")
        for number, after in enumerate(self._run.after_each_step(node)):
            rule = node.steps[number]
            changes = isinstance(rule, Adjustment)
            is_changed = changes and bool(np.ravel(after.changed[-1].where)[self._at])
            result = "no change"
            if is_changed or not changes:
                result = self._result(node, rule, after)
            if is_changed:
                result += f", was {self._result(node, rule, before)}"
            yield Done(
                rule.do,
                words_of(rule, Seen(self._run, node, number, before, after, self._at)),
                result,
                rule.because if is_changed and isinstance(rule, Adjustment) else "",
                _doubtful(rule),
            )
            before = after

    def _result(self, node: Node, rule: Rule, state: State) -> str:
        """What a step came to: a grade's label after a rule that gives or changes one, else the score."""
        of_score = getattr(rule, "by", "grade") == "score"
        if isinstance(rule, (*GRADES, Adjustment)) and state.grade is not None and not of_score:
            return self._label(node, self._of(state.grade)) or "none"
        lines = [plain(one) for step in node.steps for one in getattr(step, "at", ())]
        lines += [one.edge for step in node.steps for one in getattr(step, "levels", ())]
        return figure(self._of(state.score), *lines)

    def _uses(self, node: Node) -> Iterator[Use]:
        """Each node once, as what it is first used."""
        seen = {node.key}
        for step in node.steps:
            roles = {one.node: _role(one) for one in getattr(step, "of", ())}
            roles |= {one.node: "grades to fit" for one in getattr(step, "to", ())}
            pool = of_pool(getattr(step, "pool", None))
            used = () if isinstance(step, Together) and step.parts is not None else step.nodes_used()
            for key in used:  # what is worked out of parts is theirs, and not the organisation's own
                if key not in seen:
                    seen.add(key)
                    yield Use(roles.get(key, "pool" if key in pool else "condition"), self.node(key))


def _role(member: Member) -> str:
    by = "by its grade" if member.by == "grade" else ""
    weight = f"weight {plain(member.weight):g}" if "weight" in member.model_fields_set else ""
    return ", ".join(one for one in (weight, by) if one)


def _doubtful(rule: Rule) -> tuple[tuple[str, str], ...]:
    """Provenance and source of what a rule has that is not published, each once."""
    said = [(one.provenance, one.source) for one in numbers_of(rule, "")]
    return tuple(dict.fromkeys(one for one in said if one[0] in DOUBTFUL))
