import platform
import resource

import pytest
import torch

from rllib_algos.joint.processor import (
    LARGE,
    MEMORY,
    denormals_as_zero,
    keep_freed_memory,
    memory_as_found,
)


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


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the setting is glibc's")
def test_freed_memory_is_used_again_without_asking_the_system():
    assert keep_freed_memory()
    size = LARGE // 4 // 2  # numbers, half of what is given back alone

    def asked():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        pieces = [torch.ones(size) for _ in range(5)]
        del pieces
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    asked()
    assert max(asked() for _ in range(3)) < 5 * 4 * size / resource.getpagesize() / 10
