"""YAML 1.2 that a person wrote, read so that nothing is lost in silence.

Belongs here: the parser, the sentence about text that is no YAML, and the line of any part of it.
Does not belong here: what a file says (declared.py, and framework/files.py of the pipeline).

In YAML 1.2 `Yes` is a word and `010` is ten. A key that is given twice is an error.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from ruamel.yaml.reader import ReaderError

from expert_panels.foundation.fault import Fault


@dataclass(frozen=True)
class Parsed:
    """What a text says, and where. `data` is None for an empty text; it is shared, so nobody changes it."""

    data: Any
    _root: Node | None

    def line_of(self, location: tuple[int | str, ...]) -> int:
        """Return the line of a part, 1-based; of the nearest part around it when it is missing."""
        node, line = self._root, self._root.start_mark.line if self._root else 0
        for step in location:
            if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line
            elif isinstance(node, MappingNode):
                found = [(key, value) for key, value in node.value if key.value == str(step)]
                if not found:
                    break
                line, node = found[0][0].start_mark.line, found[0][1]
        return int(line) + 1


@lru_cache(maxsize=64)  # an edition takes 60 ms, and the room reads the same terms for every page
def parse(text: str, name: str) -> Parsed:
    """Return what the text of the file `name` says. Raises Fault, which names file and line."""
    # The C parser that ruamel.yaml can use instead ends the process on text that is nested deeply enough.
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(text)
        if root is not None and (circle := _within_itself(root)) is not None:
            raise Fault(f"{name}, line {circle.start_mark.line + 1}: a part refers to itself.")
        return Parsed(None if root is None else yaml.constructor.construct_document(root), root)
    except MarkedYAMLError as error:
        where = f"{name}, line {error.problem_mark.line + 1}" if error.problem_mark else name
        reason = str(error.problem).partition(" with value")[0]  # of the two values of a key given twice
    except ReaderError as error:
        where, reason = name, str(error.reason)
    except YAMLError as error:
        where, reason = name, str(error)
    except RecursionError:
        where, reason = name, "it is nested too deeply"
    raise Fault(f"{where}: no valid YAML, {' '.join(reason.split())}.")


def _within_itself(root: Node) -> Node | None:
    """Return a part that an alias puts within itself; None where there is none."""
    open_nodes, done = set(), set()
    work = [(root, False)]
    while work:
        node, is_left = work.pop()
        if is_left:
            open_nodes.discard(id(node))
            done.add(id(node))
        elif id(node) in open_nodes:
            return node
        elif id(node) not in done:
            open_nodes.add(id(node))
            work.append((node, True))
            if isinstance(node, MappingNode):
                work += [(one, False) for pair in node.value for one in pair]
            elif isinstance(node, SequenceNode):
                work += [(one, False) for one in node.value]
    return None
