"""What a piece of work costs this process: processor seconds, seconds, and memory at its peak."""

import time
from dataclasses import dataclass
from pathlib import Path

# seconds after which no further run is made
ENOUGH = 0.5
STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass
class Usage:
    cpu: float
    wall: float
    peak: int
    # processor seconds from the program's text to what is run, where these are not counted in `cpu`
    prepare: float = 0.0


def measured(work, repeat: int) -> Usage:
    """The least of each over at most `repeat` runs; the peak is what came on top of what the process held before."""
    RESET.write_text("5")
    before = resident("VmRSS")
    cpu, wall = [], []
    for _ in range(repeat):
        began, began_cpu = time.perf_counter(), time.process_time()
        work()
        cpu.append(time.process_time() - began_cpu)
        wall.append(time.perf_counter() - began)
        if sum(wall) > ENOUGH:
            break
    return Usage(min(cpu), min(wall), resident("VmHWM") - before)


def resident(field: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024
