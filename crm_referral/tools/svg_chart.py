"""Small charts as SVG, for pages that fetch nothing while they are printed.

Texts are the caller's, in the reader's language; numbers come with a function that
writes them. A value that is None is a gap.
"""

import math
from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

WIDTH, HEIGHT = 400, 230
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 30, 50
INK, LINE = "#1F2933", "#D3DBE0"
MOST_LABELS = 6

Series = Sequence[tuple[str, Sequence[float | None]]]


def nice_top(highest: float) -> float:
    """The end of an axis that shows a value; its quarters are whole numbers.

    >>> [nice_top(value) for value in (0, 3, 7, 9, 87, 4200)]
    [4, 4, 8, 12, 100, 5000]
    """
    if highest <= 8:
        return 4 if highest <= 4 else 8
    power = 10 ** max(math.floor(math.log10(highest)), 1)
    tenths = (12, 20, 40, 60, 80, 100) if power == 10 else (10, 12, 20, 40, 50, 80, 100)
    return next(each * power // 10 for each in tenths if each * power // 10 >= highest)


def column_chart(title: str, labels: Sequence[str], series: Series, **style) -> Markup:
    """Columns side by side; see `_chart` for `style`."""

    def draw(place, values, color, position, count):
        width = place.slot * 0.7 / count
        return Markup("").join(
            Markup(
                '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>'.format(
                    *_rounded(
                        place.x(index) - place.slot * 0.35 + position * width,
                        place.y(value),
                        width,
                        place.y(0) - place.y(value),
                    ),
                    color,
                )
            )
            for index, value in enumerate(values)
            if value
        )

    return _chart(title, labels, series, draw, **style)


def line_chart(title: str, labels: Sequence[str], series: Series, **style) -> Markup:
    """Lines with a dot for each value; see `_chart` for `style`."""

    def draw(place, values, color, position, _count):
        points = [
            _rounded(place.x(index), place.y(value))
            for index, value in enumerate(values)
            if value is not None
        ]
        path = " ".join(f"{x},{y}" for x, y in points)
        # Told apart in grey as well.
        dash = ' stroke-dasharray="7 4"' if position % 2 else ""
        dots = "".join(
            f'<circle cx="{x}" cy="{y}" r="3" fill="{color}"/>' for x, y in points
        )
        return Markup(
            f'<polyline points="{path}" fill="none" stroke="{color}" '
            f'stroke-width="2"{dash}/>{dots}'
        )

    return _chart(title, labels, series, draw, **style)


class _Place:
    """Where a value is on the picture."""

    def __init__(self, count: int, top: float) -> None:
        self.slot = (WIDTH - LEFT - RIGHT) / max(count, 1)
        self.top = top

    def x(self, index: int) -> float:
        return LEFT + (index + 0.5) * self.slot

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - max(value, 0) / self.top * (HEIGHT - TOP - BOTTOM)


def _chart(
    title: str,
    labels: Sequence[str],
    series: Series,
    draw: Callable[..., Markup],
    *,
    colors: Sequence[str],
    write: Callable[[float], str],
) -> Markup:
    """The frame of a chart, and what `draw` makes of each series.

    :param colors: of the series
    :param write: a number of the axis in the reader's language
    """
    known = [value for _name, values in series for value in values if value is not None]
    place = _Place(len(labels), nice_top(max(known, default=0)))
    parts = [_text(WIDTH / 2, 16, title, "middle", 13, "bold")]
    for quarter in range(5):
        value = place.top * quarter / 4
        _x, y = _rounded(0, place.y(value))
        parts += [
            Markup(
                f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" '
                f'stroke="{LINE}"/>'
            ),
            _text(LEFT - 6, y + 4, write(value), "end"),
        ]
    every = math.ceil(len(labels) / MOST_LABELS)
    parts += [
        _text(place.x(index), HEIGHT - BOTTOM + 15, label, "middle", 10)
        for index, label in enumerate(labels)
        if index % every == 0
    ]
    for position, (name, values) in enumerate(series):
        color = colors[position % len(colors)]
        parts.append(draw(place, values, color, position, len(series)))
        x = LEFT + position * (WIDTH - LEFT) / len(series)
        parts += [
            Markup(
                f'<rect x="{x:.1f}" y="{HEIGHT - 20}" width="10" height="10" '
                f'fill="{color}"/>'
            ),
            _text(x + 15, HEIGHT - 11, name, "start"),
        ]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="{}" '
        'height="{}">{}</svg>'
    ).format(WIDTH, HEIGHT, WIDTH, HEIGHT, Markup("").join(parts))


def _rounded(*values: float) -> tuple[float, ...]:
    return tuple(round(value, 1) for value in values)


def _text(
    x: float, y: float, text: str, anchor: str, size: int = 10, weight: str = "normal"
) -> Markup:
    return Markup(
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'font-weight="{weight}" fill="{INK}">{escape(text)}</text>'
    )
