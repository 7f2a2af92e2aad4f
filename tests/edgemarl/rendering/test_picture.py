"""What pictures show, asked of matplotlib's objects rather than of pixels."""

import numpy as np
import pytest

from tests.edgemarl.rendering.slots import snapshot, undecided

pytest.importorskip("matplotlib")
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from edgemarl.rendering.picture import Picture
from edgemarl.rendering.style import INCHES, INK, PAPER


def picture_of(slot):
    picture = Picture(Figure(figsize=INCHES), slot, title="test", separate=True)
    picture.show(slot)
    return picture


def texts(picture):
    """All that is written in a picture outside the ticks."""
    axes = [text.get_text() for ax in picture.figure.axes for text in ax.texts]
    figure = [text.get_text() for text in picture.figure.texts]
    legends = [text.get_text() for one in picture.figure.legends for text in one.get_texts()]
    return {*axes, *figure, *legends} - {""}


def test_what_is_written():
    written = texts(picture_of(snapshot()))
    assert {"test", "slot 3", "system QoE 1.6, gap 21.9 %", "bound 2.0 (dashed)"} <= written
    assert {"0", "1", "user, edge server", "user, cloud", "user without a task"} <= written
    assert {"server, more load than capacity", "tasks forwarded, to the wide end"} <= written
    assert "server without capacity" not in written
    assert "user, undecided" not in written


def test_a_long_title_leaves_room_for_the_slot():
    slot = snapshot(slot=1234)
    picture = Picture(Figure(figsize=INCHES), slot, title="policy name-" * 9, separate=False)
    picture.show(slot)
    FigureCanvasAgg(picture.figure)
    title, number = picture.figure.texts
    assert (title.get_text()[-1], number.get_text()) == ("…", "slot 1234")
    assert title.get_window_extent().x1 < number.get_window_extent().x0


def test_without_a_bound():
    assert "bound not computed" in texts(picture_of(snapshot(bound=None, gap=None)))


def test_before_anything_was_decided():
    picture = picture_of(undecided())
    assert {"system QoE: no slot decided yet", "user, undecided"} <= texts(picture)
    assert picture.show(snapshot(slot=0))  # legend and counts appear
    assert "user, undecided" not in texts(picture)
    assert {"SU", "GU"} == {label.get_text() for label in picture.figure.axes[4].get_yticklabels()}


def test_units_stand_at_the_axes():
    ground, bar, history, load, _ = picture_of(snapshot()).figure.axes
    assert (ground.get_xlabel(), ground.get_ylabel()) == ("x [m]", "y [m]")
    assert bar.get_ylabel() == "QoE"
    assert history.get_xlabel() == "slot"
    assert load.get_ylabel() == "load [GHz]"


def test_the_parts_are_reused():
    picture = picture_of(snapshot())
    before = list(picture.artists)
    assert not picture.show(snapshot(slot=4))  # the background stays
    assert picture.artists == before
    assert "slot 4" in texts(picture)


def test_the_objective_over_time_starts_anew_with_an_episode():
    picture = picture_of(snapshot(slot=0))
    line = picture.figure.axes[2].lines[0]
    for slot in (1, 2, 2):  # the same slot twice counts once
        picture.show(snapshot(slot=slot))
    np.testing.assert_array_equal(line.get_xdata(), [0, 1, 2])
    picture.show(snapshot(slot=0))
    np.testing.assert_array_equal(line.get_xdata(), [0])


def test_bars_above_capacity_are_set_off():
    capacity, within, beyond = picture_of(snapshot()).figure.axes[3].collections
    tops = [
        [path.vertices[:, 1].max() for path in c.get_paths()] for c in (capacity, within, beyond)
    ]
    assert tops == [[10.0, 20.0], [10.0, 5.0], [12.0, 5.0]]
    np.testing.assert_array_equal(beyond.get_paths()[1].vertices[:, 1], 5.0)  # of no height


def test_the_number_beside_the_longest_bar_is_inside_the_picture():
    many = 816
    everybody = snapshot(
        user_position=np.zeros((many, 2)),
        ran=np.zeros(many, dtype=np.int64),
        served_by=np.zeros(many, dtype=np.int64),
        quality=np.ones(many),
        latency={},
        counts={"SU": many},
    )
    picture = picture_of(everybody)
    FigureCanvasAgg(picture.figure)
    (number,) = picture.figure.axes[4].texts
    assert number.get_text() == "816"
    assert number.get_window_extent().x1 < picture.figure.bbox.width


def test_numbers_of_servers_have_a_dark_rim_for_white_squares_and_pale_users():
    picture = picture_of(snapshot(server_capacity=np.array([0.0, 20.0])))
    number = picture.figure.axes[0].texts[0]
    (rim,) = number.get_path_effects()
    assert picture.artists.index(number) > picture.artists.index(
        picture.figure.axes[0].collections[-1]
    )
    np.testing.assert_array_equal(picture.artists[2].get_facecolors()[0], to_rgba(PAPER))
    assert (number.get_color(), rim._gc["foreground"]) == (PAPER, INK)


def test_a_user_who_leaves_the_map_widens_it():
    picture = picture_of(snapshot())
    ground = picture.figure.axes[0]
    assert picture.show(snapshot(user_position=np.full((4, 2), 500.0)))
    assert min(ground.get_xlim()[1], ground.get_ylim()[1]) > 500
    size = ground.get_window_extent().size
    metres = np.diff([ground.get_xlim(), ground.get_ylim()]).ravel()
    np.testing.assert_allclose(metres[0] / metres[1], size[0] / size[1])  # not distorted


def test_fits():
    picture = picture_of(snapshot())
    assert picture.fits(snapshot(slot=9, server_capacity=np.array([0.0, 1.0])))
    assert not picture.fits(snapshot(server_position=np.array([[0.0, 0.0], [90.0, 0.0]])))
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert not picture.fits(snapshot(outline=corners))
    assert picture_of(snapshot(outline=corners)).fits(snapshot(outline=corners.copy()))


def test_many_servers_have_no_numbers_but_marks_that_fit():
    many = np.stack([np.arange(125.0), np.zeros(125)], axis=1)
    slot = snapshot(
        server_position=many, server_load=np.ones(125), server_capacity=np.full(125, 2.0)
    )
    picture = picture_of(slot)
    assert not picture.figure.axes[0].texts
    assert len(picture.figure.axes[3].get_xticks()) == 5


def test_nobody():
    nobody = snapshot(
        user_position=np.zeros((0, 2)),
        ran=np.array([], dtype=np.int64),
        served_by=np.array([], dtype=np.int64),
        quality=np.array([]),
        latency={},
        counts={"SU": 0},
    )
    picture_of(nobody)
