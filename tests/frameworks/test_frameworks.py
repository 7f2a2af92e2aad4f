"""Examples with other frameworks run, learn, and are described as they are.

A framework's example is skipped where the framework is absent; `make test-framework NAME=sb3`
builds an environment that has it, where a missing framework is a failure.
"""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "frameworks"
PAGE = ROOT / "docs" / "how_to" / "other_frameworks.md"
WORKFLOW = ROOT / ".github" / "workflows" / "frameworks.yml"
FRAMEWORKS = {  # what is imported, and its name on PyPI
    "sb3": ("stable_baselines3", "stable-baselines3"),
    "rllib": ("ray", "ray"),
    "benchmarl": ("benchmarl", "benchmarl"),
    "agilerl": ("agilerl", "agilerl"),
    "xuance": ("xuance", "xuance"),
    "tianshou": ("tianshou", "tianshou"),
}
SECONDS = 1700  # an example takes one minute on a core of its own
RESULT = re.compile(r"(\S+) (\S+) after \d+ slots: gap to the bound ([\d.]+) %, random ([\d.]+) %")


def glue_lines(script: Path) -> int:
    spec = importlib.util.spec_from_file_location("frameworks_common", EXAMPLES / "_common.py")
    assert spec is not None
    assert spec.loader is not None
    common = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = common  # where dataclasses look their annotations up
    spec.loader.exec_module(common)
    return common.glue_lines(script)


def pins(name: str) -> dict[str, str]:
    """The versions that a framework was tested with, by package."""
    files = EXAMPLES.glob(f"requirements/{name}.*txt")
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    found = [line.partition("==") for line in lines if not line.startswith("#")]
    return {package.partition("[")[0]: version for package, _, version in found}


def rows() -> dict[str, list[str]]:
    """The table of the page: a row's cells by the name of the example."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    found = {re.search(r"with_(\w+)\.py", row[1]): row for row in cells if len(row) > 1}
    return {match.group(1): row for match, row in found.items() if match}


def test_every_example_has_versions_a_row_and_a_job():
    names = {path.stem.removeprefix("with_") for path in EXAMPLES.glob("with_*.py")}
    assert names == set(FRAMEWORKS) == set(rows())
    assert names == {path.name.partition(".")[0] for path in EXAMPLES.glob("requirements/*.txt")}
    jobs = re.search(r"framework: \[(.*)\]", WORKFLOW.read_text(encoding="utf-8"))
    assert jobs is not None
    assert set(jobs.group(1).split(", ")) == names


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_table_says_the_glue_and_the_version(name):
    _, _, _, glue, version, *_ = rows()[name]
    assert int(glue) == glue_lines(EXAMPLES / f"with_{name}.py")
    assert version == pins(name)[FRAMEWORKS[name][1]]


def test_glue_is_code_between_the_markers(tmp_path):
    script = tmp_path / "with_it.py"
    script.write_text(
        'a = 1\n# glue: begin\ndef f():\n    """Does it.\n\n    Well.\n    """\n'
        "\n    # why\n    b = (\n        2\n    )  # how\n    return b\n\n\n# glue: end\nc = 3\n"
    )
    assert glue_lines(script) == 5  # def, three lines of b, return


def test_glue_needs_its_markers(tmp_path):
    script = tmp_path / "with_it.py"
    script.write_text("# glue: begin\na = 1\n")
    with pytest.raises(ValueError, match="one line '# glue: begin' and one line '# glue: end'"):
        glue_lines(script)


@pytest.mark.timeout(SECONDS + 100)
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] if n == "rllib" else []) for n in FRAMEWORKS]
)
def test_an_example_trains_and_is_better_than_chance(name, tmp_path):
    module, package = FRAMEWORKS[name]
    if os.environ.get("FRAMEWORK") != name and importlib.util.find_spec(module) is None:
        pytest.skip(f"needs {package}: make test-framework NAME={name}")
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / f"with_{name}.py")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    print(done.stdout)  # which `make test-framework` shows
    assert done.returncode == 0, done.stderr
    found = RESULT.search(done.stdout)
    assert found is not None, done.stdout
    assert found.group(1, 2) == (package, pins(name)[package])
    learned, chance = float(found.group(3)), float(found.group(4))
    assert 0 < learned < chance
    assert f"glue: {glue_lines(EXAMPLES / f'with_{name}.py')} lines" in done.stdout
