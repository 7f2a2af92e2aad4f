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
    for name in ("updates_per_cpu_second", "milliseconds", "milliseconds_with_dead_units"):
        assert found[name] > 0
    assert found["share_of_peak"] > 0
    assert 0.3 < sum(found["where_time_goes"].values()) <= 1.001
