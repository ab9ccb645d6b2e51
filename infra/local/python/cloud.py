"""How do ministack's services run as a well-behaved child of the driver?

Starts ministack (pinned in requirements.txt) with a few changes, and stops it cleanly when standard input closes, so that
nothing outlives a driver that was killed. Configured by environment alone; see src/ministack.rs.
"""

import functools
import os
import re
import signal
import socketserver
import sys
import threading
from pathlib import Path

from ministack.app import main
from ministack.core.lambda_runtime import ProvidedWorker, _workers, kill_workers

LOGS = Path(os.environ["FUNCTION_LOGS"])


def answer_at_once() -> None:
    """A function's event arrives as two writes, headers and body; Nagle's algorithm would hold the second back for 40 ms."""
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True


def do_not_wait_for_logs() -> None:
    """After each call ministack waits up to 50 ms for log lines; they are written to a file below, whenever they come."""
    ProvidedWorker._drain_stderr_bounded = functools.partialmethod(
        ProvidedWorker._drain_stderr_bounded, first_line_wait=0.0, idle_confirm=0.0
    )


class WrittenDown:
    """A function's output, copied line by line into its log file while ministack reads it."""

    def __init__(self, stream, file):
        self.stream, self.file = stream, file

    def readline(self):
        line = self.stream.readline()
        self.file.write(line)
        return line

    def close(self):
        self.stream.close()
        self.file.close()


def write_logs_down() -> None:
    pump = ProvidedWorker._pump_output

    def pump_and_write(worker, stream, log_queue):
        name = re.sub(r"[^A-Za-z0-9_-]", "_", worker.func_name)
        file = open(LOGS / f"{name}.log", "ab", buffering=0)
        pump(worker, WrittenDown(stream, file), log_queue)

    ProvidedWorker._pump_output = pump_and_write


def stop_with_parent() -> None:
    def wait_for_end() -> None:
        while sys.stdin.buffer.read(1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_for_end, daemon=True).start()


def end_functions() -> None:
    """ministack leaves a function that is at work alone in the world; its message comes back, as after any crash."""
    kill_workers([worker for pool in list(_workers.values()) for worker in pool])


if __name__ == "__main__":
    LOGS.mkdir(parents=True, exist_ok=True)
    answer_at_once()
    do_not_wait_for_logs()
    write_logs_down()
    stop_with_parent()
    sys.argv = sys.argv[:1]
    try:
        main()
    finally:
        end_functions()
