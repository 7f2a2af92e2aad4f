"""Stacked ReLU networks, forward and backward, in as few passes over memory as torch allows.

The matrix products of small networks take hardly longer than what surrounds them: new memory,
biases, ReLU and its derivative. So these work in place, and on as many networks at a time as a
core's cache has room for. Inputs that stand side by side are never put into one tensor, and only
those that somebody differentiates cost a product in the backward pass. Shapes: `K` networks, `B`
batch.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

CACHED = 2**19  # numbers that a layer puts out for the networks that are evaluated at a time, 2 MiB
Tensors = Sequence[Tensor]


class Gradients(NamedTuple):
    """What a backward pass computes, in tensors that are there; None where nobody asks for it."""

    inputs: Sequence[Tensor | None]
    weights: Sequence[Tensor | None]
    biases: Sequence[Tensor | None]


def stacked_values(inputs: Tensors, weights: Tensors, biases: Tensors) -> Tensor:
    """Returns x[k] @ weights[0][k] + biases[0][k], ReLU, and so on, (K, B, out).

    It can be differentiated once. Under torch's autocast all products are made in its type; what
    comes in and goes out is what it would be without.

    Args:
        inputs: (K, B, in) each; x are all of them side by side.
        weights: of all layers, (K, in, out).
        biases: of all layers, (K, 1, out).
    """
    kind = inputs[0].device.type
    if torch.is_autocast_enabled(kind):
        dtype = torch.get_autocast_dtype(kind)
        rounded = [[x.to(dtype) for x in tensors] for tensors in (inputs, weights, biases)]
        return _values(*rounded).to(inputs[0].dtype)
    return _values(inputs, weights, biases)


def _values(inputs: Tensors, weights: Tensors, biases: Tensors) -> Tensor:
    if torch.is_grad_enabled():
        return _Stack.apply(len(inputs), *inputs, *weights, *biases)  # type: ignore[return-value]
    return evaluate(inputs, weights, biases)


def evaluate(inputs: Tensors, weights: Tensors, biases: Tensors, hidden: Tensors = ()) -> Tensor:
    """Returns (K, B, out); what hidden layers put out is left in `hidden`, if that is given."""
    parts = list(_parts(inputs[0], weights))
    if len(inputs) == len(parts) == 1 and not hidden:
        return _at_once(inputs[0], weights, biases)
    outputs = inputs[0].new_empty(*inputs[0].shape[:2], weights[-1].shape[-1])
    into: Sequence[Tensor | None] = [*(hidden or [None] * (len(weights) - 1)), outputs]
    for part in parts:
        values = [x[part] for x in inputs]
        for weight, bias, out in zip(weights, biases, into, strict=True):
            place = None if out is None else out[part]
            first, *more = zip(values, _rows(weight[part], values), strict=True)
            total = torch.baddbmm(bias[part], *first, out=place)
            for pair in more:
                total.baddbmm_(*pair)
            values = [total if out is outputs else total.relu_()]
    return outputs


def _at_once(x: Tensor, weights: Tensors, biases: Tensors) -> Tensor:
    """Returns what `evaluate` does of few small networks, where every further call would tell."""
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        x = torch.baddbmm(bias, x, weight).relu_()
    return torch.baddbmm(biases[-1], x, weights[-1])


def differentiate(
    inputs: Tensors, hidden: Tensors, weights: Tensors, grad: Tensor, found: Gradients
) -> None:
    """Computes the gradients that somebody asks for.

    Args:
        inputs: of the networks, (K, B, in) each.
        hidden: what the hidden layers put out.
        weights: of all layers.
        grad: of the networks' outputs, (K, B, out).
        found: where they are left.
    """
    for part in _parts(inputs[0], weights):
        inner = grad[part]
        for i in reversed(range(len(weights))):
            _parameters(inner, [hidden[i - 1]] if i else inputs, i, part, found)
            if i:
                inner = torch.bmm(inner, weights[i][part].transpose(1, 2))
                _through_relu(inner, hidden[i - 1][part])
        for rows, of_input in zip(_rows(weights[0][part], inputs), found.inputs, strict=True):
            if of_input is not None:
                torch.bmm(inner, rows.transpose(1, 2), out=of_input[part])


class _Stack(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, count: int, *tensors: Tensor) -> Tensor:
        layers = (len(tensors) - count) // 2
        inputs, weights, biases = tensors[:count], tensors[count:-layers], tensors[-layers:]
        hidden = [inputs[0].new_empty(*inputs[0].shape[:2], w.shape[-1]) for w in weights[:-1]]
        ctx.count, ctx.layers = count, layers
        ctx.save_for_backward(*inputs, *weights, *hidden)
        return evaluate(inputs, weights, biases, hidden)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> Any:  # type: ignore[override]  # the decorator's
        saved, middle = ctx.saved_tensors, ctx.count + ctx.layers
        inputs, weights, hidden = saved[: ctx.count], saved[ctx.count : middle], saved[middle:]
        like = [*saved[:middle], *(weight[:, :1] for weight in weights)]
        wanted = zip(like, ctx.needs_input_grad[1:], strict=True)
        found = [tensor.new_empty(tensor.shape) if needed else None for tensor, needed in wanted]
        parts = Gradients(found[: ctx.count], found[ctx.count : middle], found[middle:])
        differentiate(inputs, hidden, weights, grads[0], parts)
        return None, *found


def _parts(x: Tensor, weights: Tensors) -> Iterator[slice]:
    """Yields which networks are worked on at a time; all of them on a GPU."""
    num, widest = len(x), max((weight.shape[-1] for weight in weights[:-1]), default=0)
    size = num if x.device.type != "cpu" or not widest else max(1, CACHED // (widest * x.shape[1]))
    for start in range(0, num, size):
        yield slice(start, start + size)


def _rows(weight: Tensor, inputs: Tensors) -> Tensors:
    """Returns the rows of a weight that belong to each of the inputs."""
    return weight.split([x.shape[-1] for x in inputs], 1)


def _parameters(grad: Tensor, inputs: Tensors, layer: int, part: slice, found: Gradients) -> None:
    """Computes the gradients of a layer's weight and bias."""
    of_weight, of_bias = found.weights[layer], found.biases[layer]
    if of_bias is not None:
        torch.sum(grad, 1, keepdim=True, out=of_bias[part])
    if of_weight is not None:
        for x, rows in zip(inputs, _rows(of_weight[part], inputs), strict=True):
            torch.bmm(x[part].transpose(1, 2), grad, out=rows)


def _through_relu(grad: Tensor, output: Tensor) -> None:
    """Sets the gradient to zero where ReLU put out zero, in place."""
    torch.ops.aten.threshold_backward.grad_input(grad, output, 0, grad_input=grad)
