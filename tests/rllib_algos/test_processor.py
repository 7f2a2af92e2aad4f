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
