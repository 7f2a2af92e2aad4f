"""What is installed of what the package needs, and of what its extras need."""

import importlib.metadata
from collections.abc import Iterable
from dataclasses import dataclass

from packaging.requirements import Requirement

PACKAGE = "edgemarl"


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """A package that is needed, and what is installed of it.

    Attributes:
        name: on the package index.
        wanted: versions that do, such as ">=2.0"; "" for any.
        installed: its version; None where it is missing.
    """

    name: str
    wanted: str
    installed: str | None

    @property
    def fault(self) -> str | None:
        """What is wrong with it; None where nothing is."""
        if self.installed is None:
            return "missing"
        requirement = Requirement(f"{self.name}{self.wanted}")
        if requirement.specifier.contains(self.installed, prereleases=True):
            return None
        return f"must be {self.wanted}, got {self.installed}"


def dependencies(package: str = PACKAGE) -> dict[str, list[Dependency]]:
    """What a package needs on this machine, under "", and what its extras need beside it.

    Raises:
        ValueError: if the package is not installed, as in a folder that was only copied.
    """
    try:
        about = importlib.metadata.metadata(package)
        declared = importlib.metadata.requires(package) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise ValueError(
            f"{package} must be installed to tell what it needs: pip install -e . in its folder"
        ) from error
    parts = ["", *(about.get_all("Provides-Extra") or [])]
    needed = [Requirement(text) for text in declared]
    return {part: list(_of_part(part, package, needed)) for part in parts}


def _of_part(part: str, package: str, needed: Iterable[Requirement]) -> Iterable[Dependency]:
    """What stands in one extra, or outside of all of them; extras within extras are left out."""
    for requirement in needed:
        marker, name = requirement.marker, requirement.name
        here = marker is None or marker.evaluate({"extra": part})
        always = marker is None or marker.evaluate({"extra": ""})
        if here and (always == (part == "")) and name != package:
            wanted = str(requirement.specifier)
            yield Dependency(name=name, wanted=wanted, installed=_version(name))


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
