"""The benchmarks one after another, each in a process of its own; what each printed is kept.

    python benchmarks/suite.py [--only NAMES] [--fresh] [--quick] [--out FOLDER]

Takes about 70 minutes, with --quick about three minutes. A run that is stopped goes on where it was
when it is called again, as does one in which a benchmark failed: the others run, and results from
before stay. With --quick nothing can be concluded, so that --out must be given, and the results say
that they are such. At the end the pages are written that show the results, as by `performance.py`.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _suite_cases import SUITE, Benchmark
from performance import RESULTS, write_pages

HERE = Path(__file__).resolve().parent
LEFT = "left.txt"  # in the folder of results: what a run has yet to do
PATIENCE = 60.0  # minutes beside five times what a benchmark says that it takes
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def main(given: Sequence[str] | None = None) -> int:
    """Run what is left to do; returns how many failed."""
    options = _parser().parse_args(given)
    options.out = options.out.resolve()
    if options.quick and options.out == RESULTS:
        raise SystemExit("suite.py: --quick must not replace results, give --out FOLDER")
    options.out.mkdir(parents=True, exist_ok=True)
    left = options.only or _left(options.out, fresh=options.fresh)
    failed = []
    for benchmark in (case for case in SUITE if case.name in left):
        print(f"# {benchmark.name}: about {benchmark.minutes:g} minutes", file=sys.stderr)
        arguments = benchmark.arguments(quick=options.quick, venvs=str(options.venvs.resolve()))
        error = run(benchmark, arguments, out=options.out, quick=options.quick)
        if error:
            failed.append(benchmark.name)
            print(f"# {benchmark.name} failed: {error}", file=sys.stderr)
        elif not options.only:
            _note(options.out, [name for name in _left(options.out) if name != benchmark.name])
    if not failed and not options.only:
        (options.out / LEFT).unlink(missing_ok=True)
    if options.out == RESULTS:
        write_pages()
    print(f"# failed: {', '.join(failed) or 'none'}; results: {options.out}", file=sys.stderr)
    return len(failed)


def run(benchmark: Benchmark, arguments: Sequence[str], *, out: Path, quick: bool = False) -> str:
    """Run one benchmark and keep what it printed; returns why there is nothing to keep, or "".

    Args:
        benchmark: which.
        arguments: for it.
        out: folder of results.
        quick: whether nothing can be concluded from them, which is kept with them.
    """
    command = [sys.executable, str(HERE / f"{benchmark.name}.py"), *arguments]
    start = time.monotonic()
    code, text = _output(command, patience=60 * (PATIENCE + 5 * benchmark.minutes))
    try:
        found: dict[str, Any] = json.JSONDecoder().raw_decode(text.lstrip())[0] if text else {}
    except json.JSONDecodeError as error:
        return f"it must print a report in JSON, got {text.lstrip()[:60]!r}: {error}"
    if code or not found:
        return f"it ended with {code}" if code is not None else "it took too long and was ended"
    found |= {"minutes": round((time.monotonic() - start) / 60, 1), "quick": quick}
    path, new = out / f"{benchmark.name}.json", out / f"{benchmark.name}.json.new"
    new.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    new.replace(path)
    return ""


def _output(command: list[str], patience: float) -> tuple[int | None, str]:
    """How a command ended and what it printed; None where it had to be ended, with its children."""
    environment = {**os.environ, **ENVIRONMENT}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    try:
        text, _ = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        return None, ""
    finally:
        if process.poll() is None:  # also where this run is interrupted
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    return process.returncode, text


def _left(out: Path, *, fresh: bool = False) -> list[str]:
    """What a run has yet to do: all, unless one was stopped."""
    note = out / LEFT
    if fresh or not note.exists():
        _note(out, [benchmark.name for benchmark in SUITE])
    return note.read_text(encoding="utf-8").split()


def _note(out: Path, names: Sequence[str]) -> None:
    (out / LEFT).write_text("\n".join(names) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Run the benchmarks and keep their results.")
    names = [benchmark.name for benchmark in SUITE]
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help="these alone")
    parser.add_argument("--fresh", action="store_true", help="begin anew, not where one stopped")
    parser.add_argument("--quick", action="store_true", help="seconds of each, to see that it runs")
    folder = Path(tempfile.gettempdir()) / "edgemarl-peers"
    parser.add_argument("--venvs", type=Path, default=folder, help="where peers are installed")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of results")
    return parser


if __name__ == "__main__":
    sys.exit(main())
