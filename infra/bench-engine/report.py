"""The measurements as Markdown, and the goals they are held against."""

import os
import platform
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from math import exp, log
from pathlib import Path

from usage import Usage

PEERS = ("qsimcirq", "qulacs", "qiskit-aer", "amazon-braket-default-simulator", "stim")
# narrower states are lost in what a process holds anyway
MEMORY_WIDTH = 20
SINGLE, DOUBLE = 8, 16


@dataclass
class Row:
    name: str
    width: int
    counts: Usage | None
    exact: Usage | None
    qsim: Usage | None
    qulacs: Usage | None
    aer: Usage | None
    braket: Usage | None
    counts_two: Usage | None
    qsim_two: Usage | None
    floor: float


def render(rows: list[Row], clifford: dict[str, Usage | None], quick: bool) -> str:
    return "\n\n".join([heading(quick), one_thread(rows), two_threads(rows), against_stim(clifford), goals(rows, clifford)])


def brief(row: Row) -> str:
    """What is known of a row as soon as it is measured."""
    parts = [("counts", row.counts), ("qsim", row.qsim), ("exact", row.exact), ("qulacs", row.qulacs), ("Aer", row.aer), ("Braket", row.braket), ("two threads", row.counts_two), ("qsim", row.qsim_two)]
    return ", ".join(f"{name} {seconds(cost)}" for name, cost in parts)


def heading(quick: bool) -> str:
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    peers = ", ".join(f"{peer} {version(peer)}" for peer in PEERS)
    kind = "a quick look" if quick else "`make bench-engine`"
    return (
        f"{date.today()}, {kind}, {names[0]}, {os.cpu_count()} cores, {platform.system()}; {peers}.\n"
        "Processor seconds, 1000 shots. Ours count reading the text, as stim and Braket's simulator do; the other peers simulating and sampling alone, but for the column `from text`."
    )


def one_thread(rows: list[Row]) -> str:
    heads = ("one thread", "counts", "qsim", "ratio", "from text", "ratio", "exact, f64", "qulacs", "Aer", "least / exact", "Braket local", "/ counts", "passes", "memory", "f64")
    lines = [
        (
            row.name,
            seconds(row.counts),
            seconds(row.qsim),
            number(ratio(row.counts, row.qsim)),
            seconds(row.qsim and whole(row.qsim)),
            number(whole_ratio(row)),
            seconds(row.exact),
            seconds(row.qulacs),
            seconds(row.aer),
            number(gain(row)),
            seconds(row.braket),
            number(ratio(row.braket, row.counts)),
            number(row.counts and row.counts.cpu / row.floor),
            number(memory(row.counts, row, SINGLE)),
            number(memory(row.exact, row, DOUBLE)),
        )
        for row in rows
    ]
    mean, whole_mean = (number(geometric_mean([of(row) for row in rows])) for of in (lambda row: ratio(row.counts, row.qsim), whole_ratio))
    lines.append(("geometric mean", "", "", mean, "", whole_mean, *[""] * 9))
    note = (
        "`passes`: counts' seconds in passes over a state of f32 amplitudes, read and written once, which is the floor. "
        "`memory`: the peak over the size of the state, in f32 for counts, then in f64."
    )
    return table(heads, lines) + "\n\n" + note


def two_threads(rows: list[Row]) -> str:
    lines = [
        (
            row.name,
            seconds(row.counts_two),
            seconds(row.qsim_two),
            number(ratio(row.counts_two, row.qsim_two)),
            number(wall_ratio(row)),
        )
        for row in rows
    ]
    means = [geometric_mean([of(row) for row in rows]) for of in (lambda row: ratio(row.counts_two, row.qsim_two), wall_ratio)]
    lines.append(("geometric mean", "", "", *map(number, means)))
    return table(("two threads", "counts", "qsim", "ratio", "ratio of elapsed time"), lines)


