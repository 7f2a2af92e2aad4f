"""The solver's benchmark: it runs, its peers solve what they are given, its table lands in docs."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids, maximize

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def module(monkeypatch):
    """Imports a file of the folder by name, as its scripts do."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


@pytest.mark.parametrize("peer", ["solve_scip", "solve_milp", "solve_slsqp", "solve_evolution"])
def test_peers_come_close_on_a_small_problem(module, monkeypatch, peer):
    if peer == "solve_scip":
        pytest.importorskip("pyscipopt")
    peers = module("_solver_peers")
    monkeypatch.setattr(peers, "SCIP_SECONDS", 5.0)
    rng = np.random.default_rng(0)
    family = LatencySigmoids(np.ones(4), rng.uniform(2.0, 5.0, 4), rng.uniform(1.0, 3.0, 4))
    allocation = getattr(peers, peer)(family, 1.2)
    assert allocation.sum() <= 1.2 * (1 + 1e-6)
    bound = maximize(family, 1.2).upper_bound
    assert 0.99 * bound <= family.value(np.maximum(allocation, 0.0)).sum() <= bound * (1 + 1e-6)


def test_slots_are_judged_by_what_is_feasible(module):
    slots = module("_solver_slots")
    slot = slots.draw_slots(100, 1)[0]
    fair = module("_solver_rules").equal_share(slot)
    assert slot.value(3.0 * fair) == pytest.approx(slot.value(fair))
    assert slot.value(-fair) == 0.0
    assert slot.capacity.sum() == pytest.approx(670e9)


def test_growth_is_the_exponent_of_a_power_law(module):
    assert module("_solver_slots").growth([10, 100, 1000], [3.0, 12.0, 48.0]) == pytest.approx(
        np.log10(4.0)
    )


def test_the_page_has_a_table_of_all_methods(module):
    table, methods = module("_solver_table"), module("_solver_methods").METHODS
    text = table.PAGE.read_text(encoding="utf-8")
    inside = text.split("<!-- table: start -->")[1].split("<!-- table: end -->")[0]
    assert [
        line.split("|")[1].strip() for line in inside.splitlines() if line.startswith("| ")
    ] == [
        "method",
        *(method.title for method in methods),
    ]


def test_the_benchmark_runs():
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "solver.py"), "--brief", "--markdown"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    results, end = json.JSONDecoder().raw_decode(done.stdout)
    rows = results["results"]["methods"]["14"]
    for title in ("compiled", "numpy search", "cuts by linprog", "cuts by cvxpy"):
        assert 1 - 1e-6 <= rows[title]["objective_min"] <= 1
        assert f"| {title} | 1.000000" in done.stdout[end:]
    missing = [title for title, row in rows.items() if "left_out" in row]
    assert missing == [] or importlib.util.find_spec("pyscipopt") is None
    assert results["results"]["nodes_nearly_identical"]["0.0001"] < 100
