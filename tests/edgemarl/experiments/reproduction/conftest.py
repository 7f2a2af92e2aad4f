"""One small grid, run by the command, for all tests that look at what a grid leaves behind."""

from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from edgemarl.cli.app import app
from edgemarl.experiments.reproduction import catalog


@pytest.fixture(scope="session")
def small_study():
    """The command line knows the small study."""
    from tests.reproductions import STUDY

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(catalog.STUDIES, STUDY.name, STUDY)
        yield STUDY


@pytest.fixture(scope="session")
def grid(ray_session, small_study, tmp_path_factory):
    """The small study, run with two replicates; one of its methods fails."""
    pytest.importorskip("matplotlib")
    pytest.importorskip("torch")
    out = tmp_path_factory.mktemp("grid")
    command = ["reproduce", small_study.name, "--out", str(out), "--jobs", "2"]
    return SimpleNamespace(out=out, ran=CliRunner().invoke(app, command))
