"""The rooms of a checkout, the imports between them and the picture of both, all read from the source.

Belongs here: rooms, floors, arrows and circles of the import graph; `python -m tests.support.house [FOLDER]`,
which prints them for that checkout and without one draws docs/architecture.svg, too.
Does not belong here: what is allowed (tool.importlinter in pyproject.toml, tests/test_architecture.py).
"""

import sys
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "architecture.svg"
PIPELINE, PANELS = "ccg_pipeline", "expert_panels"
GROUND = f"{PANELS}.foundation"
FOUNDATION = "foundation"
"""What both packages rest on, its own room: faults, strict YAML, files written whole."""

BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, MARGIN = 150, 46, 26, 40, 24


def import_graph(root: Path = ROOT, external: bool = False) -> grimp.ImportGraph:
    """Which module of the checkout at `root` imports which, imports inside functions included."""
    sys.path.insert(0, str(root))
    try:
        return grimp.build_graph(PIPELINE, PANELS, include_external_packages=external, cache_dir=None)
    finally:
        sys.path.remove(str(root))


@dataclass(frozen=True)
class House:
    """Rooms by name, each with its numbers of modules and lines; and which room imports which others."""

    rooms: dict[str, tuple[int, int]]
    imports: dict[str, frozenset[str]]

    @cached_property
    def reached(self) -> dict[str, frozenset[str]]:
        """Room -> every room that it imports, directly or through others."""
        found = dict(self.imports)
        for _ in found:
            found = {room: others.union(*(found[one] for one in others)) for room, others in found.items()}
        return found

    @cached_property
    def circles(self) -> list[list[str]]:
        """Rooms that import each other in the end, each circle once."""
        rings = {frozenset(b for b in to if room in self.reached[b]) for room, to in self.reached.items()}
        return sorted(sorted(ring) for ring in rings if ring)

    @cached_property
    def floors(self) -> list[list[str]]:
        """Rooms from the ground up: each one floor above the highest that it imports; a circle shares one."""
        heights: dict[str, int] = {}
        for room in sorted(self.rooms, key=lambda room: len(self.reached[room] | {room})):
            below = [one for one in self.reached[room] if room not in self.reached[one]]
            heights[room] = 1 + max((heights[one] for one in below), default=-1)
        return [
            sorted(room for room, height in heights.items() if height == floor)
            for floor in range(1 + max(heights.values()))
        ]

    @cached_property
    def arrows(self) -> list[tuple[str, str]]:
        """Every import of a room by another."""
        return sorted((room, other) for room, others in self.imports.items() for other in others)

    def drawn_arrows(self) -> list[tuple[str, str]]:
        """The arrows from which all others follow: those that no longer way replaces."""
        return [
            (room, other)
            for room, other in self.arrows
            if not any(other in self.reached[one] for one in self.imports[room] - {other})
        ]


def room_of(module: str) -> str:
    """The room of a module: what is right below ccg_pipeline, expert_panels, or the foundation of both."""
    if module == GROUND or module.startswith(f"{GROUND}."):
        return FOUNDATION
    package, _, rest = module.partition(".")
    return rest.partition(".")[0] if package == PIPELINE else package


def read_house(root: Path = ROOT) -> House:
    """The house of the checkout at `root`."""
    graph = import_graph(root)
    modules = {module: room for module in graph.modules if (room := room_of(module))}
    counts: dict[str, list[int]] = {room: [] for room in sorted(set(modules.values()))}
    imports: dict[str, set[str]] = {room: set() for room in counts}
    for module, room in modules.items():
        file = root.joinpath(*module.split("."))
        if not file.is_dir():
            counts[room].append(len(file.with_suffix(".py").read_text(encoding="utf-8").splitlines()))
        imports[room] |= {room_of(one) for one in graph.find_modules_directly_imported_by(module)}
    rooms = {room: (len(lines), sum(lines)) for room, lines in counts.items() if lines}
    return House(rooms, {room: frozenset(imports[room] & set(rooms)) - {room} for room in rooms})


def listed(house: House) -> str:
    """The house in words: a line a floor from the top, then the arrows, then the circles."""
    lines = [
        f"{len(house.rooms)} rooms, {len(house.floors)} floors, {len(house.arrows)} arrows, "
        f"{len(house.circles)} circles"
    ]
    for floor, rooms in reversed(list(enumerate(house.floors, 1))):
        counted = (f"{room} ({house.rooms[room][0]} modules, {house.rooms[room][1]} lines)" for room in rooms)
        lines.append(f"floor {floor}: {', '.join(counted)}")
    for room in sorted(house.rooms):
        lines.append(f"{room} imports {', '.join(sorted(house.imports[room])) or 'nothing'}")
    lines += [f"circle: {', '.join(ring)}" for ring in house.circles]
    return "\n".join(lines)


def _about(house: House, room: str) -> str:
    modules, lines = house.rooms[room]
    return f"{modules} module{'s' * (modules != 1)}, {max(100, round(lines, -2)):,} lines"


def drawn(house: House) -> str:
    """The house as SVG: floors as rows, the ground at the bottom; an arrow goes to what a room imports."""
    widest = max(map(len, house.floors))
    width = 2 * MARGIN + widest * BOX_WIDTH + (widest - 1) * GAP_X
    height = 2 * MARGIN + len(house.floors) * BOX_HEIGHT + (len(house.floors) - 1) * GAP_Y
    places: dict[str, tuple[float, float]] = {}
    for row, rooms in enumerate(reversed(house.floors)):
        left = (width - len(rooms) * BOX_WIDTH - (len(rooms) - 1) * GAP_X) / 2
        for column, room in enumerate(rooms):
            places[room] = left + column * (BOX_WIDTH + GAP_X), MARGIN + row * (BOX_HEIGHT + GAP_Y)
    words = [", ".join(rooms) for rooms in reversed(house.floors)]
    below = "; ".join(f"{upper} above {lower}" for upper, lower in pairwise(words))
    arrows = "; ".join(f"{room} imports {other}" for room, other in house.drawn_arrows())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        ' aria-labelledby="title desc" font-family="Arial, sans-serif" text-anchor="middle">',
        f'<title id="title">{len(house.rooms)} rooms on {len(house.floors)} floors</title>',
        f'<desc id="desc">{escape(f"From the top: {below}. {arrows}.")}</desc>',
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        ' orient="auto"><path d="M0 0 8 4 0 8z" fill="#4c6272"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        '<g stroke="#4c6272" style="marker-end:url(#head)">',
    ]
    for room, other in house.drawn_arrows():
        (x1, y1), (x2, y2) = places[room], places[other]
        start, end = f'x1="{x1 + BOX_WIDTH / 2:g}" y1="{y1 + BOX_HEIGHT:g}"', f'x2="{x2 + BOX_WIDTH / 2:g}"'
        parts.append(f'<line {start} {end} y2="{y2:g}"/>')
    parts.append("</g>")
    for room, (x, y) in places.items():
        middle, bold = x + BOX_WIDTH / 2, 'font-size="15" font-weight="bold"'
        parts += [
            f'<rect x="{x:g}" y="{y:g}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="4" fill="#e8edee"'
            ' stroke="#005eb8"/>',
            f'<text x="{middle:g}" y="{y + 20:g}" {bold} fill="#212b32">{room}</text>',
            f'<text x="{middle:g}" y="{y + 37:g}" font-size="11" fill="#425563">{_about(house, room)}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    if folders := sys.argv[1:]:
        print(listed(read_house(Path(folders[0]).resolve())))
    else:
        house = read_house()
        print(listed(house))
        PICTURE.write_text(drawn(house), encoding="utf-8")
