"""The longest amber wait against utilisation, as a drawing: one line an order, and the bound."""

from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, EDGE, WORDS = 720, 320, 48, 230  # WORDS: room for the names at the right
MOST = 6.0  # targets; what lies above is drawn at the top edge, and its figure stands beside it
APART = 15.0  # between two names
STROKES = {"as served": "#2a6f6b", "by level": "#a5562a", "by age": "#667"}
Curve = Sequence[tuple[float, float]]


def drawn(curves: Mapping[str, Curve], notes: Mapping[str, str], *, bound: float) -> str:
    """The whole SVG. `curves`: by order, (utilisation, longest wait in targets); `notes`: a word more on each."""
    points = next(iter(curves.values()))
    first, last = points[0][0], points[-1][0]

    def across(utilisation: float) -> float:
        return EDGE + (utilisation - first) / (last - first) * (WIDTH - EDGE - WORDS)

    lines = "".join(_line(name, [(across(u), up(t)) for u, t in curve]) for name, curve in curves.items())
    ticks = "".join(_text(across(u), HEIGHT - EDGE + 16, f"{u:.0%}", "middle") for u, _ in points)
    steps = "".join(_text(EDGE - 14, up(t) + 4, f"{t:.0f}", "end") for t in (0, 2, 4, 6))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="11" fill="#345" role="img" aria-label="Longest wait of amber cases, in targets, by utilisation">'
        '<rect width="100%" height="100%" fill="#fff"/>'
        f'<line x1="{EDGE}" y1="{up(bound):.0f}" x2="{WIDTH - WORDS}" y2="{up(bound):.0f}" stroke="#345" '
        f'stroke-dasharray="4 4"/>{_text(EDGE, up(bound) - 6, f"the bound: {bound:g} targets")}'
        f"{lines}{_names(curves, notes)}{ticks}{steps}"
        f"{_text(EDGE, HEIGHT - 14, 'the part of all working time that the cases need')}"
        f"{_text(12, 24, 'the longest wait of an amber case, in targets')}</svg>\n"
    )


def up(targets: float) -> float:
    return HEIGHT - EDGE - min(targets, MOST) / MOST * (HEIGHT - 2 * EDGE)


def _line(name: str, places: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
    marks = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{STROKES[name]}"/>' for x, y in places)
    return f'<polyline points="{path}" fill="none" stroke="{STROKES[name]}" stroke-width="2"/>{marks}'


def _names(curves: Mapping[str, Curve], notes: Mapping[str, str]) -> str:
    """Beside the end of each line, none over another."""
    said, lowest = [], 0.0
    for name, curve in sorted(curves.items(), key=lambda each: up(each[1][-1][1])):
        lowest = max(up(curve[-1][1]) + 4, lowest + APART)
        said.append(_text(WIDTH - WORDS + 10, lowest, f"{name}: {curve[-1][1]:.1f} ({notes[name]})"))
    return "".join(said)


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{words}</text>'
