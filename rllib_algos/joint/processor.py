"""Settings of processor and memory that make updates faster."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.utils.deterministic

MEMORY: Any = torch.utils.deterministic  # says by a property whether new memory is filled
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # of glibc's mallopt
KEPT = 2**28  # bytes at the end of the heap that are kept when they are free
LARGE = 2**25  # bytes from which on a piece of memory is taken and given back alone; glibc's most


def keep_freed_memory() -> bool:
    """Has this process keep memory that it has freed, for good; returns whether it can be told so.

    An update takes and frees tens of megabytes. What glibc gives back in between, the system hands
    out anew page by page, filled with zeros, which took up to a quarter of the time of an update.
    """
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    thresholds = (TRIM_THRESHOLD, KEPT), (MMAP_THRESHOLD, LARGE)
    return mallopt is not None and all(mallopt(*threshold) == 1 for threshold in thresholds)


@contextmanager
def denormals_as_zero() -> Iterator[None]:
    """Inside, this thread takes numbers closer to zero than 1e-38 for zero.

    The gradients of units that have died are zeros, and Adam's moments of them halve again and
    again until they are such numbers for good. Processors take a hundred times as long for them.
    """
    before = _taken_as_zero()
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


@contextmanager
def memory_as_found() -> Iterator[None]:
    """Inside, torch hands out new memory as it is.

    Under deterministic algorithms, which RLlib switches on for a seed, torch fills it with NaN, so
    that nobody's results depend on it. Here all of it is written before it is read.
    """
    before = MEMORY.fill_uninitialized_memory
    MEMORY.fill_uninitialized_memory = False
    try:
        yield
    finally:
        MEMORY.fill_uninitialized_memory = before


def _taken_as_zero() -> bool:
    smallest = torch.tensor(torch.finfo(torch.float32).tiny)
    return float(smallest * 0.5) == 0
