"""Cities and traces by the command line, as a user would type it."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from edgemarl.cli.app import app
from edgemarl.djtcra import load_scenario

SAMPLE = Path(__file__).parents[3] / "examples/traces/fcd.xml"


def run(*arguments, code=0):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("cli") / "made"
    run("fetch", "synthetic", "--out", place, "--sites", 9, "--users", 60, "--seed", 1)
    return place


def test_a_city_is_shown_as_a_file_that_reads_back(folder, tmp_path):
    shown = run(
        *("scenario", "show", f"eua:{folder}", "--scenario-seed", 2),
        *("--set", "scenario.num_users=20", "scenario.num_servers=3"),
    ).output
    values = yaml.safe_load(shown)
    assert (values["num_users"], len(values["server_capacity"]), values["seed"]) == (20, 3, 2)
    (tmp_path / "shown.yaml").write_text(shown)
    expected = load_scenario(f"eua:{folder}").with_overrides(
        {"num_users": 20, "num_servers": 3, "seed": 2}
    )
    assert load_scenario(tmp_path / "shown.yaml") == expected


def test_policies_are_compared_in_a_city(folder):
    shown = run(
        *("compare", "nearest", "greedy", "near-optimal", "--scenario", f"eua:{folder}"),
        *("--slots", 3, "--set", "scenario.num_users=20", "scenario.num_servers=3"),
    ).output
    assert "scenario eua, topology 0" in " ".join(shown.split())
    assert "near-optimal" in shown


def test_an_absent_city_is_one_line(tmp_path):
    line = run("compare", "nearest", "--scenario", f"eua:{tmp_path / 'none'}", code=2).stderr
    assert line.count("\n") == 1
    assert "city must be a folder of EUA files" in line


def test_an_export_becomes_a_trace(tmp_path):
    out, names = tmp_path / "trace.csv", tmp_path / "names.csv"
    shown = run("traces", "sumo", SAMPLE, "--out", out, "--shift", -10, 5, "--names", names).output
    assert shown.endswith("trace.csv: 3 users, 3 slots, x from -10 to 70 m, y from 1 to 15 m\n")
    assert out.read_text().split()[1] == "0,0,-10.00,15.00"
    assert names.read_text().split()[-1] == "2,anna"
    assert (
        "step must be positive"
        in run("traces", "sumo", SAMPLE, "--out", out, "--step", 0, code=2).stderr
    )
