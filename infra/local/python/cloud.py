"""How do ministack's services run as a well-behaved child of the driver?

Starts ministack (pinned in requirements.txt) with a few changes, and stops it cleanly when standard input closes, so that
nothing outlives a driver that was killed. Configured by environment alone; see src/ministack.rs.
"""

import contextvars
import functools
import json
import os
import re
import signal
import socketserver
import sys
import threading
from pathlib import Path

from ministack.app import main
from ministack.core.lambda_runtime import ProvidedWorker, _workers, kill_workers
from ministack.services import apigateway_v1

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


def take_keys_from_authorizers() -> None:
    """ministack meters every request by its x-api-key header. Where an API's key source is AUTHORIZER, the key is the one its
    authorizer names, and no other."""
    named = contextvars.ContextVar("usage_identifier_key", default=None)
    authorize = apigateway_v1._authorize_request_v1
    invoke = apigateway_v1._invoke_authorizer_lambda
    of_header = apigateway_v1._api_key_from_request

    async def authorize_and_forget(api_id, *rest):
        by_authorizer = apigateway_v1._rest_apis.get(api_id, {}).get("apiKeySource") == "AUTHORIZER"
        named.set("" if by_authorizer else None)
        return await authorize(api_id, *rest)

    async def invoke_and_remember(*asked):
        result = await invoke(*asked)
        answer = (result or {}).get("body")
        try:
            answer = json.loads(answer) if isinstance(answer, (str, bytes)) else answer
        except ValueError:
            answer = None
        if named.get() is not None and isinstance(answer, dict):
            named.set(answer.get("usageIdentifierKey") or "")
        return result

    def named_or_sent(headers):
        return of_header(headers) if named.get() is None else named.get()

    apigateway_v1._authorize_request_v1 = authorize_and_forget
    apigateway_v1._invoke_authorizer_lambda = invoke_and_remember
    apigateway_v1._api_key_from_request = named_or_sent


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
    take_keys_from_authorizers()
    stop_with_parent()
    sys.argv = sys.argv[:1]
    try:
        main()
    finally:
        end_functions()
