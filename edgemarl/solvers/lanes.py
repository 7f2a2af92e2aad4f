"""Arithmetic on eight columns of a workspace at once, for what the compiled search does most.

A function of :class:`Rows` that is marked by :func:`eight` runs once, while code that calls it is
compiled: its operators emit vector instructions, whichever the machine has. There are no branches:
what does not apply to a column is computed too, and put aside by :func:`where`.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

EIGHT = 8
NUMBERS = ir.VectorType(ir.DoubleType(), EIGHT)


class Lanes:
    """Eight numbers, or eight truth values, in code that is being compiled."""

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder, self.value = builder, value

    def like(self, number: float) -> "Lanes":
        """The same number in all lanes."""
        return Lanes(self.builder, constant(number))

    def _with(self, other: "Lanes | float", name: str) -> "Lanes":
        return Lanes(self.builder, getattr(self.builder, name)(self.value, self._of(other)))

    def _than(self, other: "Lanes | float", sign: str) -> "Lanes":
        compared = self.builder.fcmp_ordered(sign, self.value, self._of(other))
        return Lanes(self.builder, compared)

    def _of(self, other: "Lanes | float") -> Any:
        return other.value if isinstance(other, Lanes) else constant(other)

    def __add__(self, other: "Lanes | float") -> "Lanes":
        """The sums."""
        return self._with(other, "fadd")

    def __sub__(self, other: "Lanes | float") -> "Lanes":
        """The differences."""
        return self._with(other, "fsub")

    def __mul__(self, other: "Lanes | float") -> "Lanes":
        """The products."""
        return self._with(other, "fmul")

    def __truediv__(self, other: "Lanes | float") -> "Lanes":
        """The ratios."""
        return self._with(other, "fdiv")

    def __rsub__(self, other: float) -> "Lanes":
        """A number less these."""
        return self.like(other) - self

    def __rtruediv__(self, other: float) -> "Lanes":
        """A number over these."""
        return self.like(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def __lt__(self, other: "Lanes | float") -> "Lanes":
        """Where these are below; never at a NaN, as for all comparisons."""
        return self._than(other, "<")

    def __gt__(self, other: "Lanes | float") -> "Lanes":
        """Where these are above."""
        return self._than(other, ">")

    def __ge__(self, other: "Lanes | float") -> "Lanes":
        """Where these are not below."""
        return self._than(other, ">=")

    def equals(self, other: "Lanes | float") -> "Lanes":
        """Where both are the same."""
        return self._than(other, "==")

    def __and__(self, other: "Lanes") -> "Lanes":
        """Where both are true."""
        return self._with(other, "and_")

    def __or__(self, other: "Lanes") -> "Lanes":
        """Where either is true."""
        return self._with(other, "or_")

    def __invert__(self) -> "Lanes":
        """Where these are not true."""
        return Lanes(self.builder, self.builder.not_(self.value))

    def folded(self, join: Callable[["Lanes", "Lanes"], "Lanes"]) -> Any:
        """One number of eight, by joining halves; the order does not depend on the machine."""
        part = self
        for half in (4, 2, 1):
            places = [min(lane + half, EIGHT - 1) for lane in range(EIGHT)]
            mask = ir.Constant(ir.VectorType(ir.IntType(32), EIGHT), places)
            moved = self.builder.shuffle_vector(part.value, part.value, mask)
            part = join(part, Lanes(self.builder, moved))
        return self.builder.extract_element(part.value, ir.IntType(32)(0))

    def total(self) -> Any:
        """The sum of the eight."""
        return self.folded(lambda a, b: a + b)

    def largest(self) -> Any:
        """The largest of the eight."""
        return self.folded(maximum)


class Rows:
    """Eight columns of a workspace."""

    def __init__(self, builder: Any, start: Any, step: Any) -> None:
        self._builder, self._start, self._step = builder, start, step

    def _place(self, row: int) -> Any:
        builder = self._builder
        offset = builder.mul(self._step, ir.IntType(64)(row))
        return builder.bitcast(builder.gep(self._start, [offset]), NUMBERS.as_pointer())

    def __getitem__(self, row: int) -> Lanes:
        """The numbers in a row."""
        loaded = self._builder.load(self._place(row), align=8)
        return Lanes(self._builder, loaded)

    def __setitem__(self, row: int, lanes: Lanes) -> None:
        """Write the numbers of a row."""
        self._builder.store(lanes.value, self._place(row), align=8)


def constant(number: float) -> Any:
    """The same number in all lanes, as code."""
    return ir.Constant(NUMBERS, [float(number)] * EIGHT)


def where(condition: Lanes, chosen: Lanes | float, other: Lanes | float) -> Lanes:
    """The one where a condition holds, the other elsewhere."""
    values = [x.value if isinstance(x, Lanes) else constant(x) for x in (chosen, other)]
    return Lanes(condition.builder, condition.builder.select(condition.value, *values))


def minimum(a: Lanes, b: Lanes | float) -> Lanes:
    """The smaller; b at a NaN."""
    return where(a < b, a, b)


def maximum(a: Lanes, b: Lanes | float) -> Lanes:
    """The larger; b at a NaN."""
    return where(a > b, a, b)


def called(name: str, *lanes: Lanes) -> Lanes:
    """What an intrinsic function of LLVM makes of eight numbers."""
    builder = lanes[0].builder
    kind = ir.FunctionType(NUMBERS, [NUMBERS] * len(lanes))
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{EIGHT}f64")
    return Lanes(builder, builder.call(function, [one.value for one in lanes]))


def square_root(x: Lanes) -> Lanes:
    """The square roots."""
    return called("sqrt", x)


def absolute(x: Lanes) -> Lanes:
    """The absolute values."""
    return called("fabs", x)


def eight(results: int) -> Callable[[Callable[..., Any]], Any]:
    """Make a function of :class:`Rows` and numbers one that compiled functions can call.

    They call it with a two-dimensional array, the first of the eight columns and a tuple of
    numbers, and get a tuple of so many numbers. All eight columns must exist.
    """

    def mark(function: Callable[..., Any]) -> Any:
        @intrinsic
        def run(_context, users, start, numbers):  # type: ignore[no-untyped-def]
            returned = types.UniTuple(types.float64, results)
            given = types.UniTuple(types.float64, len(numbers))

            def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
                array = context.make_array(signature.args[0])(context, builder, values[0])
                step = builder.ashr(
                    cgutils.unpack_tuple(builder, array.strides, 2)[0], ir.IntType(64)(3)
                )
                rows = Rows(builder, builder.gep(array.data, [values[1]]), step)
                spread = [
                    Lanes(builder, _spread(builder, number))
                    for number in cgutils.unpack_tuple(builder, values[2], len(numbers))
                ]
                found = function(rows, *spread)
                return context.make_tuple(builder, returned, found)

            return returned(users, types.intp, given), emit

        return run

    return mark


def _spread(builder: Any, number: Any) -> Any:
    """A number in all lanes."""
    lane = builder.insert_element(ir.Constant(NUMBERS, ir.Undefined), number, ir.IntType(32)(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), EIGHT), [0] * EIGHT)
    return builder.shuffle_vector(lane, lane, zeros)
