import platform
import subprocess
import sys

import pytest
import torch

from rllib_algos.joint.processor import MEMORY, denormals_as_zero, memory_as_found


def test_numbers_next_to_zero_are_zero_inside_alone():
    smallest = torch.tensor(torch.finfo(torch.float32).tiny)
    with denormals_as_zero():
        assert float(smallest * 0.5) == 0
        with denormals_as_zero():
            pass
        assert float(smallest * 0.5) == 0
    assert float(smallest * 0.5) > 0
    with pytest.raises(RuntimeError), denormals_as_zero():
        raise RuntimeError
    assert float(smallest * 0.5) > 0


def test_new_memory_is_filled_outside_alone():
    assert MEMORY.fill_uninitialized_memory
    with memory_as_found():
        assert not MEMORY.fill_uninitialized_memory
    assert MEMORY.fill_uninitialized_memory
    with pytest.raises(RuntimeError), memory_as_found():
        raise RuntimeError
    assert MEMORY.fill_uninitialized_memory


PAGES = """
import ctypes, resource
from rllib_algos.joint.processor import LARGE, keep_freed_memory

libc, size = ctypes.CDLL(None), LARGE // 8
libc.malloc.restype = ctypes.c_void_p

def asked():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    pieces = [ctypes.c_void_p(libc.malloc(ctypes.c_size_t(size))) for _ in range(9)]
    for piece in pieces:
        libc.memset(piece, 1, ctypes.c_size_t(size))
    for piece in pieces:
        libc.free(piece)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) * resource.getpagesize()

asked()
print(asked() > 8 * size, keep_freed_memory(), asked() > 0, asked() < size)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the setting is glibc's")
def test_freed_memory_is_used_again_without_asking_the_system():
    found = subprocess.run(
        [sys.executable, "-c", PAGES], capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["True"] * 4
