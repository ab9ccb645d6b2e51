"""`make bench-engine`: what does running a program cost the engine and its peers, and which goals does that meet?

Prints Markdown. Processor seconds (user and system, of all threads), the least of several rounds in which the engines take turns. Ours
count from the program's text to the counts, and so do stim and Braket's simulator; the other peers, whose readers are slow Python, count simulating and
sampling alone, and for qsim the whole way from the text is shown too. QUICK=1 is a short look, ROUNDS= another number of rounds.
"""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy
from qiskit import qasm3

import circuits
import gates
import programs
from report import Row, brief, render
from race import best_of, ours, peer, race

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "engine-bench"
FOLDER = ROOT / "target" / "bench-engine"
QUICK = bool(os.environ.get("QUICK"))
SHOTS = 1000
WIDTHS = (12, 20) if QUICK else (12, 20, 22, 24)
ROUNDS = int(os.environ.get("ROUNDS", 2 if QUICK else 5))
# runs in a row, of which one alone may be too short to be measured
REPEAT = 30
# twenty qubits of it would be as many gates as all the others
PROGRAM_WIDTHS = {"grover": 14}
PROGRAM_WIDTH = 12 if QUICK else 20


@dataclass(frozen=True)
class Case:
    name: str
    width: int
    # as ours reads it, the same without measurements but with a value to compute exactly, and as the peers read it
    counts: Path
    exact: Path
    peers: Path


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    rows = []
    for case in cases():
        print(f"{time.monotonic() - began:7.1f} s  {case.name}", file=sys.stderr)
        rows.append(measure(case))
        print(f"{'':9} {brief(rows[-1])}", file=sys.stderr)
    print(f"{time.monotonic() - began:7.1f} s  clifford", file=sys.stderr)
    print(render(rows, clifford(), QUICK))


def cases():
    for width in WIDTHS:
        for kind in (circuits.ghz, circuits.qft, circuits.rand, circuits.qv):
            circuit = kind(width)
            path = FOLDER / f"{kind.__name__}_{width}.qasm"
            gates.write(circuit, path)
            yield Case(path.stem, width, path, exactly(path), path)
    for name, build in programs.ALGORITHMS.items():
        circuit = build(PROGRAM_WIDTHS.get(name, PROGRAM_WIDTH))
        path, plain = FOLDER / f"{name}_{circuit.num_qubits}.qasm", FOLDER / f"{name}_{circuit.num_qubits}_plain.qasm"
        path.write_text(qasm3.dumps(circuit))
        gates.write(circuits.lowered(circuit), plain)
        yield Case(path.stem, circuit.num_qubits, path, exactly(path), plain)


def exactly(path: Path) -> Path:
    """The program in f64: asked for an expectation value without shots, it cannot do with less."""
    lines = [line for line in path.read_text().splitlines() if "measure" not in line and not line.startswith("bit[")]
    register = next(line for line in lines if line.startswith("qubit[")).split()[1].rstrip(";")
    exact = path.with_stem(f"{path.stem}_exact")
    exact.write_text("\n".join([*lines, f"#pragma braket result expectation z({register}[0])"]) + "\n")
    return exact


def measure(case: Case) -> Row:
    entrants = [ours("counts", BINARY, case.counts, SHOTS, 1), ours("exact", BINARY, case.exact, 0, 1)]
    names = ("qsim 2", "qsim 3", "qsim 4", "qulacs plain", "qulacs light", "aer", "braket")
    entrants += [peer(name, case.peers, SHOTS, 1) for name in names]
    one = race(entrants, ROUNDS, REPEAT)
    qsim_name, qsim = best_of(one, "qsim")
    pair = race([ours("counts", BINARY, case.counts, SHOTS, 2), peer(qsim_name, case.peers, SHOTS, 2)], ROUNDS, REPEAT)
    return Row(
        name=case.name,
        width=case.width,
        counts=one["counts"],
        exact=one["exact"],
        qsim=qsim,
        qulacs=best_of(one, "qulacs")[1],
        aer=one["aer"],
        braket=one["braket"],
        counts_two=pair["counts"],
        qsim_two=pair.get(qsim_name),
        floor=memory_pass(case.width),
    )


def memory_pass(width: int) -> float:
    """Processor seconds to read and write a state of f32 amplitudes in place, once."""
    state = numpy.zeros(2 << width, dtype=numpy.float32)
    seconds = []
    for _ in range(ROUNDS + 1):
        began = time.process_time()
        numpy.negative(state, out=state)
        seconds.append(time.process_time() - began)
    return min(seconds)


def clifford():
    path = FOLDER / "clifford_1000.qasm"
    gates.write(circuits.clifford(1000), path)
    return race([ours("counts", BINARY, path, SHOTS, 1), peer("stim", path, SHOTS, 1)], ROUNDS, REPEAT)


main()
