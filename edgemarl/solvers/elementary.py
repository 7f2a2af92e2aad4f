"""Exponential and logarithm of eight numbers at once.

Written out, since those of the C library take one number at a time.
"""

from typing import Any

import numpy as np
from llvmlite import ir

from edgemarl.solvers.lanes import EIGHT, NUMBERS, Lanes, called, where

_BITS = ir.VectorType(ir.IntType(64), EIGHT)


def _all(number: int) -> Any:
    """A whole number in all lanes, as code."""
    return ir.Constant(_BITS, [number] * EIGHT)


def _polynomial(x: Lanes, coefficients: list[float]) -> Lanes:
    """By Estrin's scheme, lowest power first: fewer steps one after the other than Horner's."""
    terms = [x.like(c) for c in coefficients]
    while len(terms) > 1:
        pairs = zip(terms[::2], terms[1::2], strict=False)
        last = terms[-1:] if len(terms) % 2 else []
        terms = [called("fmuladd", high, x, low) for low, high in pairs] + last
        x = x * x
    return terms[0]


# Adding it rounds a small number to a whole one, which its low bits then hold.
_WHOLE = 1.5 * 2.0**52
_WHOLE_BITS = int(np.float64(_WHOLE).view(np.int64))
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_TAYLOR = [1.0 / float(np.prod(np.arange(1.0, n + 1))) for n in range(14)]


def exponential(x: Lanes) -> Lanes:
    """The exponentials of numbers up to 700, to the last digit or two; 0 below -707."""
    builder = x.builder
    vanishes = x < -707.0
    shifted = called("fmuladd", x, x.like(1.0 / np.log(2.0)), x.like(_WHOLE))
    power = shifted - _WHOLE
    rest = (x - power * _LN2_HIGH) - power * _LN2_LOW
    bits = builder.bitcast(_polynomial(rest, _TAYLOR).value, _BITS)
    raised = builder.shl(builder.bitcast(shifted.value, _BITS), _all(52))
    found = Lanes(builder, builder.bitcast(builder.add(bits, raised), NUMBERS))
    return where(vanishes, 0.0, found)


# ln(1 + f) = 2 atanh(s), s = f / (2 + f): coefficients of s^2, s^4, ... for 1 + f about 1.
_ATANH = [2.0 / (2 * n + 3) for n in range(10)]
_ROOT_HALF_BITS = int(np.float64(np.sqrt(0.5)).view(np.int64))
_BIAS = 1024 << 52


def logarithm(x: Lanes) -> Lanes:
    """The logarithms of positive numbers, to the last digits; anything elsewhere."""
    builder = x.builder
    bits = builder.bitcast(x.value, _BITS)
    moved = builder.add(bits, _all(_BIAS - _ROOT_HALF_BITS))
    power = builder.lshr(moved, _all(52))  # by 1024 too large
    whole = builder.bitcast(builder.add(power, _all(_WHOLE_BITS)), NUMBERS)
    count = Lanes(builder, whole) - (_WHOLE + 1024.0)
    lowered = builder.shl(builder.sub(power, _all(1024)), _all(52))
    near_one = Lanes(builder, builder.bitcast(builder.sub(bits, lowered), NUMBERS))
    f = near_one - 1.0
    s = f / (2.0 + f)
    square = s * s
    return count * _LN2_HIGH + (
        2.0 * s + (s * square * _polynomial(square, _ATANH) + count * _LN2_LOW)
    )