def against_stim(clifford: dict[str, Usage | None]) -> str:
    cells = (seconds(clifford["counts"]), seconds(clifford["stim"]), number(ratio(clifford["counts"], clifford["stim"])))
    return table(("Clifford, 1000 qubits, depth 20", "stim", "ratio"), [cells])


def goals(rows: list[Row], clifford: dict[str, Usage | None]) -> str:
    small = {row.name: row for row in rows}
    wide = [row for row in rows if row.width >= MEMORY_WIDTH]
    known = [row for row in wide if row.name.split("_")[0] in ("qft", "rand", "qv")]
    counts = [ratio(row.counts, row.qsim) for row in rows]
    whole_way = [whole_ratio(row) for row in rows]
    both = [wall_ratio(row) for row in rows]
    at_most = lambda name, limit: small[name].counts is not None and small[name].counts.cpu <= limit
    quick = [at_most("ghz_12", 1e-4), at_most("qft_12", 1e-4), at_most("rand_12", 1e-3), at_most("qv_12", 1e-3)]
    far = [(ratio(row.braket, row.counts) or 0) >= 50 for row in rows if row.name in ("ghz_12", "qft_12", "rand_12", "qv_12")]
    stim = ratio(clifford["counts"], clifford["stim"])
    peaks = [memory(row.counts, row, SINGLE) for row in wide] + [memory(row.exact, row, DOUBLE) for row in wide]
    goals = [
        ("counts, text included, no slower than qsim's on any, 0.7 on the geometric mean", faster(whole_way)),
        ("even where qsim's count simulating alone", faster(counts)),
        ("and with two threads, by elapsed time", faster(both)),
        ("f64 at a third of qulacs and Aer on qft, random and quantum volume", all((gain(row) or 0) >= 3 for row in known)),
        ("ghz_12, qft_12 ≤ 100 µs, rand_12, qv_12 ≤ 1 ms", all(quick)),
        ("these at a fiftieth of Braket's local simulator", all(far)),
        ("Clifford within twice stim", under([stim], 2.0)),
        ("memory ≤ 1.1 of the state", under(peaks, 1.1)),
    ]
    return "\n".join(f"* {goal}: {'met' if met else '**missed**'}" for goal, met in goals)


def ratio(one: Usage | None, other: Usage | None) -> float | None:
    return one.cpu / other.cpu if one and other else None


def whole(cost: Usage) -> Usage:
    return replace(cost, cpu=cost.cpu + cost.prepare)


def whole_ratio(row: Row) -> float | None:
    """With reading the text and building the circuit counted for both."""
    return ratio(row.counts, row.qsim and whole(row.qsim))


def wall_ratio(row: Row) -> float | None:
    return row.counts_two.wall / row.qsim_two.wall if row.counts_two and row.qsim_two else None


def gain(row: Row) -> float | None:
    """How many times less than the better of qulacs and Aer."""
    ran = [peer.cpu for peer in (row.qulacs, row.aer) if peer]
    return min(ran) / row.exact.cpu if ran and row.exact else None


def memory(cost: Usage | None, row: Row, bytes_each: int) -> float | None:
    return cost.peak / (bytes_each << row.width) if cost and row.width >= MEMORY_WIDTH else None


def faster(ratios: list[float | None]) -> bool:
    return under(ratios, 1.0) and geometric_mean(ratios) <= 0.7


def under(values: list[float | None], limit: float) -> bool:
    return all(value is not None and value <= limit for value in values)


def geometric_mean(values: list[float | None]) -> float:
    known = [log(value) for value in values if value]
    return exp(sum(known) / len(known)) if known else float("nan")


def seconds(cost: Usage | None) -> str:
    if cost is None:
        return "–"
    return f"{cost.cpu * 1e6:.0f} µs" if cost.cpu < 1e-3 else f"{cost.cpu * 1e3:.1f} ms" if cost.cpu < 0.1 else f"{cost.cpu:.2f} s"


def number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def table(heads: tuple[str, ...], lines: list[tuple[str, ...]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, ("---",) * len(heads), *lines))
