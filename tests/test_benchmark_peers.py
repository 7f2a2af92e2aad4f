"""The comparison with other libraries, as far as it needs none of them."""

import importlib
import sys
import textwrap
from pathlib import Path

import pytest
from pettingzoo.test import parallel_api_test

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def module(monkeypatch):
    """Imports a file of the folder by name, as its scripts do."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


@pytest.fixture
def worker(module, monkeypatch, tmp_path):
    """A worker whose library works off ten at a time, and fails at one cell."""
    monkeypatch.setenv("PYTHONPATH", str(BENCHMARKS))
    script = tmp_path / "library.py"
    script.write_text(
        textwrap.dedent("""
            from _peers_worker import serve

            def build(cell):
                print("chatter on stdout")
                if cell == "users_qmix":
                    raise ValueError("no mixing here")
                return lambda: 10

            serve(build, ("numpy",))
        """),
        encoding="utf-8",
    )
    process = module("_peers_process").Worker(sys.executable, script, tmp_path / "log.txt")
    yield process
    process.close()


class Scripted:
    """Answers with one rate after the other."""

    def __init__(self, *rates):
        self.rates = list(rates)

    def ask(self, **request):
        rate = self.rates.pop(0)
        return {"rate": rate} if rate else {"error": "tired"}


def test_a_worker_answers_with_versions_rates_profiles_and_errors(worker):
    assert list(worker.ask()["versions"]) == ["numpy"]
    assert worker.ask(cell="users_idqn", seconds=0.01)["rate"] > 10
    assert sum(worker.ask(cell="users_idqn", profile=True)["shares"].values()) > 0.9
    assert worker.ask(cell="users_qmix", seconds=0.01) == {"error": "ValueError: no mixing here"}
    assert "rate" in worker.ask(cell="users_vdn", seconds=0.01)


def test_a_worker_that_cannot_start_says_why(module, tmp_path):
    script = tmp_path / "broken.py"
    script.write_text("raise SystemExit('no such library')", encoding="utf-8")
    worker = module("_peers_process").Worker(sys.executable, script, tmp_path / "log.txt")
    assert worker.ask() == {"error": "ended: no such library"}
    worker.close()


def test_ratios_are_taken_within_rounds_and_failures_are_kept(module):
    workers = {
        "ours": Scripted(10.0, 20.0, 30.0),
        "benchmarl": Scripted(5.0, 5.0, 30.0),
        "xuance": Scripted(5.0, None),
        "products": Scripted(20.0, 20.0, 60.0),
    }
    row = module("peers").measure(workers, "users_vdn", 3, 1.0)
    assert row["ours"] == {"rate": 20.0}
    ratios = {"ratio": 2.0, "ratio_range": [1.0, 4.0], "products_ratio": 4.0}
    assert row["benchmarl"] == {"rate": 5.0, **ratios}
    assert row["xuance"] == {"error": "tired"}


def test_the_table_shows_ratios_and_hides_no_failure(module):
    results = {
        "ours": {"versions": {"torch": "2"}},
        "peers": {"benchmarl": {"versions": {"torch": "2"}}, "xuance": {"error": "no network"}},
        "sampling": {
            "users_1_copy": {
                "ours": {"rate": 1234.0},
                "benchmarl": {"rate": 12.34, "ratio": 100.0, "ratio_range": [99.0, 101.0]},
            }
        },
        "updates": {"users_vdn": {"ours": {"rate": 5.0}, "benchmarl": {"error": "too many"}}},
        "where_time_goes": {"users_1_copy": {"ours": {"torch": 0.25, "ray": 0.01}}},
    }
    text = module("_peers_table").markdown(results)
    assert "1 copy | 1,234 | 12.3 | - | - | 100 (99.0 to 101) | - |" in text
    assert "| rllib_algos | torch 25% |" in text
    assert "- XuanCe could not be installed or started: no network" in text
    assert "BenchMARL failed at VDN: 100 agents" in text
    assert "too many" in text


def test_the_page_has_a_row_for_every_cell(module):
    table, cells = module("_peers_table"), module("_peers_cases").CELLS
    text = table.PAGE.read_text(encoding="utf-8")
    assert [name for name, cell in cells.items() if f"| {cell} |" not in text] == []


def test_other_environments_are_left_alone(module, tmp_path):
    (tmp_path / "xuance").mkdir()
    (tmp_path / "xuance" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RuntimeError, match="another --venvs"):
        module("_peers_venvs").interpreter("xuance", tmp_path)
    assert (tmp_path / "xuance" / "thesis.txt").exists()


def test_a_peer_that_is_missing_is_a_failure_unless_nothing_may_be_downloaded(module):
    require = module("_peers_venvs").require
    found = {"benchmarl": {"versions": {}}, "xuance": {"error": "no network"}}
    require({"benchmarl": found["benchmarl"]}, offline=False)
    require(found, offline=True)
    with pytest.raises(SystemExit, match=r"or give --offline; missing: xuance \(no network\)"):
        require(found, offline=False)


def test_only_those_who_can_do_a_cell_are_asked_where_its_time_goes(module):
    class Profiled:
        def ask(self, cell, profile):
            assert profile
            return {"shares": {cell: 1.0}}

    workers = dict.fromkeys(("ours", "xuance", "agilerl"), Profiled())
    found = module("peers").where_time_goes(workers, "users_idqn")
    assert found == {who: {"users_idqn": 1.0} for who in ("ours", "xuance")}


def test_the_environment_is_one(module):
    cases = module("_peers_cases")
    parallel_api_test(cases.TeamEnv(cases.Team(3, 2, (4,), numbers=2)), num_cycles=60)


def test_our_products_are_made_alone(module):
    assert module("_peers_products").build("servers_vdn")() == 1


@pytest.mark.parametrize(
    ("kind", "algorithm", "numbers"),
    [("sampling", "idqn", 0), ("updates", "qmix", 0), ("updates", "maddpg", 2)],
)
def test_our_side_works(ray_session, module, kind, algorithm, numbers):
    cases = module("_peers_cases")
    team = cases.Team(agents=2, features=3, widths=(4,), numbers=numbers)
    work = module("_peers_ours").build(cases.Cell(kind, algorithm, team, copies=2))
    assert work() == (cases.CHUNK if kind == "sampling" else 10)
