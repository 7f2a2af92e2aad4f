"""The benchmark of updates: what it counts, and that it runs on a small learner."""

import importlib
from pathlib import Path

import pytest

pytest.importorskip("ray")
import torch

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def updates(monkeypatch):
    """The benchmark, whose large product is a small one."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    module = importlib.import_module("updates")
    monkeypatch.setattr(module, "LARGE", 64)
    monkeypatch.setattr(module, "LARGE_OPERANDS", [torch.rand(64, 64) for _ in range(3)])
    return module


def test_products_are_counted_by_their_shapes(updates):
    x, weight = torch.rand(2, 3, 4), torch.rand(2, 4, 5, requires_grad=True)
    with updates.Products() as products:
        torch.relu(torch.baddbmm(torch.rand(2, 1, 5), x, weight)).sum().backward()
    assert products.flop == 2 * (2 * 2 * 3 * 4 * 5)  # forward, and the gradient of the weight
    assert products.made.total() == 2
    updates.alone(products.made)()


def test_a_case_is_measured(updates):
    case = updates.CASES["users_vdn"]
    team = type(case.team)(agents=3, features=4, widths=(8, 8))
    found = updates.measure(type(case)("vdn", team, {"q_hiddens": team.widths}), rounds=1)
    batch, parameters = 256, 3 * (4 * 8 + 8 * 8 + 8 * 7)
    # forward by two networks and by one of them once more, weights, and inputs but the first's
    products = 2 * batch * (4 * parameters + parameters - 3 * 4 * 8)
    assert found["gigaflop"] == pytest.approx(products / 1e9, rel=1e-3)
    times = ("", "_with_dead_units", "_in_bfloat16")
    for name in ("updates_per_cpu_second", *(f"milliseconds{kind}" for kind in times)):
        assert found[name] > 0
    assert "milliseconds_compiled" not in found
    assert found["share_of_peak"] > 0
    assert 0.3 < sum(found["where_time_goes"].values()) <= 1.001


def test_what_is_compiled_is_what_learners_evaluate(updates):
    code = importlib.import_module("_compiled")
    inputs = [torch.rand(2, 3, size) for size in (4, 1)]
    weights = [torch.rand(2, 5, 6) - 0.5, torch.rand(2, 6, 3) - 0.5]
    biases = [torch.rand(2, 1, 6) - 0.5, torch.rand(2, 1, 3)]
    wanted = code.networks.stacked_values(inputs, weights, biases)
    torch.testing.assert_close(code.plain_values(inputs, weights, biases), wanted)


def test_nothing_is_compiled_without_a_compiler(updates, monkeypatch):
    code = importlib.import_module("_compiled")
    monkeypatch.setattr(code.shutil, "which", {"clang++": "/bin/clang++"}.get)
    assert code.has_compiler()
    monkeypatch.setattr(code.shutil, "which", lambda name: None)
    assert not code.has_compiler()
