import subprocess
import sys

import pytest
import yaml
from typer.testing import CliRunner

import edgemarl
from edgemarl.cli.app import app
from edgemarl.djtcra import SCENARIOS, Scenario, load_scenario
from edgemarl.djtcra.baselines import baseline_names


def run(*arguments: str, code: int = 0):
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == code, result.output
    return result


def error_of(*arguments: str) -> str:
    """The one line that bad input leads to."""
    lines = run(*arguments, code=2).stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("edgemarl: error: ")
    return lines[0]


def test_the_version():
    assert run("--version").output.strip() == f"edgemarl {edgemarl.__version__}"


def test_python_dash_m_is_the_same_command():
    done = subprocess.run(
        [sys.executable, "-m", "edgemarl", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"edgemarl {edgemarl.__version__}"


def test_list_names_everything():
    words = run("list").output.split()
    for name in [*edgemarl.registered(), *SCENARIOS, *baseline_names(), "daes)", "ga-aware)"]:
        assert name in words


def test_a_scenario_is_shown_as_a_file_that_reads_back(tmp_path):
    shown = run("scenario", "show", "demo").output
    assert Scenario.from_dict(yaml.safe_load(shown)) == load_scenario("demo")
    (tmp_path / "demo.yaml").write_text(shown)
    assert load_scenario(str(tmp_path / "demo.yaml")) == load_scenario("demo")


def test_a_scenario_is_shown_with_its_changes():
    shown = yaml.safe_load(
        run(
            *("scenario", "show", "tiny", "--scenario-seed", "5"),
            *("--set", "scenario.num_users=9", "scenario.mobility=random_walk"),
        ).output
    )
    assert shown["seed"] == 5
    assert shown["num_users"] == 9
    assert shown["mobility"]["kind"] == "random_walk"


def test_help_names_the_commands():
    shown = run("--help").output
    for command in ("list", "scenario", "train", "evaluate", "compare"):
        assert command in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("scenario", "show", "huge"), "scenario must be one of paper, tiny, demo"),
        (
            ("scenario", "show", "tiny", "--set", "scenario.users=1"),
            "must be one of 'name', 'seed'",
        ),
        (("scenario", "show", "tiny", "--set", "scenario.num_users=-1"), "num_users must be an"),
        (("scenario", "show", "tiny", "--set", "scenario.num_users=.nan"), "num_users must be an"),
        (("scenario", "show", "tiny", "--set", "scenario.cloud_rate=0"), "cloud_rate must be posi"),
        (("scenario", "show", "tiny", "--set", "algo.gamma=1"), "must start with scenario."),
    ],
)
def test_bad_input_is_one_line(arguments, message):
    assert message in error_of(*arguments)


def test_tracebacks_can_be_asked_for():
    result = CliRunner().invoke(app, ["--traceback", "scenario", "show", "huge"])
    assert isinstance(result.exception, ValueError)


def test_output_can_be_cut_short():
    done = subprocess.run(
        f"{sys.executable} -m edgemarl scenario show paper | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "name: paper\n"
    assert done.stderr == ""
