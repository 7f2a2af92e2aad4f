import dataclasses

import pytest

pytest.importorskip("matplotlib")

from edgemarl.experiments.reproduction.pictures import _curves, draw
from tests.reproductions import POINTS, STUDY, summary

VALUES = {"idqn": [7.0, 9.0], "greedy": [7.0, 7.0]}
(QOE, *_) = STUDY.measures
(POINT,) = STUDY.points
PANEL = {"shown": (QOE,)}


def test_the_moving_average_by_hand():
    """Points every 50 slots: 1, 2, 4, 8; a window of 100 slots is two of them."""
    entry = summary(STUDY, VALUES).entry(POINT, "idqn")
    slots, values = _curves(entry, QOE, 100)
    assert list(slots) == [100.0, 150.0, 200.0]
    assert values.tolist() == [[1.5, 3.0, 6.0]] * 2


@pytest.mark.parametrize(("window", "length"), [(1, 4), (50, 4), (10_000, 1)])
def test_a_window_is_at_least_a_point_and_at_most_the_curve(window, length):
    entry = summary(STUDY, VALUES).entry(POINT, "idqn")
    slots, values = _curves(entry, QOE, window)
    assert len(slots) == values.shape[1] == length


def test_curves_are_drawn_where_all_replicates_have_a_point():
    entry = summary(STUDY, VALUES).entry(POINT, "idqn")
    first, second = entry.results
    curve = {name: [v for i, v in enumerate(vs) if i != 1] for name, vs in second.curve.items()}
    gap = dataclasses.replace(second, curve=curve)
    slots, values = _curves(dataclasses.replace(entry, results=(first, gap)), QOE, 50)
    assert list(slots) == [50.0, 150.0, 200.0]
    assert values.tolist() == [[1.0, 4.0, 8.0]] * 2


@pytest.mark.parametrize("study", [STUDY, POINTS], ids=["curves", "points"])
def test_a_figure_is_a_png_and_an_svg_equal_for_equal_numbers(study, tmp_path):
    study = dataclasses.replace(study, **PANEL)
    paths = draw(summary(study, VALUES), tmp_path / study.name)
    assert [path.name for path in paths] == [f"{study.name}.png", f"{study.name}.svg"]
    png, svg = (path.read_bytes() for path in paths)
    assert png.startswith(b"\x89PNG")
    for text in (b"GA-Aware", b"IDQN", b"certified upper bound", b"system QoE"):
        assert text in svg
    draw(summary(study, VALUES), tmp_path / study.name)
    assert paths[1].read_bytes() == svg
    draw(summary(study, {**VALUES, "greedy": [7.0, 7.5]}), tmp_path / study.name)
    assert paths[1].read_bytes() != svg


def test_several_curves_have_a_row_of_panels_each(tmp_path):
    study = dataclasses.replace(POINTS, name="rows", kind="curves", **PANEL)
    svg = draw(summary(study, VALUES), tmp_path / study.name)[1].read_text()
    for point in study.points:
        assert point.label in svg


def test_a_point_without_a_method_is_no_harm(tmp_path):
    made = summary(dataclasses.replace(POINTS, **PANEL), VALUES)
    lacking = dataclasses.replace(made, entries=made.entries[:-1])
    assert all(path.exists() for path in draw(lacking, tmp_path / "lacking"))
