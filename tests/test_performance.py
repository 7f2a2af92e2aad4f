"""The pages about performance say what the benchmarks' files say, and excuse what they miss."""

import importlib
import json
import subprocess
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(autouse=True)
def _path(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.fixture
def performance():
    return importlib.import_module("performance")


@pytest.fixture
def target():
    targets = importlib.import_module("_targets")
    return targets.Target(
        title="t",
        benchmark="b",
        value=targets.within("x", "ratio"),
        wanted=4,
        limit=lambda results: f"It is {results['b']['x']['ratio']}.",
    )


def test_every_page_is_as_it_would_be_written_now(performance):
    filled = importlib.import_module("_pages").filled
    for path, parts in performance.pages(performance.load()).items():
        text = path.read_text(encoding="utf-8")
        assert filled(text, parts) == text, f"{path.name}: run python benchmarks/performance.py"


def test_targets_that_are_missed_say_why(performance):
    results = {name: report["results"] for name, report in performance.load().items()}
    for one in importlib.import_module("_targets").TARGETS:
        value = one.measured(results)
        assert value is None or one.met(value) or one.limit(results), one.title


def test_a_target_is_met_missed_or_not_measured(target):
    assert target.row({"b": {"x": {"ratio": 4.0}}})[1:] == ("≥ 4", "4.00", "met")
    assert target.row({"b": {"x": {"ratio": 3.9}}})[2:] == ("3.90", "**missed.** It is 3.9.")
    assert target.row({"b": {}})[2:] == target.row({})[2:] == ("-", "not measured yet")


def _cell(**rows):
    return {"peers": {"updates": {"users_vdn": {"ours": {"rate": 8.0}, **rows}}}}


def test_the_best_peer_is_the_one_with_the_least_ratio():
    limits = importlib.import_module("_limits")
    results = _cell(benchmarl={"ratio": 2.0}, xuance={"ratio": 3.0})
    assert limits.least_ratio(results["peers"], "users_vdn") == 2.0
    with pytest.raises(limits.NotMeasuredError, match=r"^'BenchMARL, XuanCe'$"):
        limits.least_ratio(results["peers"], "users_vdn", "products_ratio")


@pytest.mark.parametrize(
    ("results", "said"),
    [
        (_cell(benchmarl={"error": "no"}, xuance={"ratio": 5.0}), "not measured: BenchMARL"),
        (_cell(xuance={"ratio": 5.0}), "not measured: BenchMARL"),
        (_cell(ours={"error": "no"}), "not measured: rllib_algos"),
        ({"peers": {"updates": {}}}, "not measured yet"),
    ],
)
def test_a_peer_that_is_missing_is_named_and_leaves_no_best_one(results, said):
    titles = {target.title: target for target in importlib.import_module("_targets").TARGETS}
    target = next(t for title, t in titles.items() if "best peer, VDN: 100 agents" in title)
    assert target.row(results)[2:] == ("-", said)


def test_reasons_have_their_numbers_from_the_results():
    limits = importlib.import_module("_limits")
    results = {
        "metro": {"steps": {"users": {"all_made": {"parts_ms": {"draw": 3, "latency": 30}}}}},
        "sampling": {"users": {"8_copies": {"where_time_goes_together": {"a.py": 0.5}}}},
    }
    reason = limits.metro_step("users", "all_made")(results)
    assert reason == "Most of it: latency 30.0 ms, draw 3.00 ms."
    reason = limits.sampling(("users", "8_together_over_1_stock"))(results)
    assert reason == "Where the time goes: `a.py` 50%."


def test_a_missed_ratio_of_copies_says_what_its_own_parts_would_allow():
    limits = importlib.import_module("_limits")
    copies = {"32": {"steps_per_cpu_second": 5000.0}}
    parts = {"allocation": 100, "draw": 25, "infos": 40, "evaluation": 50}
    results = {"vector": {"servers": {"alone": 2000.0, "copies": copies}, "parts_us": parts}}
    assert limits.vector("servers", "The solver")(results) == (
        "The solver and the draw of a slot, which every copy needs for itself, take 125 of a "
        "copy's 200 µs; with these alone the ratio would be 4.00. "
        "Most of what is left: evaluation 50.0 µs, infos 40.0 µs."
    )


PROFILE = {
    "aten::bmm": 0.3,
    "aten::baddbmm": 0.2,
    "aten::clamp_min_": 0.04,
    "aten::threshold_backward": 0.05,
    "aten::sum": 0.03,
    "aten::_fused_adam_": 0.01,
}


def test_a_missed_share_of_the_peak_says_where_the_time_goes():
    peak = importlib.import_module("_limits").peak("users_vdn")
    row = {"share_of_peak": 0.2, "share_of_products": 0.5}
    alone = "Its own products alone, in their sizes, reach 0.400 of the peak."
    assert peak({"updates": {"users_vdn": row}}) == alone
    assert peak({"updates": {"users_vdn": {**row, "where_time_goes": PROFILE}}}) == (
        f"{alone} Where the time goes without the replay: products 50%, ReLU 9%, `sum` 3%."
    )


@pytest.mark.parametrize(("ratio", "named"), [(3.0, False), (5.0, True)])
def test_products_are_a_limit_only_where_they_would_miss_the_target_too(ratio, named):
    products = importlib.import_module("_limits").products("users_vdn", 4)
    peers = {who: {"ratio": 1.5, "products_ratio": ratio} for who in ("benchmarl", "xuance")}
    profile = {"updates": {"users_vdn": {"where_time_goes": PROFILE}}}
    reason = products(_cell(**peers) | profile)
    assert f"same PyTorch; were there nothing else to do here, the ratio would be {ratio}" in reason
    assert ("products 50%, ReLU 9%" in reason) == named
    assert products({}) == "Every library makes these matrix products by the same PyTorch."


def test_parts_replace_the_ones_before(tmp_path):
    pages = importlib.import_module("_pages")
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- a: start -->\nold\n<!-- a: end -->\nafter\n", encoding="utf-8")
    pages.update(page, {"a": "new"})
    expected = "before\n<!-- a: start -->\nnew\n<!-- a: end -->\nafter\n"
    assert page.read_text(encoding="utf-8") == expected
    with pytest.raises(ValueError, match=r"page\.md: .* must hold one line <!-- b: start"):
        pages.update(page, {"b": "new"})


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "-"), (1234.5, "1,234"), (99.96, "100"), (12.34, "12.3"), (0.01234, "0.0123")],
)
def test_numbers_have_three_digits(value, shown):
    assert importlib.import_module("_pages").number(value) == shown


