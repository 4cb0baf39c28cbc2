"""The operating curve: what would be heard, and raised for nothing, as the model's red threshold moves."""

from collections.abc import Sequence
from dataclasses import replace

from bench.figures import share
from moderation.risk import Level, detector
from moderation.risk.corpus import Example

STEPS = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 99.0)  # added to the threshold in force; 99: the rules alone
WIDTH, HEIGHT, EDGE = 560, 320, 48


def operating_points(examples: Sequence[Example]) -> list[tuple[str, float, float]]:
    """For each step: its name, the urgent texts judged red or above and the green ones judged so, in per cent.

    What the model doubts stays where it is, and without the model nothing is doubted.
    """
    judge = detector.load()
    points = []
    for step in STEPS:
        amber, red, crisis = judge.ear.thresholds.levels
        doubted = judge.ear.thresholds.doubted + step if step < STEPS[-1] else float("inf")
        moved = replace(judge.ear.thresholds, levels=(amber, red + step, crisis + step), doubted=doubted)
        moved_judge = replace(judge, ear=replace(judge.ear, thresholds=moved))
        hits = [(e.level, moved_judge.assess(e.text).level >= Level.RED) for e in examples]
        urgent = share([hit for level, hit in hits if level >= Level.RED])
        name = "rules alone" if step == STEPS[-1] else f"{red + step:+.1f}" + (" (in force)" if step == 0 else "")
        points.append((name, urgent, share([hit for level, hit in hits if level == Level.GREEN])))
    return points


def drawn(points: Sequence[tuple[str, float, float]]) -> str:
    """The points as a drawing: false alarms to the right, urgent texts heard upwards."""
    most = max(5.0, *(false for _, _, false in points))

    def place(urgent: float, false: float) -> tuple[float, float]:
        return EDGE + false / most * (WIDTH - 2 * EDGE), HEIGHT - EDGE - urgent / 100 * (HEIGHT - 2 * EDGE)

    places = [place(urgent, false) for _, urgent, false in points]
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
    marks = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4"/><text x="{x + 7:.0f}" y="{y + 14:.0f}">{name}</text>'
        for (x, y), (name, _, _) in zip(places, points, strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="11" fill="#345"><rect width="100%" height="100%" fill="#fff"/>'
        f'<polyline points="{line}" fill="none" stroke="#378" stroke-width="2"/>{marks}'
        f'<text x="{EDGE}" y="{HEIGHT - 14}">green texts judged red or above: 0 to {most:.0f} %</text>'
        f'<text x="12" y="24">urgent texts judged red or above: 0 to 100 %</text></svg>\n'
    )
