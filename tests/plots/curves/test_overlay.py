import numpy as np
import pytest

from saddlepoint.plots.canvas import DARK, LIGHT
from saddlepoint.plots.curves.overlay import Line, overlay_figure, overlay_image
from tests.layout import crowded


def rows(count, **figures):
    return [
        {"step": i, "images": 64 * i, "seconds": 2.0 * i, **{name: f(i) for name, f in figures.items()}}
        for i in range(1, count + 1)
    ]


def colours(picture):
    pixels = np.asarray(picture)
    return {"#{:02x}{:02x}{:02x}".format(*colour) for colour in np.unique(pixels.reshape(-1, 3), axis=0)}


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_runs_of_one_configuration_share_a_colour(theme):
    lines = [Line(rows(60, **{"D(x)": lambda i: 0.5}), 0), Line(rows(60, **{"D(x)": lambda i: 0.9}), 1)]
    found = colours(overlay_image(lines, theme=theme))
    assert theme.paper in found
    same = colours(overlay_image([line._replace(colour=0) for line in lines], theme=theme))
    assert len(same) < len(found)


def test_scores_come_first_even_where_few_rows_have_them():
    sparse = rows(50, **{"D(x)": lambda i: 0.5, "d/adversarial": lambda i: 1.0})
    for row in sparse[9::10]:
        row["frechet"] = 1000.0 / row["step"] ** 2
    one = overlay_image([Line(sparse, 0), Line([], 1)], first=("frechet", "recall"))
    without = overlay_image([Line(sparse, 0)])
    assert one.height > without.height
    assert one.width == without.width == 1000


def test_what_is_not_finite_leaves_a_gap():
    broken = rows(20, **{"g/adversarial": lambda i: None if i > 10 else float(i)})
    (place,) = overlay_figure([Line(broken, 7)]).axes
    (line,) = place.lines
    np.testing.assert_array_equal(line.get_ydata(), [*range(1, 11), *[np.nan] * 10])
    assert line.get_linestyle() == "--", "the eighth colour is the second one, dashed"
    styles = [overlay_figure([Line(rows(9, **{"g/adversarial": float}), index)]) for index in (0, 6, 12, 18)]
    assert len({figure.axes[0].lines[0].get_linestyle() for figure in styles}) == 4
    never = rows(3, **{"g/adversarial": lambda i: None})
    (place,) = overlay_figure([Line(never, 0)]).axes
    assert np.isnan(place.lines[0].get_ydata()).all()
    assert list(place.get_yticks()) == []


def test_nothing_to_draw():
    with pytest.raises(ValueError, match="no run has a curve"):
        overlay_image([Line([], 0)])


def test_nothing_overlaps():
    scored = rows(
        50, **{"D(x)": lambda i: 0.5, "frechet": lambda i: 1e4 / i**2, "d/adversarial": lambda i: 1e6}
    )
    assert crowded(overlay_figure([Line(scored, k) for k in range(8)], first=("frechet",))) == []


@pytest.mark.parametrize(
    ("over", "unit", "last"), [("images", "images shown", 640), ("time", "minutes", 20 / 3)]
)
def test_every_panel_names_both_axes_and_its_values(over, unit, last):
    one = rows(10, modes=lambda i: 1 + i % 2, frechet=lambda i: 2.0 / i)
    for row in one:
        row["seconds"] *= 20
    panels = overlay_figure([Line(one, 0)], over=over, first=("frechet", "modes")).axes
    assert [panel.get_ylabel() for panel in panels] == ["frechet", "modes"]
    for panel in panels:
        assert panel.get_xlabel() == unit
        assert panel.get_xlim() == (0, pytest.approx(1.02 * last))
        assert any(tick.get_text() for tick in panel.get_yticklabels())
    low, high = panels[1].get_ylim()
    assert [tick for tick in panels[1].get_yticks() if low <= tick <= high] == [1, 2], "counts have no halves"
