import pytest

from edgemarl.djtcra.system import SYSTEM
from edgemarl.experiments import compare

pytest.importorskip("matplotlib")
from edgemarl.experiments.plots import draw_comparison, draw_learning_curves

ROWS = [
    {"slots": 50.0, "system_qoe": 3.0},
    {"slots": 100.0, "system_qoe": 3.5, "validation_system_qoe": 4.0},
]


def test_a_comparison_becomes_a_picture(tmp_path):
    comparison = compare(["nearest", "greedy"], "tiny", slots=3)
    draw_comparison(comparison, tmp_path / "new" / "comparison.png")
    assert (tmp_path / "new" / "comparison.png").read_bytes().startswith(b"\x89PNG")


def test_one_slot_has_no_interval_and_is_drawn_all_the_same(tmp_path):
    draw_comparison(compare(["nearest"], "tiny", slots=1), tmp_path / "one.png")
    assert (tmp_path / "one.png").stat().st_size > 0


def test_a_learning_curve_names_its_lines(tmp_path):
    path = tmp_path / "curve.svg"
    runs = {"MAMaxEnt": ROWS, "MADDPG": ROWS[:1]}
    draw_learning_curves(
        runs, path, lines={"nearest": 2.0, "greedy": 4.5}, bound=5.0, objective=SYSTEM.objective
    )
    assert path.read_text().startswith("<?xml")
    for name in (*runs, "nearest", "greedy", "upper bound"):
        assert f"<!-- {name} -->" in path.read_text()


def test_an_unknown_format_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"curve\.doc must end in one of .*png"):
        draw_learning_curves(
            {"x": ROWS}, tmp_path / "curve.doc", lines={}, bound=1.0, objective=SYSTEM.objective
        )
