"""Build wheel and sdist, install them into bare environments, and use them there.

    python tests/release/check.py [--extras rllib viz] [--dist DIR]

Every extra gets a virtual environment with the tested versions (constraints.txt), or the newest
where it has none, and nothing else but the wheel; the sdist gets one without extras. Needs the
package `build`.
"""

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
import zipfile
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
SMOKE = Path(__file__).with_name("smoke.py")
NEEDED = (  # data files, which a build can forget without an error
    "edgemarl/py.typed",
    "edgemarl/pretrained/shadow_price/paper-t0/policy.json",
    "edgemarl/pretrained/shadow_price/paper-t0/policy.safetensors",
    "edgemarl/report/template/page.css",
    "edgemarl/report/template/page.html.j2",
    "edgemarl/report/template/page.js",
    "rllib_algos/py.typed",
)
LICENCE = ".dist-info/licenses/LICENSE"


def extras() -> list[str]:
    """The extras that users install, which leaves those out that need a clone."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [e for e in declared["project"]["optional-dependencies"] if e not in ("dev", "docs")]


def constraints(extra: str) -> list[str]:
    """Arguments for pip: the tested versions, unless the extra needs what has none.

    Packages without a tested version get the newest, and what they need with them.
    """
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = {canonicalize_name(line.partition("==")[0]) for line in text.splitlines()}
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {
        canonicalize_name(Requirement(one).name)
        for one in declared["optional-dependencies"].get(extra, [])
    }
    tested = needed - {declared["name"]} <= pinned
    return ["-c", str(ROOT / "constraints.txt")] if tested else []


def build(dist: Path) -> tuple[Path, Path]:
    """The wheel and the sdist, in an empty folder."""
    shutil.rmtree(dist, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(dist), str(ROOT)], check=True)
    (wheel,), (sdist,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    return wheel, sdist


def check_files(wheel: Path, sdist: Path) -> None:
    """That both hold the data files, and the wheel the licence and no tests."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    with tarfile.open(sdist) as archive:
        beside = {name.partition("/")[2] for name in archive.getnames()}
    for name in NEEDED:
        assert name in names, f"{wheel.name} must hold {name}"
        assert name in beside, f"{sdist.name} must hold {name}"
    assert any(name.endswith(LICENCE) for name in names), f"{wheel.name} must hold the licence"
    strange = [name for name in names if not name.startswith(("edgemarl", "rllib_algos"))]
    assert not strange, f"{wheel.name} must hold the packages alone, got {strange}"


def try_out(package: Path, extra: str) -> None:
    """Install a built package with an extra into an environment of its own, and use it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        venv.create(home / "env", with_pip=True)
        wanted = f"{package}[{extra}]" if extra else str(package)
        pip = [str(home / "env/bin/python"), "-m", "pip", "install", "--quiet"]
        tested = constraints(extra)
        if extra == "rllib":  # first and alone, as the Makefile does
            subprocess.run([*pip, *tested, "torch"], check=True)
        subprocess.run([*pip, *tested, wanted], check=True)
        path = {"PATH": f"{home / 'env/bin'}:/usr/bin:/bin", "HOME": folder}
        smoke = [str(home / "env/bin/python"), str(SMOKE), extra]
        subprocess.run(smoke, check=True, cwd=home, env=path)


def main() -> None:
    """Build, and try what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--extras", nargs="*", choices=extras(), default=extras())
    parser.add_argument("--dist", type=Path, default=ROOT / "dist")
    given = parser.parse_args()
    wheel, sdist = build(given.dist)
    check_files(wheel, sdist)
    for package, extra in [(sdist, ""), (wheel, ""), *((wheel, extra) for extra in given.extras)]:
        print(f"# {package.name} {extra}", file=sys.stderr, flush=True)
        try_out(package, extra)


if __name__ == "__main__":
    main()
