from functools import partial

import numpy as np
import pytest

from tests.edgemarl.rendering.slots import snapshot, undecided

pytest.importorskip("matplotlib")
from matplotlib import pyplot

from edgemarl.rendering import ArrayViewer, WindowViewer, open_viewer


@pytest.fixture(autouse=True)
def no_figures():
    """Figures of pyplot that others left open in this process are not counted."""
    pyplot.close("all")
    yield
    pyplot.close("all")


@pytest.fixture
def window_backend():
    """The backend of `windows.py`, and the windows it has shown."""
    from tests.edgemarl.rendering import windows

    before = pyplot.get_backend()
    pyplot.switch_backend("module://tests.edgemarl.rendering.windows")
    windows.shown.clear()
    yield windows.shown
    pyplot.switch_backend(before)


def test_an_array():
    viewer = ArrayViewer(title="test", width=640)
    pixels = viewer.show(snapshot())
    assert pixels.shape == (360, 640, 3)
    assert pixels.dtype == np.uint8
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 50
    viewer.close()


def test_frames_do_not_depend_on_what_was_shown_before():
    """What moves is drawn over a copy of the background; nothing of the slot before stays."""
    viewer, other = ArrayViewer(width=640), ArrayViewer(width=640)
    first = viewer.show(snapshot())
    moved = snapshot(user_position=snapshot().user_position[::-1])
    assert not np.array_equal(viewer.show(moved), first)
    np.testing.assert_array_equal(viewer.show(snapshot()), first)
    np.testing.assert_array_equal(other.show(snapshot()), first)


def test_other_servers_make_a_new_picture():
    viewer = ArrayViewer(width=640)
    viewer.show(undecided())
    apart = snapshot(server_position=np.array([[0.0, 0.0], [300.0, 0.0]]))
    np.testing.assert_array_equal(viewer.show(apart), ArrayViewer(width=640).show(apart))


def test_frames_are_kept_by_whoever_asked_for_them():
    viewer = ArrayViewer(width=640)
    first = viewer.show(snapshot())
    before = first.copy()
    viewer.show(snapshot(slot=99, counts={"SU": 3, "GU": 0}))
    np.testing.assert_array_equal(first, before)


def test_a_window(window_backend):
    viewer = WindowViewer(title="test", fps=1000.0)
    assert viewer.show(undecided()) is None
    assert window_backend[0].title == "test"
    viewer.show(snapshot())
    viewer.show(snapshot(server_position=np.array([[0.0, 0.0], [300.0, 0.0]])))
    assert len(window_backend) == 1  # the same window all the time
    assert len(pyplot.get_fignums()) == 1
    assert np.asarray(window_backend[0].canvas.buffer_rgba()).std() > 0
    viewer.close()
    assert pyplot.get_fignums() == []
    viewer.close()


def test_a_window_shows_each_slot_long_enough(window_backend, monkeypatch):
    viewer, waited = WindowViewer(fps=0.01), []
    viewer.show(snapshot())
    canvas = window_backend[0].canvas
    monkeypatch.setattr(canvas, "start_event_loop", waited.append)
    viewer.show(snapshot(slot=4))
    assert len(waited) == 1
    assert 50.0 < waited[0] <= 100.0  # [s] of the hundred that the slot before is shown


@pytest.mark.parametrize("when", ["between slots", "while one is shown"])
def test_a_window_closed_by_hand(window_backend, monkeypatch, when):
    viewer = WindowViewer(fps=0.01)
    viewer.show(snapshot())
    close = partial(pyplot.close, window_backend[0].canvas.figure)
    if when == "between slots":
        close()
    waiting = window_backend[0].canvas
    monkeypatch.setattr(waiting, "start_event_loop", lambda seconds: close())
    with pytest.raises(RuntimeError, match="must stay open while slots are shown, and it was cl"):
        viewer.show(snapshot(slot=4))
    viewer.close()
    viewer.show(snapshot(slot=5))  # in another window
    assert len(window_backend) == 2
    viewer.close()


def test_no_window_without_a_display():
    pyplot.switch_backend("agg")
    with pytest.raises(RuntimeError, match=r"here the backend is 'agg'; use .*rgb_array"):
        WindowViewer().show(snapshot())
    assert pyplot.get_fignums() == []


def test_open_viewer():
    assert isinstance(open_viewer("rgb_array"), ArrayViewer)
    assert isinstance(open_viewer("human"), WindowViewer)
    with pytest.raises(ValueError, match="render_mode must be one of 'human', 'rgb_array', got 'a"):
        open_viewer("ansi")
    with pytest.raises(ValueError, match="width must be an integer of at least 320, got 10"):
        ArrayViewer(width=10)


def test_without_matplotlib(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r'render_mode="human" needs matplotlib: pip install'):
        open_viewer("human")
