"""The loss of shadow-price learning: a pure function of tensors."""

from torch import Tensor


def credit_loss(values: Tensor, target: Tensor, present: Tensor) -> Tensor:
    """Returns the mean squared error of the values that count, (); 0 where none does: Eq. (5).

    Args:
        values: (B, C) of the choices that were made.
        target: (B, C) what they were worth.
        present: (B, C), or what broadcasts to it: 1 where a value counts, else 0.
    """
    present = present.expand_as(values)
    error = (values - target) * present
    return error.square().sum() / present.sum().clamp(min=1)
