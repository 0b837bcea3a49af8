"""What is written in a figure and where: the questions that tests ask of a layout."""

from itertools import combinations

from matplotlib.figure import Figure
from matplotlib.text import Text


def texts(figure: Figure) -> list[Text]:
    """Return every text of a figure that is seen."""
    figure.draw_without_rendering()
    hidden = set()
    for place in figure.axes:
        for axis in (place.xaxis, place.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if not (tick.get_visible() and low <= tick.get_loc() <= high):
                    hidden |= {tick.label1, tick.label2}
    seen = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return list(dict.fromkeys(text for text in seen if text not in hidden and text.get_alpha() != 0))


def words(figure: Figure) -> list[str]:
    """Return what is written in a figure."""
    return [text.get_text() for text in texts(figure)]


def crowded(figure: Figure) -> list[str]:
    """Return pairs of texts that lie over one another, and texts that the edge cuts off."""
    written = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    width, height = figure.bbox.size
    cut = [
        text
        for text, box in written
        if box.x0 < -0.5 or box.y0 < -0.5 or box.x1 > width + 0.5 or box.y1 > height + 0.5
    ]
    return cut + [
        f"{one} | {other}"
        for (one, a), (other, b) in combinations(written, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5
    ]
