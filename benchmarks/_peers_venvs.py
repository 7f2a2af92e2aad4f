"""The throw-away environments of the libraries that `peers.py` compares with, and their versions.

The newest versions of each that can be installed. BenchMARL asks for torchrl below 0.12; XuanCe for
numpy below 2 and gymnasium below 1.3, so it shares no environment with this package; AgileRL for
pettingzoo below 1.27, and it imports peft and transformers, which it does not ask for.
"""

import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

VERSIONS = {
    "benchmarl": (
        "torch==2.13.0",
        "torchvision==0.28.0",
        "benchmarl==1.5.2",
        "torchrl==0.11.1",
        "tensordict==0.11.0",
        "pettingzoo==1.27.0",
        "gymnasium==1.4.0",
        "numpy==2.4.6",
    ),
    "xuance": (
        "torch==2.13.0",
        "torchvision==0.28.0",
        "xuance==1.4.4",
        "pettingzoo==1.27.0",
        "gymnasium==1.2.3",
        "numpy==1.26.4",
    ),
    "agilerl": (
        "torch==2.13.0",
        "agilerl==2.58.0",
        "tensordict==0.13.0",
        "peft==0.21.0",
        "transformers==5.14.1",
        "pettingzoo==1.26.1",
        "gymnasium==1.2.2",
        "numpy==2.4.6",
    ),
    "mobile_env": (
        "gymnasium==1.4.0",
        "mobile-env==2.1.0",
        "numpy==2.4.6",
    ),
}
STAMP = "installed.txt"


def interpreter(peer: str, folder: Path, *, offline: bool = False) -> Path:
    """Returns the Python of a peer's environment, made if it is not there with these versions.

    Args:
        peer: a key of VERSIONS.
        folder: holds one environment per peer.
        offline: whether nothing may be downloaded.

    Raises:
        RuntimeError: the versions cannot be installed; says what pip said.
    """
    home, wanted = folder / peer, "\n".join(VERSIONS[peer])
    python, stamp = home / "bin" / "python", home / STAMP
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    if offline:
        raise RuntimeError(f"{home} does not hold it, and nothing is downloaded with --offline")
    if home.exists() and not (home / "pyvenv.cfg").exists():
        raise RuntimeError(
            f"{home} must be an environment of this benchmark or not exist; choose another --venvs"
        )
    shutil.rmtree(home, ignore_errors=True)
    print(f"making {home}", file=sys.stderr)
    venv.create(home, with_pip=True)
    pip = (str(python), "-m", "pip", "install", "--disable-pip-version-check", "--quiet")
    # PyTorch first and alone: what else asks for it then takes the build that is there.
    for packages in (VERSIONS[peer][:1], VERSIONS[peer]):
        done = subprocess.run([*pip, *packages], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"pip install {' '.join(packages)}: {_reason(done.stderr)}")
    stamp.write_text(wanted, encoding="utf-8")
    return python


def require(found: Mapping[str, Mapping[str, Any]], *, offline: bool) -> None:
    """Ends with a failure if a peer is missing, so that the suite keeps results from before.

    Args:
        found: what was learned of each peer; "error" where it is missing.
        offline: whether peers may be missing.
    """
    missing = [f"{peer} ({row['error']})" for peer, row in found.items() if "error" in row]
    if missing and not offline:
        raise SystemExit(
            f"all peers must be there, or give --offline; missing: {', '.join(missing)}"
        )


def _reason(text: str) -> str:
    lines = [line for line in text.splitlines() if line.startswith("ERROR")]
    return " ".join(lines or text.splitlines()[-3:])
