"""Many sums in one: the outputs of a model stand side by side in one whole number, so that one addition adds them all.

Python adds two whole numbers of eight fields about as fast as two floats, and exactly: the order of the words changes
nothing. Weights are kept in steps of 2^-27 (finer than the float32 of the model files from 0.12 upwards), what they are
multiplied with in steps of 2^-24; together a sum is off by about 1e-6 log-odds at most.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

ONE = 1 << 24
"""The factor 1: a packed number times this is a packed sum."""
_WEIGHT_STEPS = 1 << 27
_STEP = 1.0 / (_WEIGHT_STEPS * ONE)
_FIELD_BITS, _FIELD_BYTES = 64, 8
_FIELD = (1 << _FIELD_BITS) - 1
_HALF = 1 << 62
"""Added to each field while packing and unpacking, so that none is negative and borrows from the next."""
_HALF_VALUE = _HALF * _STEP


class Fields:
    """How so many numbers are packed into one. A field holds sums up to +-2048."""

    __slots__ = ("_bytes", "_halves", "_unpack")

    def __init__(self, count: int) -> None:
        self._bytes = count * _FIELD_BYTES
        self._halves = sum(_HALF << (_FIELD_BITS * at) for at in range(count))
        self._unpack = struct.Struct(f"<{count}Q").unpack

    def pack(self, rows: npt.NDArray[Any]) -> list[int]:
        """Return each row of weights, one per field, as one number that can be added and multiplied."""
        steps = np.rint(rows.astype(np.float64) * _WEIGHT_STEPS).astype("<i8") + _HALF
        packed = steps.tobytes()
        return [
            int.from_bytes(packed[at : at + self._bytes], "little") - self._halves
            for at in range(0, len(packed), self._bytes)
        ]

    def unpack(self, total: int) -> list[float]:
        """Return the fields of a sum of packed numbers that were each multiplied with a multiple of 1 / ONE."""
        fields = self._unpack((total + self._halves).to_bytes(self._bytes, "little"))
        return [field * _STEP - _HALF_VALUE for field in fields]

    def first_two(self, total: int) -> list[float]:
        """Return the first two fields alone."""
        total += self._halves
        return [
            (total & _FIELD) * _STEP - _HALF_VALUE,
            (total >> _FIELD_BITS & _FIELD) * _STEP - _HALF_VALUE,
        ]
