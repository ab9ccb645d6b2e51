"""The circuits that engines are measured by: ghz, qft, random, quantum volume and Clifford, the same ones for the same seed."""

from math import pi
from random import Random

from qiskit import QuantumCircuit, transpile
from qiskit.circuit.library import quantum_volume

from gates import Circuit, Gate

LAYERS = 20
CLIFFORDS = ("id", "x", "y", "z", "h", "s", "sdg", "sx")


def ghz(width: int) -> Circuit:
    return Circuit(width, [Gate("h", (), (0,))] + [Gate("cx", (), (qubit - 1, qubit)) for qubit in range(1, width)])


def qft(width: int) -> Circuit:
    gates = []
    for target in reversed(range(width)):
        gates.append(Gate("h", (), (target,)))
        gates += [Gate("cp", (pi / 2 ** (target - control),), (control, target)) for control in reversed(range(target))]
    gates += [Gate("swap", (), (qubit, width - 1 - qubit)) for qubit in range(width // 2)]
    return Circuit(width, gates)


def rand(width: int, seed: int = 1) -> Circuit:
    """Layers of a random gate on each qubit and cx on random disjoint pairs."""
    random = Random(seed)
    angles = lambda: tuple(random.uniform(0, 2 * pi) for _ in range(3))
    return layered(width, random, lambda qubit: Gate("u3", angles(), (qubit,)))


def clifford(width: int, seed: int = 1) -> Circuit:
    random = Random(seed)
    return layered(width, random, lambda qubit: Gate(random.choice(CLIFFORDS), (), (qubit,)))


def layered(width: int, random: Random, one) -> Circuit:
    gates = []
    for _ in range(LAYERS):
        gates += [one(qubit) for qubit in range(width)]
        order = random.sample(range(width), width)
        gates += [Gate("cx", (), pair) for pair in zip(order[::2], order[1::2])]
    return Circuit(width, gates)


def qv(width: int, seed: int = 1) -> Circuit:
    """Quantum volume of depth = width, each random SU(4) as three cx between turns of one qubit, as exporters write it."""
    return lowered(quantum_volume(width, width, seed=seed))


def lowered(circuit: QuantumCircuit) -> Circuit:
    """What Qiskit makes of a circuit when u3 and cx are all there is."""
    plain = transpile(circuit.remove_final_measurements(inplace=False), basis_gates=["u3", "cx"], optimization_level=0)
    number = {qubit: index for index, qubit in enumerate(plain.qubits)}
    gates = [
        Gate(step.operation.name, tuple(map(float, step.operation.params)), tuple(number[qubit] for qubit in step.qubits))
        for step in plain.data
        if step.operation.name != "barrier"
    ]
    return Circuit(plain.num_qubits, gates)
