"""The longest amber wait against utilisation, as a drawing: one line an order, and the bound."""

from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, EDGE = 560, 320, 48
MOST = 6.0  # targets; what lies above is drawn at the top edge and named
STROKES = {"as served": "#2a6f6b", "by level": "#a5562a", "by age": "#778"}


def drawn(curves: Mapping[str, Sequence[tuple[float, float]]], *, bound: float) -> str:
    """The whole SVG. `curves`: by order, (utilisation, longest wait in targets)."""
    first, last = next(iter(curves.values()))[0][0], next(iter(curves.values()))[-1][0]

    def place(utilisation: float, targets: float) -> tuple[float, float]:
        across = (utilisation - first) / (last - first)
        return EDGE + across * (WIDTH - 3 * EDGE), HEIGHT - EDGE - min(targets, MOST) / MOST * (HEIGHT - 2 * EDGE)

    _, line = place(first, bound)
    lines = "".join(_line(name, [(*place(*point), point[1]) for point in points]) for name, points in curves.items())
    marks = [(place(utilisation, 0)[0], utilisation) for utilisation, _ in next(iter(curves.values()))]
    ticks = "".join(
        f'<text x="{x:.0f}" y="{HEIGHT - EDGE + 16}" text-anchor="middle">{utilisation:.0%}</text>'
        for x, utilisation in marks
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="11" fill="#345" role="img" aria-label="Longest wait of amber cases, in targets, by utilisation">'
        '<rect width="100%" height="100%" fill="#fff"/>'
        f'<line x1="{EDGE}" y1="{line:.0f}" x2="{WIDTH - 2 * EDGE}" y2="{line:.0f}" stroke="#345" '
        f'stroke-dasharray="4 4"/><text x="{EDGE}" y="{line - 6:.0f}">the bound: {bound:g} targets</text>'
        f'{lines}{ticks}<text x="{EDGE}" y="{HEIGHT - 14}">how much of the moderators\' time the cases need</text>'
        '<text x="12" y="24">the longest wait of an amber case, in targets</text></svg>\n'
    )


def _line(name: str, points: Sequence[tuple[float, float, float]]) -> str:
    stroke = STROKES[name]
    path = " ".join(f"{x:.0f},{y:.0f}" for x, y, _ in points)
    marks = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{stroke}"/>' for x, y, _ in points)
    x, y, targets = points[-1]
    return (
        f'<polyline points="{path}" fill="none" stroke="{stroke}" stroke-width="2"/>{marks}'
        f'<text x="{x + 8:.0f}" y="{y + 4:.0f}" fill="{stroke}">{name}: {targets:.1f}</text>'
    )
