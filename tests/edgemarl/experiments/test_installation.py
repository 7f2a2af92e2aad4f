import importlib.metadata

import pytest

from edgemarl.experiments import installation
from edgemarl.experiments.installation import Dependency, dependencies

DECLARED = [
    "numpy>=2.0",
    "pywin32; sys_platform == 'win32'",
    "torch<3,>=2.6; extra == 'learn'",
    "this-package[learn]; extra == 'all'",
    "absent>=1; extra == 'all'",
]
VERSIONS = {"numpy": "1.26.4", "torch": "2.13.0+cpu"}


@pytest.fixture
def declared(monkeypatch):
    """A package that declares the above, where the versions above are installed."""

    def version(name: str) -> str:
        if name not in VERSIONS:
            raise importlib.metadata.PackageNotFoundError(name)
        return VERSIONS[name]

    class About:
        @staticmethod
        def get_all(key: str) -> list[str]:
            return ["learn", "all"] if key == "Provides-Extra" else []

    monkeypatch.setattr(importlib.metadata, "metadata", lambda name: About())
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: DECLARED)
    monkeypatch.setattr(importlib.metadata, "version", version)


def test_what_is_needed_and_what_extras_need_beside_it(declared):
    found = dependencies("this-package")
    assert {part: [one.name for one in each] for part, each in found.items()} == {
        "": ["numpy"],  # the other one is for another system
        "learn": ["torch"],
        "all": ["absent"],  # its extra "learn" stands beside it
    }


def test_what_is_wrong(declared):
    found = dependencies("this-package")
    assert found[""][0].fault == "must be >=2.0, got 1.26.4"
    assert found["learn"][0].fault is None
    assert found["all"][0].fault == "missing"


def test_a_version_before_a_release_does():
    assert Dependency(name="ray", wanted=">=2.60", installed="2.61.0.dev0").fault is None


def test_every_extra_of_the_package_that_errors_name_is_declared():
    from edgemarl.core.extras import _MODULES

    assert set(_MODULES) <= set(dependencies())


def test_a_package_that_is_not_installed():
    with pytest.raises(ValueError, match="edgemarl-nowhere must be installed to tell"):
        installation.dependencies("edgemarl-nowhere")
