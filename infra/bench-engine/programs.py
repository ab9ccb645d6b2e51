"""Well-known algorithms as Qiskit circuits of any width, to be written as its exporters and those of the benchmark collections write them.

`ALGORITHMS` end with their measurements; `DYNAMIC` ones measure, decide and reset on the way.
"""

from math import acos, pi
from random import Random

from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit.library import efficient_su2


def adder(width: int) -> QuantumCircuit:
    """Ripple-carry addition of two numbers, the first in superposition."""
    bits = (width - 2) // 2
    carry, a, b, out = (QuantumRegister(size, name) for size, name in ((1, "cin"), (bits, "a"), (bits, "b"), (1, "cout")))
    sums = ClassicalRegister(bits + 1, "ans")
    circuit = QuantumCircuit(carry, a, b, out, sums)
    circuit.h(a)
    circuit.x(b[0])
    chain = [carry[0], *a]
    for bit in range(bits):
        circuit.cx(a[bit], b[bit])
        circuit.cx(a[bit], chain[bit])
        circuit.ccx(chain[bit], b[bit], a[bit])
    circuit.cx(a[-1], out[0])
    for bit in reversed(range(bits)):
        circuit.ccx(chain[bit], b[bit], a[bit])
        circuit.cx(a[bit], chain[bit])
        circuit.cx(chain[bit], b[bit])
    circuit.measure([*b, out[0]], sums)
    return circuit


def grover(width: int) -> QuantumCircuit:
    """Three rounds of search for one marked word."""
    circuit = QuantumCircuit(width, width)
    circuit.h(range(width))
    zeros = range(0, width, 3)
    for _ in range(3):
        circuit.x(zeros)
        circuit.mcp(pi, list(range(width - 1)), width - 1)
        circuit.x(zeros)
        circuit.h(range(width))
        circuit.x(range(width))
        circuit.mcp(pi, list(range(width - 1)), width - 1)
        circuit.x(range(width))
        circuit.h(range(width))
    circuit.measure(range(width), range(width))
    return circuit


