"""The notebook runs from its first cell to its last, and is kept without what it printed."""

import importlib.util
import os
import re
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[1] / "examples/quickstart.ipynb"
nbformat = pytest.importorskip("nbformat")


@pytest.fixture
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def printed(cell):
    shown = [output.get("text") or output.get("data", {}) for output in cell.outputs]
    text = "".join(one if isinstance(one, str) else one.get("text/plain", "") for one in shown)
    return re.sub(r"\x1b\[[\d;]*m", "", text)  # bold and colours


def cell_with(notebook, text):
    (found,) = [cell for cell in notebook.cells if cell.cell_type == "code" and text in cell.source]
    return found


def test_it_is_kept_without_outputs(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_it_runs_and_learns(notebook, ray_session, tmp_path, monkeypatch):
    """The kernel uses the tests' ray, and so need not start its own."""
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    pytest.importorskip("matplotlib")
    import ray

    monkeypatch.setenv("RAY_ADDRESS", ray.get_runtime_context().gcs_address)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute(cwd=str(tmp_path))
    table = printed(cell_with(notebook, "draw_comparison"))
    rows = re.findall(r"^ (\S+) .* ([\d.]+)±\S+ ", table, re.MULTILINE)
    gap = {name: float(value) for name, value in rows}
    assert gap["trained"] < gap["nearest"]
    for drawn in ("env.render()", "Image.open"):
        (picture,) = cell_with(notebook, drawn).outputs
        assert "image/png" in picture.data


def test_without_the_package_it_says_how_to_get_it(notebook, monkeypatch):
    installing = cell_with(notebook, "REPOSITORY").source
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match="set REPOSITORY above"):
        exec(installing, {})
    commands = []
    monkeypatch.setattr("subprocess.run", lambda command, check: commands.append(command))
    exec(installing.replace('REPOSITORY = ""', 'REPOSITORY = "https://host/name"'), {})
    assert commands[0][-1] == "edgemarl[rllib,viz] @ git+https://host/name"
    assert os.path.basename(commands[0][0]).startswith("python")
