"""Circuits as lists of gates, and as the OpenQASM 3 text that every engine of the measurement is given.

The text holds one gate a line, of a handful of names, so that every peer's circuit can be built from the very same file.
"""

import re
from dataclasses import dataclass
from pathlib import Path

GATE = re.compile(r"(\w+)(?:\(([^)]*)\))? ([^;]+);")
QUBIT = re.compile(r"q\[(\d+)\]")


@dataclass(frozen=True)
class Gate:
    name: str
    parameters: tuple[float, ...]
    qubits: tuple[int, ...]


@dataclass(frozen=True)
class Circuit:
    """All qubits are measured at the end, qubit i into bit i."""

    width: int
    gates: list[Gate]


def write(circuit: Circuit, path: Path) -> None:
    lines = ["OPENQASM 3.0;", 'include "stdgates.inc";', f"qubit[{circuit.width}] q;", f"bit[{circuit.width}] c;"]
    for gate in circuit.gates:
        parameters = f"({', '.join(map(repr, gate.parameters))})" if gate.parameters else ""
        lines.append(f"{gate.name}{parameters} {', '.join(f'q[{qubit}]' for qubit in gate.qubits)};")
    lines.append("c = measure q;")
    path.write_text("\n".join(lines) + "\n")


def read(path: Path) -> Circuit:
    width, gates = 0, []
    for line in path.read_text().splitlines():
        if line.startswith("qubit["):
            width = int(line[len("qubit[") : line.index("]")])
        elif (match := GATE.fullmatch(line)) and QUBIT.match(match[3]):
            parameters = tuple(map(float, match[2].split(", "))) if match[2] else ()
            gates.append(Gate(match[1], parameters, tuple(map(int, QUBIT.findall(match[3])))))
    return Circuit(width, gates)
