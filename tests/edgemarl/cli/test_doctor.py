import re

import pytest
from typer.testing import CliRunner

from edgemarl.cli.app import app
from edgemarl.experiments import installation
from edgemarl.experiments.installation import Dependency

NUMPY = Dependency(name="numpy", wanted=">=2.0", installed="2.4.6")
OLD = Dependency(name="ray", wanted=">=2.60", installed="2.40.0")
ABSENT = Dependency(name="torch", wanted=">=2.6", installed=None)


def doctor(monkeypatch: pytest.MonkeyPatch, **extras: list[Dependency]):
    """What the command says where so much is installed beside numpy."""
    needed = extras.pop("needed", [NUMPY])
    parts = {"": needed, "rllib": [ABSENT], **extras}
    monkeypatch.setattr(installation, "dependencies", lambda: parts)
    return CliRunner().invoke(app, ["doctor"])


def test_a_slot_is_simulated_and_bounded(monkeypatch):
    done = doctor(monkeypatch)
    assert done.exit_code == 0, done.output
    value, bound = map(float, re.findall(r"QoE ([\d.]+), at most ([\d.]+)", done.output)[0])
    assert 0 < value <= bound
    assert "rllib        not installed: pip install 'edgemarl[rllib]'" in done.output


def test_an_extra_of_which_a_part_is_missing(monkeypatch):
    matplotlib = Dependency(name="matplotlib", wanted="", installed="3.11.2")
    done = doctor(monkeypatch, viz=[matplotlib, ABSENT], dev=[matplotlib, *[ABSENT] * 4])
    assert done.exit_code == 0
    assert "dev          4 of 5 packages missing: pip install 'edgemarl[dev]'" in done.output
    assert "viz          torch missing: pip install 'edgemarl[viz]'" in done.output


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"needed": [NUMPY, ABSENT]}, "torch is missing"),
        ({"rllib": [OLD]}, "ray must be >=2.60, got 2.40.0"),
    ],
)
def test_what_is_wrong_is_an_error(monkeypatch, parts, message):
    done = doctor(monkeypatch, **parts)
    assert done.exit_code == 1
    assert done.stderr == f"edgemarl: error: {message}\n"
