"""`check.py` covers every extra, here and in the workflow, and notices what a package lacks."""

import importlib.util
import re
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

CHECK = Path(__file__).with_name("check.py")
WORKFLOW = Path(__file__).parents[2] / ".github" / "workflows" / "ci.yml"


@pytest.fixture(scope="module")
def check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release_check", CHECK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def packages(folder: Path, in_wheel: list[str], in_sdist: list[str]) -> tuple[Path, Path]:
    """A wheel and a sdist that hold empty files."""
    wheel, sdist = folder / "edgemarl-1.whl", folder / "edgemarl-1.tar.gz"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in in_wheel:
            archive.writestr(name, "")
    with tarfile.open(sdist, "w:gz") as archive:
        for name in in_sdist:
            archive.addfile(tarfile.TarInfo(f"edgemarl-1/{name}"))
    return wheel, sdist


def test_the_workflow_tries_every_extra(check):
    matrix = re.search(r"extra: \[(.*)\]", WORKFLOW.read_text(encoding="utf-8"))
    assert matrix is not None
    assert set(matrix.group(1).split(", ")) == set(check.extras())
    assert "dev" not in check.extras()


@pytest.fixture(scope="module")
def needed(check) -> list[str]:
    return [*check.NEEDED, "edgemarl-1.dist-info/licenses/LICENSE"]


def test_packages_that_hold_what_they_must(check, needed, tmp_path):
    check.check_files(*packages(tmp_path, needed, needed))


def test_packages_without_the_marker_of_types(check, needed, tmp_path):
    with pytest.raises(AssertionError, match=r"1\.whl must hold edgemarl/py\.typed"):
        check.check_files(*packages(tmp_path, needed[1:], needed))
    with pytest.raises(AssertionError, match=r"1\.tar\.gz must hold edgemarl/py\.typed"):
        check.check_files(*packages(tmp_path, needed, needed[1:]))


def test_a_wheel_without_a_licence(check, needed, tmp_path):
    with pytest.raises(AssertionError, match="must hold the licence"):
        check.check_files(*packages(tmp_path, needed[:-1], needed))


def test_a_wheel_with_tests(check, needed, tmp_path):
    with pytest.raises(AssertionError, match=r"packages alone, got \['tests/test_docs\.py'\]"):
        check.check_files(*packages(tmp_path, [*needed, "tests/test_docs.py"], needed))


def test_extras_get_tested_versions_where_they_have_them(check):
    tested = [extra for extra in ("", *check.extras()) if check.constraints(extra)]
    assert {"", "rllib", "video", "report"} <= set(tested)
    assert not {"wandb", "mlflow"} & set(tested)