def test_ratios_are_taken_within_rounds():
    turns = importlib.import_module("_turns")
    assert turns.ratio([10.0, 20.0, 30.0], [5.0, 5.0, 30.0]) == {
        "ratio": 2.0,
        "ratio_range": [1.0, 4.0],
    }


def test_all_take_turns():
    turns, calls = importlib.import_module("_turns"), []
    rates = {name: lambda seconds, name=name: calls.append((name, seconds)) or 1.0 for name in "ab"}
    assert turns.in_turns(rates, rounds=2, seconds=0.5) == {"a": [1.0, 1.0], "b": [1.0, 1.0]}
    assert calls == [("a", 0.0), ("b", 0.0), *[("a", 0.5), ("b", 0.5)] * 2]


SPREAD = {"ratio": 2.0, "ratio_range": [1.0, 3.0]}
OVER = ("on_one_node_over_one_runner", "nodes_over_one_runner", "nodes_over_one_node")
PARTS = ("actions", "latency", "allocation", "reports", "draw", "observation", "rest")
FOUND = {
    "environment": {
        "steps": {
            "mec": {
                "10000": {
                    "steps_per_cpu_second": 12.5,
                    "parts_ms": dict.fromkeys(PARTS, 16.0),
                }
            }
        },
        "steps_when_looked_up": {},
        "mobile_env": {
            "steps_per_cpu_second": {
                "djtcra_servers": 2000,
                "djtcra_users": 1000,
                "mobile_env_30_users": 40,
                "mobile_env_100_users": 8,
            },
            **{
                f"against_{users}_users": {"djtcra_servers": SPREAD, "djtcra_users": SPREAD}
                for users in (30, 100)
            },
        },
        "cvxpy": {"30": {**SPREAD, "ours": 2000, "cvxpy": 1000}},
    },
    "vector": {
        "servers": {
            "alone": 2000,
            "copies": {"8": {"steps_per_cpu_second": 4000, **SPREAD}},
            "rows": {"8": {"steps_per_cpu_second": 5000, **SPREAD}},
            "in_turn": {"8": {"steps_per_cpu_second": 900, **SPREAD}},
        },
        "users": {"alone": 1000, "copies": {}},
        "offloading": {"alone": 3000, "copies": {}},
        "parts_us": {"draw": 8.5},
        "offloading_180_parts_us": {"draw": 45.0},
    },
    "metro": {
        "steps": {
            view: {
                form: {"step_ms": 20.0, "parts_ms": dict.fromkeys(PARTS, 2.5)}
                for form in ("all_made", "when_looked_up")
            }
            for view in ("servers", "users")
        },
        "rules": {
            "gaps_percent": {"greedy": 5.0},
            "cpu_seconds": {"bound": 1.5, "greedy": 0.25},
            "static_prices_cpu_seconds": 4.0,
        },
        "growth": {
            form: {"in_users": 0.75, "in_servers": 1} for form in ("all_made", "when_looked_up")
        },
        "training": {
            "slots": 20,
            "peak_megabytes": 2000.0,
            "settings": ["algo.tau=0.5"],
            "compared": [
                {"policy": name, "system_qoe": {"mean": 8000.0}, "gap": {"mean": 0.05}}
                for name in ("/tmp/run", "greedy", "upper bound")
            ],
        },
        "peak_megabytes": 500.0,
    },
    "replay": {
        "rows_sampled_actions": {"kilobytes_per_transition": 4.15, "milliseconds_to_torch": 1.5},
        "rows_soft_actions": {},
        "observations_of_all_agents_stored": {},
    },
    "sampling": {
        "users": {"1_copies": {"joint": 20.0}, "8_copies": {"together_over_stock": SPREAD}}
    },
    "updates": {
        "users_vdn": {"case": "VDN: all", "updates_per_cpu_second": 30.0, "milliseconds": 33.0}
    },
    "checkpoint": {
        "vdn": {
            "megabytes": 9.5,
            "replay_megabytes": 8,
            "save_cpu_seconds": 0.05,
            "load_cpu_seconds": 0.03,
            "over_writing": SPREAD,
        }
    },
    "memory": {"mec_100_users": {"peak_megabytes": 150, "rise_megabytes": 7.25}},
    "distributed": {
        "slots_per_second": {"one": 500, "two_on_two_nodes": 900},
        "nodes": {"one": 1, "two_on_two_nodes": 2},
        **{f"two_{what}": SPREAD for what in OVER},
    },
    "decision_time": {"n30": {"cpu_ms": {"dirs": 0.5}, "where_time_goes": {"torch": 0.9}}},
    "slot_bound": {"tiny": {"gap": 0.01, "named": "x"}},
}
ROWS = {
    "environment": "| offloading | 10,000 | 12.5 |" + 7 * " 16.0 |",
    "mobile-env": "| allocation, users as agents, 100 users | 1,000 | 2.00 (1.00 to 3.00) "
    "| 2.00 (1.00 to 3.00) |",
    "cvxpy": "| 30 | 2,000 | 1,000 | 2.00 (1.00 to 3.00) |",
    "vector": "| allocation, servers as agents | together, one entry for each user | 8 | 5,000 "
    "| 2.00 (1.00 to 3.00) |",
    "vector-parts": "| draw | 8.50 | 45.0 |",
    "metro": "| rules, gaps percent, greedy | 5.00 |",
    "replay": "| rows, sampled actions | 4.15 | - | 1.50 | - |",
    "sampling": "| 100 agents, next to free | 8 | - | - | - | - | - | 2.00 (1.00 to 3.00) | - |",
    "updates": "| VDN: all | 30.0 | - | - | - | 33.0 | - | - | - |",
    "checkpoint": "| vdn | 9.50 | 8.00 | 50.0 | 30.0 | 2.00 (1.00 to 3.00) |",
    "memory": "| mec 100 users | 150 | 7.25 | - |",
    "distributed": "| two on two nodes | 2 | 900 | 2.00 (1.00 to 3.00) | 2.00 (1.00 to 3.00) |",
    "decision-time": "| n30, cpu ms, dirs | 0.500 |",
    "slot-bound": "| tiny, gap | 0.0100 |",
}


