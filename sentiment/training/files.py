"""Writing model files: byte for byte the same for the same rows."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sentiment.model import FEELINGS, INTENTS, OUTPUTS
from sentiment.training.fit import STEPS, Fitted, scale_of

_NO_TIME = (1980, 1, 1, 0, 0, 0)


def save(fitted: Fitted, file: Path, *, sign_names: tuple[str, ...], version: str) -> int:
    """Write a model file; return its size in bytes."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for name, first, count in (("feelings", 0, len(FEELINGS)), ("intents", len(FEELINGS), len(INTENTS))):
        columns = fitted.weights[:, first : first + count]
        used = np.any(columns != 0, axis=1)
        scales = np.array([scale_of(column[column != 0]) for column in columns.T], dtype=np.float32)
        steps = np.clip(np.rint(columns[used] / scales), -STEPS, STEPS).astype(np.int8)
        keys = fitted.table.keys[used]
        arrays[f"{name}_keys"] = (
            keys if keys.dtype == np.uint32 else np.frombuffer("\n".join(keys.tolist()).encode(), dtype=np.uint8)
        )
        arrays[f"{name}_weights"] = steps
        arrays[f"{name}_scales"] = scales
    arrays["signs"] = fitted.signs.astype(np.float32)
    arrays["sign_names"] = np.array(sign_names)
    arrays["bias"] = fitted.bias.astype(np.float32)
    arrays["joint"] = fitted.joint.astype(np.float32)
    arrays["slopes"] = fitted.slopes.astype(np.float32)
    arrays["offsets"] = fitted.offsets.astype(np.float32)
    arrays["outputs"] = np.array(OUTPUTS)
    arrays["version"] = np.array(version)
    file.write_bytes(_npz(arrays))
    return file.stat().st_size


def _npz(arrays: dict[str, npt.NDArray[np.generic]]) -> bytes:
    """Pack like `np.savez_compressed`, without the time of day in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(arrays):
            array = io.BytesIO()
            np.lib.format.write_array(array, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, array.getvalue(), compresslevel=9)
    return packed.getvalue()