def qpe(width: int) -> QuantumCircuit:
    """Phase estimation of a phase that no fraction of this width meets."""
    counting = width - 1
    circuit = QuantumCircuit(QuantumRegister(counting, "q"), QuantumRegister(1, "psi"), ClassicalRegister(counting, "c"))
    circuit.h(range(counting))
    circuit.x(counting)
    for qubit in range(counting):
        circuit.cp(2 * pi * 0.3141 * 2**qubit % (2 * pi), qubit, counting)
    for qubit in range(counting // 2):
        circuit.swap(qubit, counting - 1 - qubit)
    for target in range(counting):
        for control in range(target):
            circuit.cp(-pi / 2 ** (target - control), control, target)
        circuit.h(target)
    circuit.measure(range(counting), range(counting))
    return circuit


def vqe(width: int) -> QuantumCircuit:
    ansatz = efficient_su2(width, reps=3, entanglement="linear")
    random = Random(width)
    circuit = ansatz.assign_parameters([random.uniform(-pi, pi) for _ in range(ansatz.num_parameters)])
    circuit.measure_all()
    return circuit


def qaoa(width: int) -> QuantumCircuit:
    """Two rounds for the largest cut of a ring with chords."""
    circuit = QuantumCircuit(width, width)
    circuit.h(range(width))
    edges = [(node, (node + 1) % width) for node in range(width)] + [(node, node + width // 2) for node in range(width // 2)]
    for gamma, beta in ((0.4, 0.9), (0.8, 0.3)):
        for edge in edges:
            circuit.rzz(2 * gamma, *edge)
        circuit.rx(2 * beta, range(width))
    circuit.measure(range(width), range(width))
    return circuit


def bernstein_vazirani(width: int) -> QuantumCircuit:
    circuit = QuantumCircuit(width, width - 1)
    circuit.x(width - 1)
    circuit.h(range(width))
    circuit.barrier()
    for qubit in range(0, width - 1, 2):
        circuit.cx(qubit, width - 1)
    circuit.barrier()
    circuit.h(range(width - 1))
    circuit.measure(range(width - 1), range(width - 1))
    return circuit


def deutsch_jozsa(width: int) -> QuantumCircuit:
    """Of a balanced function with a wrapped oracle."""
    oracle = QuantumCircuit(width, name="oracle")
    flipped = range(0, width - 1, 3)
    oracle.x(flipped)
    for qubit in range(width - 1):
        oracle.cx(qubit, width - 1)
    oracle.x(flipped)
    circuit = QuantumCircuit(width, width - 1)
    circuit.x(width - 1)
    circuit.h(range(width))
    circuit.append(oracle.to_gate(), range(width))
    circuit.h(range(width - 1))
    circuit.measure(range(width - 1), range(width - 1))
    return circuit


def w_state(width: int) -> QuantumCircuit:
    circuit = QuantumCircuit(width)
    circuit.x(0)
    for qubit in range(width - 1):
        # what is left of the one excitation goes on, a fair share stays
        circuit.cry(2 * acos((width - qubit) ** -0.5), qubit, qubit + 1)
        circuit.cx(qubit + 1, qubit)
    circuit.measure_all()
    return circuit


def ising(width: int) -> QuantumCircuit:
    """Ten steps of a chain of spins in a slanted field."""
    circuit = QuantumCircuit(width)
    for _ in range(10):
        for first in (0, 1):
            for qubit in range(first, width - 1, 2):
                circuit.rzz(0.35, qubit, qubit + 1)
        for qubit in range(width):
            circuit.rx(0.5, qubit)
            circuit.rz(0.2, qubit)
    circuit.measure_all()
    return circuit


def teleport(_: int) -> QuantumCircuit:
    message, received = ClassicalRegister(2, "m"), ClassicalRegister(1, "out")
    circuit = QuantumCircuit(QuantumRegister(3, "q"), message, received)
    circuit.u(1.1, 0.4, -0.7, 0)
    circuit.h(1)
    circuit.cx(1, 2)
    circuit.cx(0, 1)
    circuit.h(0)
    circuit.measure([0, 1], message)
    with circuit.if_test((message[1], 1)):
        circuit.x(2)
    with circuit.if_test((message[0], 1)):
        circuit.z(2)
    circuit.measure(2, received)
    return circuit


def iterative_qpe(width: int) -> QuantumCircuit:
    """Phase estimation with one counting qubit, reset and turned by what was measured."""
    bits = ClassicalRegister(width, "c")
    circuit = QuantumCircuit(QuantumRegister(2, "q"), bits)
    circuit.x(1)
    for bit in range(width):
        circuit.reset(0)
        circuit.h(0)
        circuit.cp(2 * pi * 0.3141 * 2 ** (width - 1 - bit) % (2 * pi), 0, 1)
        for earlier in range(bit):
            with circuit.if_test((bits[earlier], 1)):
                circuit.p(-pi / 2 ** (bit - earlier), 0)
        circuit.h(0)
        circuit.measure(0, bits[bit])
    return circuit


def repetition_code(_: int) -> QuantumCircuit:
    """A bit flip, its syndrome, its correction by what the whole syndrome says, and else-branches."""
    data, helpers = QuantumRegister(3, "data"), QuantumRegister(2, "anc")
    syndrome, result = ClassicalRegister(2, "syndrome"), ClassicalRegister(3, "result")
    circuit = QuantumCircuit(data, helpers, syndrome, result)
    circuit.ry(0.9, data[0])
    circuit.cx(data[0], data[1])
    circuit.cx(data[0], data[2])
    circuit.rx(0.6, data[1])
    circuit.cx(data[0], helpers[0])
    circuit.cx(data[1], helpers[0])
    circuit.cx(data[1], helpers[1])
    circuit.cx(data[2], helpers[1])
    circuit.measure(helpers, syndrome)
    for value, qubit in ((1, 0), (3, 1)):
        with circuit.if_test((syndrome, value)):
            circuit.x(data[qubit])
    with circuit.if_test((syndrome, 2)) as otherwise:
        circuit.x(data[2])
    with otherwise:
        circuit.z(data[0])
    circuit.measure(data, result)
    return circuit


def switched(_: int) -> QuantumCircuit:
    choice, result = ClassicalRegister(2, "choice"), ClassicalRegister(1, "result")
    circuit = QuantumCircuit(QuantumRegister(3, "q"), choice, result)
    circuit.h(0)
    circuit.ry(1.0, 1)
    circuit.measure([0, 1], choice)
    with circuit.switch(choice) as case:
        with case(0):
            circuit.x(2)
        with case(1, 2):
            circuit.h(2)
        with case(case.DEFAULT):
            circuit.ry(0.4, 2)
    circuit.measure(2, result)
    return circuit


ALGORITHMS = {
    build.__name__: build
    for build in (adder, grover, qpe, vqe, qaoa, bernstein_vazirani, deutsch_jozsa, w_state, ising)
}
DYNAMIC = {build.__name__: build for build in (teleport, iterative_qpe, repetition_code, switched)}