def test_every_table_shows_what_was_measured():
    tables = importlib.import_module("_performance_tables").TABLES
    assert tables.keys() == ROWS.keys()
    for part, (name, show) in tables.items():
        lines = show(FOUND[name]).splitlines()
        assert ROWS[part] in lines
        assert len({line.count("|") for line in lines}) == 1, part


def test_it_is_said_what_was_run():
    runs = importlib.import_module("_performance_tables").runs
    before = {"minutes": 2, "machine": {"processor": "p", "python": "3"}, "versions": {"a": "1"}}
    code = {"commit": 40 * "c", "changed": True}
    text = runs({"old": before, "new": {**before, "arguments": ["--train", "20"], "code": code}})
    assert "| old | 2.00 | not noted | p | 3 |" in text
    assert "| new --train 20 | 2.00 | `cccccccccc`, changed | p | 3 |" in text
    assert "not noted" in runs({"without git": {**before, "code": None}})


def test_reports_hold_the_code_and_the_arguments(tmp_path, monkeypatch, capsys):
    report = importlib.import_module("_report")
    monkeypatch.setattr("sys.argv", ["x.py", "--venvs", str(tmp_path / "peers"), "--rounds", "2"])
    report.report("x", {"ratio": 1.0})
    found = json.loads(capsys.readouterr().out)
    assert found["arguments"] == ["--venvs", "peers", "--rounds", "2"]
    assert found["results"] == {"ratio": 1.0}
    assert found["code"] == report._code()
    assert report._code(tmp_path) is None


