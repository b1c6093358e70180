"""A process that judges for another one: questions on standard input, answers in their order on standard output.

Started by `sentiment.workers` as `python -m sentiment.worker`; it ends with its input.
"""

from __future__ import annotations

import signal
import sys
from typing import BinaryIO

from core.heap import frozen_heap
from sentiment.judge import TextJudge
from sentiment.wire import HEAD, READY, frame, frame_of, questions_of


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the questions end."""
    judge = TextJudge.load()
    answers.write(frame(READY))
    answers.flush()
    with frozen_heap():
        while len(head := questions.read(HEAD.size)) == HEAD.size:
            (length,) = HEAD.unpack(head)
            asked = questions_of(questions.read(length))
            answers.write(frame_of([judge.assess(text, brand, hits) for text, brand, hits in asked]))
            answers.flush()


if __name__ == "__main__":
    # Ctrl-C at a terminal reaches the whole group of processes: who started this one decides when it ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.stdin.buffer, sys.stdout.buffer)
