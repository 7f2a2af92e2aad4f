import pytest
import torch
from torch.utils import deterministic

from rllib_algos.joint.processor import denormals_as_zero, memory_as_found


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
    assert deterministic.fill_uninitialized_memory
    with memory_as_found():
        assert not deterministic.fill_uninitialized_memory
    assert deterministic.fill_uninitialized_memory
    with pytest.raises(RuntimeError), memory_as_found():
        raise RuntimeError
    assert deterministic.fill_uninitialized_memory
