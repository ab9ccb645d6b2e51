"""Engines in processes of their own, run by turns so that whatever else the machine does strikes all of them alike."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from usage import Usage

HERE = Path(__file__).resolve().parent
# an engine that took longer is not asked again: what strikes the machine for a moment is little of it
SLOW = 8.0


@dataclass(frozen=True)
class Entrant:
    """One engine and the file that it is to run."""

    name: str
    command: tuple[str, ...]
    path: Path
    shots: int
    threads: int


def ours(name: str, binary: Path, path: Path, shots: int, threads: int) -> Entrant:
    return Entrant(name, (str(binary), str(threads)), path, shots, threads)


def peer(name: str, path: Path, shots: int, threads: int) -> Entrant:
    return Entrant(name, (sys.executable, str(HERE / "worker.py"), name, str(threads)), path, shots, threads)


def race(entrants: list[Entrant], rounds: int, repeat: int) -> dict[str, Usage | None]:
    """The least of each cost over the rounds, by name; None for one that failed."""
    processes = {entrant.name: start(entrant) for entrant in entrants}
    best: dict[str, Usage | None] = {}
    for number in range(rounds):
        for entrant in entrants:
            known = best.get(entrant.name)
            if number and (known is None or known.wall > SLOW):
                continue
            cost = ask(processes[entrant.name], entrant, repeat)
            best[entrant.name] = cost if known is None or cost is None else least(known, cost)
    for process in processes.values():
        process.stdin.close()
        process.wait()
    return best


def start(entrant: Entrant) -> subprocess.Popen:
    threads = {name: str(entrant.threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    environment = os.environ | threads
    return subprocess.Popen(entrant.command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask(process: subprocess.Popen, entrant: Entrant, repeat: int) -> Usage | None:
    try:
        process.stdin.write(json.dumps({"path": str(entrant.path), "shots": entrant.shots, "repeat": repeat}) + "\n")
        process.stdin.flush()
        return Usage(**json.loads(process.stdout.readline()))
    except (BrokenPipeError, json.JSONDecodeError):
        print(f"{entrant.name} did not run {entrant.path.name}", file=sys.stderr)
        return None


def least(one: Usage, other: Usage) -> Usage:
    # only the first run of a process takes memory that it did not have before
    return Usage(min(one.cpu, other.cpu), min(one.wall, other.wall), max(one.peak, other.peak), min(one.prepare, other.prepare))


def best_of(costs: dict[str, Usage | None], prefix: str) -> tuple[str, Usage | None]:
    """The cheapest of the settings of one engine, which are named by its name and the setting."""
    ran = [(name, cost) for name, cost in costs.items() if name.split()[0] == prefix and cost]
    return min(ran, key=lambda entry: entry[1].cpu, default=(prefix, None))
