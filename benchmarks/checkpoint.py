"""Checkpoints of each algorithm on the paper's scenario: their size, and the time to save and load.

    python benchmarks/checkpoint.py [--quick]

Takes about two minutes. The replay holds 2,000 transitions. Times are medians of CPU seconds of
this process; `over_writing` is the time to save over that of writing as many bytes into one file,
the median of the ratios in rounds in which both take turns.
"""

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import torch
from _report import report
from _trained import ALGORITHMS, NEVER, learner
from _turns import in_turns, rate_of, ratio

SLOTS, ROUNDS = 2000, 5


def measure(algorithm: str, slots: int, rounds: int) -> dict[str, Any]:
    """Size and times of one algorithm's checkpoint."""
    at_work = learner(algorithm, settings={"learning_starts": NEVER, "replay_capacity": 2 * SLOTS})
    folder = Path(tempfile.mkdtemp(prefix="checkpoint-"))
    saved = folder / "saved"
    try:
        while at_work.slots < slots:
            at_work.step()
        at_work.save(saved)
        size = sum(path.stat().st_size for path in saved.rglob("*") if path.is_file())
        content = bytes(size)
        works = {
            "save": lambda: at_work.save(_empty(folder / "again")),
            "load": lambda: at_work.restore(saved, slots),
            "write": lambda: (folder / "plain").write_bytes(content),
        }
        rates = {name: rate_of(work, together=1) for name, work in works.items()}
        seen = in_turns(rates, rounds=rounds, seconds=0.0)
        replay = at_work.algorithm.replay
        return {
            "megabytes": size / 1e6,
            "replay_megabytes": replay.nbytes * len(replay) / replay.capacity / 1e6,
            "save_cpu_seconds": 1 / statistics.median(seen["save"]),
            "load_cpu_seconds": 1 / statistics.median(seen["load"]),
            "over_writing": ratio(seen["write"], seen["save"]),
        }
    finally:
        at_work.close()
        shutil.rmtree(folder)


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def main() -> None:
    """Measure and print the report."""
    parser = argparse.ArgumentParser(description="Size and time of checkpoints.")
    parser.add_argument("--quick", action="store_true", help="two algorithms, few slots")
    quick = parser.parse_args().quick
    torch.set_num_threads(1)
    names, slots, rounds = (("vdn", "maddpg"), 50, 1) if quick else (ALGORITHMS, SLOTS, ROUNDS)
    report("checkpoint", {name: measure(name, slots, rounds) for name in names})


if __name__ == "__main__":
    main()
