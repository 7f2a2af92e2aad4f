"""The other end of `_peers_worker.py`: a process, and questions to it."""

import json
import os
import select
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ENVIRONMENT = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TQDM_DISABLE": "1"}
PATIENCE = 300.0  # seconds to wait for an answer


class Worker:
    """A library in a process of its own.

    Args:
        python: the interpreter.
        script: what serves, by `_peers_worker.serve`.
        log: file for what it prints beside its answers.
    """

    def __init__(self, python: Path | str, script: Path, log: Path) -> None:
        self._log = log
        self._folder = tempfile.TemporaryDirectory(prefix="peers-")  # libraries write here
        with log.open("w", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                [str(python), str(script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=self._folder.name,
                env={**os.environ, **ENVIRONMENT},
            )
        self._requests: Any = self._process.stdin
        self._answers: Any = self._process.stdout

    def ask(self, **request: Any) -> dict[str, Any]:
        """Returns the answer to a request; it holds "error" where there is no other."""
        try:
            self._requests.write(json.dumps(request) + "\n")
            self._requests.flush()
        except BrokenPipeError:
            return {"error": f"ended: {self._last_line()}"}
        if not select.select([self._answers], [], [], PATIENCE)[0]:
            self._process.kill()
            return {"error": f"no answer within {PATIENCE:.0f} s"}
        line = self._answers.readline()
        return json.loads(line) if line else {"error": f"ended: {self._last_line()}"}

    def close(self) -> None:
        """Ends the process."""
        try:
            self._requests.close()
            self._process.wait(timeout=30)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        self._answers.close()
        self._folder.cleanup()

    def _last_line(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "it printed nothing"
