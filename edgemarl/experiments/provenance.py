"""Where a result comes from: the commit of the code and the processor that it ran on."""

import functools
import platform
import subprocess
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")


@functools.cache
def current_commit() -> str | None:
    """The commit of the code that runs, None outside a git checkout of it."""
    home = Path(__file__).resolve().parents[2]
    if not (home / ".git").exists():
        return None
    try:
        asked = subprocess.run(
            ["git", "-C", str(home), "rev-parse", "--short=10", "HEAD"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return asked.stdout.strip()


@functools.cache
def current_processor() -> str:
    """The processor's model: floating-point sums differ between models in their last digits."""
    name = platform.processor()
    if CPU_INFO.exists():
        lines = CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines()
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        name = models[0] if models else name
    return f"{platform.machine()} {name}".strip()
