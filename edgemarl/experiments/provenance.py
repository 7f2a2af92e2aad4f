"""Where a result comes from: the code, its commit, and the processor that it ran on."""

import functools
import hashlib
import platform
import subprocess
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")
HOME = Path(__file__).resolve().parents[2]
# What is simulated, what learns, and how both are measured; not what shows it.
CODE = (
    *("edgemarl/core", "edgemarl/solvers", "edgemarl/djtcra", "edgemarl/mec"),
    *("edgemarl/experiments", "rllib_algos"),
)
DIGITS = 10  # of the digest


@functools.cache
def current_commit() -> str | None:
    """The commit of the code that runs, None outside a git checkout of it."""
    if not (HOME / ".git").exists():
        return None
    try:
        asked = subprocess.run(
            ["git", "-C", str(HOME), "rev-parse", "--short=10", "HEAD"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return asked.stdout.strip()


@functools.cache
def current_code() -> str:
    """A digest of the code that numbers depend on, committed or not, in a checkout or installed."""
    return code_digest(HOME)


def code_digest(home: Path) -> str:
    """The digest of the code in a folder that holds the packages.

    Args:
        home: the folder.
    """
    digest = hashlib.sha256()
    for part in CODE:
        for path in sorted((home / part).rglob("*.py")):
            digest.update(path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:DIGITS]


@functools.cache
def current_processor() -> str:
    """The processor's model: floating-point sums differ between models in their last digits."""
    name = platform.processor()
    if CPU_INFO.exists():
        lines = CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines()
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        name = models[0] if models else name
    return f"{platform.machine()} {name}".strip()
