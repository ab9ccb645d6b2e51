"""How does a program live exactly as long as the driver, and come back when it is killed?

Runs the command it is given, starts it again whenever it ends, and ends it when standard input closes. Gives up, and says
so by its own end, on a program that cannot even start.
"""

import os
import subprocess
import sys
import threading
import time

SHORT_SECONDS = 1.0
SHORT_RUNS = 5

running: subprocess.Popen | None = None
stopping = threading.Event()


def keep(command: list[str]) -> None:
    global running
    short_runs = 0
    while not stopping.is_set() and short_runs < SHORT_RUNS:
        started = time.monotonic()
        running = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        status = running.wait()
        short_runs = short_runs + 1 if time.monotonic() - started < SHORT_SECONDS else 0
        if not stopping.is_set():
            print(f"{command[0]} ended with status {status}; starting it again", flush=True)
            stopping.wait(0.2)
    if not stopping.is_set():
        print(f"{command[0]} ends as soon as it starts; given up", flush=True)
        os._exit(1)


def stop_with_parent(keeper: threading.Thread) -> None:
    while sys.stdin.buffer.read(1):
        pass
    stopping.set()
    deadline = time.monotonic() + 5
    while keeper.is_alive():
        if running:
            running.terminate() if time.monotonic() < deadline else running.kill()
        keeper.join(0.2)


if __name__ == "__main__":
    keeper = threading.Thread(target=keep, args=(sys.argv[1:],), daemon=True)
    keeper.start()
    stop_with_parent(keeper)
