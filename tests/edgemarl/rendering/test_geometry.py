import numpy as np

from edgemarl.rendering.geometry import bent_wedges, forwarded, frame, radio_links, widened
from tests.edgemarl.rendering.slots import snapshot, undecided


def test_radio_links_of_users_who_send():
    links = radio_links(snapshot())
    expected = [[(0, 30), (0, 0)], [(0, -30), (0, 0)], [(100, 30), (100, 0)]]
    np.testing.assert_array_equal(links, expected)
    np.testing.assert_array_equal(radio_links(undecided()), expected)  # all but the idle user


def test_forwarded_tasks_are_counted_by_pair():
    slot = snapshot(ran=np.array([0, 0, 1, 1]), served_by=np.array([1, 1, 0, 1]))
    start, end, count = forwarded(slot)
    assert list(zip(start, end, count, strict=True)) == [(0, 1, 2), (1, 0, 1)]
    assert not forwarded(undecided())[2].size


def test_wedges_bend_to_the_right_and_widen():
    wedges = bent_wedges(np.array([[0.0, 0.0]]), np.array([[100.0, 0.0]]), np.array([4.0]))
    near, far = wedges[0, [0, -1]], wedges[0, [11, 12]]
    np.testing.assert_allclose(near.mean(axis=0), [0, 0], atol=1e-9)
    np.testing.assert_allclose(far.mean(axis=0), [100, 0], atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(near[0] - near[1]), 0.4)
    np.testing.assert_allclose(np.linalg.norm(far[0] - far[1]), 4.0)
    assert wedges[0, 6, 1] < -10  # to the right of the way from left to right
    back = bent_wedges(np.array([[100.0, 0.0]]), np.array([[0.0, 0.0]]), np.array([4.0]))
    assert back[0, 6, 1] > 10


def test_wedges_between_equal_places_are_finite():
    assert np.isfinite(bent_wedges(np.zeros((1, 2)), np.zeros((1, 2)), np.ones(1))).all()


def test_frames():
    box = frame(np.array([[0.0, 10.0], [100.0, 30.0]]), 0.05)
    np.testing.assert_allclose(box, [[-5, 5], [105, 35]])
    np.testing.assert_allclose(widened(box, 1.0), [[-5, -35], [105, 75]])
    assert (np.diff(frame(np.zeros((1, 2)), 0.1), axis=0) > 0).all()  # of one place