def test_code_that_differs_from_the_commit_is_said_to(tmp_path):
    report = importlib.import_module("_report")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e"]
    for name in ("benchmarks", "docs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text("1", encoding="utf-8")
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run(git + command, check=True)
    (tmp_path / "docs" / "a").write_text("2", encoding="utf-8")
    found = report._code(tmp_path)
    assert len(found["commit"]) == 40
    assert not found["changed"]
    (tmp_path / "benchmarks" / "a").write_text("2", encoding="utf-8")
    assert report._code(tmp_path) == {**found, "changed": True}


def test_what_could_not_be_measured_is_said():
    tables = importlib.import_module("_environment_tables")
    assert tables.mobile_env({"mobile_env": {"error": "no network"}}).endswith("no network.")


def test_two_nodes_are_compared_only_where_a_second_runner_collects_more():
    tables = importlib.import_module("_performance_tables")
    idle = {**SPREAD, "ratio": 1.01}
    found = FOUND["distributed"] | {"two_on_one_node_over_one_runner": idle}
    line = tables.distributed(found).splitlines()[-1]
    assert line == "| two on two nodes | 2 | 900 | 2.00 (1.00 to 3.00) | not conclusive here |"


def test_the_page_of_ten_thousand_users_shows_what_was_measured():
    parts = importlib.import_module("_metro_tables").parts(FOUND["metro"])
    assert "| step [ms] | 20.0 | 20.0 | 20.0 | 20.0 |" in parts["steps"].splitlines()
    assert "| of it rest | 2.50 | 2.50 | 2.50 | 2.50 |" in parts["steps"].splitlines()
    assert "| when looked up | 0.750 | 1.00 |" in parts["growth"].splitlines()
    assert parts["rules"].splitlines()[2:] == [
        "| bound | 1.50 | - |",
        "| `greedy` | 0.250 | 5.00 |",
        "| static prices, once | 4.00 | - |",
    ]
    assert "| trained for 20 slots | 8,000 | 5.00 |" in parts["trained"].splitlines()
    assert parts["trained"].endswith("that trained: 2,000 MB. Its settings: `algo.tau=0.5`.")


def test_results_of_before_are_not_shown_as_those_of_now():
    tables, targets = (importlib.import_module(f"_{name}") for name in ("metro_tables", "targets"))
    before = {"rules": FOUND["metro"]["rules"], "slopes": {"in_users": 0.5}}
    assert tables.parts(before)["steps"].startswith("Not measured yet")
    assert targets.within("slopes", "in_users")(before) == 0.5
    with pytest.raises(KeyError):
        targets.within("slopes", "in_users", "ratio")(before)
