"""What passes between Maeari and the processes that judge beside it: frames of MessagePack over a pipe."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from core.types.assessment import Assessment
from core.types.brand import Brand
from core.types.mention import Hit

__all__ = ["HEAD", "READY", "Frames", "Question", "assessments_of", "frame", "frame_of", "questions_of"]

Question = tuple[str, Brand, tuple[Hit, ...]]
"""A text, the brand in question and the places where brands are named."""
HEAD = struct.Struct("<I")
"""In front of each frame: how many bytes follow."""
READY = b""
"""The frame with which a worker says that its models are loaded."""

_BRANDS_REMEMBERED = 4_096
"""A brand comes with each question about it; its many terms are read once."""

_encoder = msgspec.msgpack.Encoder()
_questions = msgspec.msgpack.Decoder(list[tuple[str, msgspec.Raw, tuple[Hit, ...]]])
_brands = msgspec.msgpack.Decoder(Brand)
_assessments = msgspec.msgpack.Decoder(list[Assessment])


def frame(content: bytes) -> bytes:
    """Return a frame that holds this content."""
    return HEAD.pack(len(content)) + content


def frame_of(values: Sequence[Question] | Sequence[Assessment]) -> bytes:
    """Return the frame of a chunk of questions, or of the answers to one.

    Raises UnicodeEncodeError for a text that is no Unicode (half characters).
    """
    return frame(_encoder.encode(values))


def questions_of(content: bytes) -> list[Question]:
    """Read the content of a frame of questions."""
    return [(text, _brand(bytes(brand)), hits) for text, brand, hits in _questions.decode(content)]


@lru_cache(maxsize=_BRANDS_REMEMBERED)
def _brand(content: bytes) -> Brand:
    return _brands.decode(content)


def assessments_of(content: bytes) -> list[Assessment]:
    """Read the content of a frame of answers."""
    return _assessments.decode(content)


class Frames:
    """Puts frames together again from the pieces that a pipe delivers."""

    def __init__(self) -> None:
        self._received = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Take a piece; yield the contents of the frames that are whole now."""
        self._received += piece
        start = 0
        while len(self._received) - start >= HEAD.size:
            (length,) = HEAD.unpack_from(self._received, start)
            end = start + HEAD.size + length
            if end > len(self._received):
                break
            yield bytes(self._received[start + HEAD.size : end])
            start = end
        del self._received[:start]
