import json

import pytest
from typer.testing import CliRunner

from edgemarl.cli.app import app
from edgemarl.experiments import compare, evaluate


def run(*arguments: str, code: int = 0):
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "160"})
    assert result.exit_code == code, result.output
    return result


def error_of(*arguments: str) -> str:
    return run(*arguments, code=2).stderr.strip()


def test_evaluate_writes_what_it_prints(tmp_path):
    path = tmp_path / "nearest.json"
    shown = run("evaluate", "nearest", "--scenario", "tiny", "--slots", "6", "--json", str(path))
    written = json.loads(path.read_text())
    expected = evaluate("nearest", "tiny", slots=6)
    assert written["policy"] == "nearest"
    assert written["system_qoe"]["mean"] == expected.mean("system_qoe")
    assert f"{expected.mean('system_qoe'):.1f}±" in shown.stdout


def test_compare_writes_rows(tmp_path):
    path = tmp_path / "rows.json"
    run(
        *("compare", "nearest", "random", "--scenario", "tiny", "--slots", "4"),
        *("--topologies", "2", "--seeds", "2", "--reference", "random", "--json", str(path)),
    )
    written = json.loads(path.read_text())
    expected = compare(
        ["nearest", "random"], "tiny", slots=4, topologies=2, seeds=2, reference="random"
    )
    assert written == expected.rows()
    assert [row["policy"] for row in written] == ["nearest", "random", "upper bound"]


def test_settings_reach_scenario_and_environment(tmp_path):
    path = tmp_path / "rows.json"
    run(
        *("evaluate", "nearest", "--env", "djtcra-users-v0", "--scenario", "tiny", "--slots", "3"),
        *("--set", "scenario.num_users=5", "env.observation=global", "--scenario-seed", "2"),
        *("--json", str(path)),
    )
    counts = json.loads(path.read_text())
    total = sum(counts[key]["mean"] for key in ("num_satisfied", "num_disturbed", "num_gave_up"))
    assert total == pytest.approx(5)


def test_a_scenario_may_be_a_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("base: tiny\nnum_users: 4\n")
    assert "scenario mine" in run("evaluate", "nearest", "--scenario", str(path)).stdout


def test_a_comparison_can_be_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "c.png"
    run(
        "compare", "nearest", "greedy", "--scenario", "tiny", "--slots", "2", "--plot", str(picture)
    )
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("evaluate", "neerest"), "policy must be a baseline (nearest, random"),
        (("evaluate", "nearest", "--scenario", "huge"), "scenario must be one of paper, tiny"),
        (("evaluate", "nearest", "--env", "djtcra-x-v0"), "environment must be one of"),
        (
            ("evaluate", "nearest", "--set", "env.action=tea"),
            "'discrete', 'probability', got 'tea'",
        ),
        (("evaluate", "nearest", "--set", "scenario.user=1"), "key of scenario must be one of"),
        (("evaluate", "nearest", "--set", "algo.gamma=1"), "must start with env. or scenario."),
        (("evaluate", "nearest", "--json", "no/such/x.json"), "must lie in an existing folder"),
        (("compare", "nearest", "daes", "nearest"), "'nearest' twice"),
        (("compare", "nearest", "--reference", "greedy"), "reference must be one of 'nearest'"),
    ],
)
def test_bad_input_is_one_line(arguments, message):
    error = error_of(*arguments)
    assert error.startswith("edgemarl: error: ")
    assert message in error
    assert len(error.splitlines()) == 1


def test_an_unknown_argument_of_the_environment_lists_the_known_ones():
    error = error_of("evaluate", "nearest", "--set", "env.flavour=sour")
    assert "flavour" in error
    assert "observation" in error


def test_zero_slots_are_a_usage_error():
    assert "--slots" in error_of("evaluate", "nearest", "--slots", "0")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("compare", "remote", "--scenario", "n180"), "n180 is a scenario of edgemarl/mec-v0"),
        (("evaluate", "exact", "--scenario", "tiny"), "exact is a baseline of edgemarl/mec-v0"),
        (
            ("evaluate", "cloud", "--env", "mec-v0"),
            "cloud is a baseline of edgemarl/djtcra-servers-v0",
        ),
    ],
)
def test_a_name_of_another_system_is_sent_there(arguments, message):
    assert f"{message}: give that as the environment (--env)" in error_of(*arguments)


def test_a_file_of_another_system_is_sent_there(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("num_devices: 20\nnum_servers: 2\n")
    error = error_of("compare", "random", "--scenario", str(file))
    assert "mine.yaml is a scenario of edgemarl/mec-v0: give that as the environment" in error
    file.write_text("num_devices: 20\nnum_users: 2\n")
    assert "is a scenario of" not in error_of("compare", "random", "--scenario", str(file))
