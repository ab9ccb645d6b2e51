"""The simulators that people use today, each given a list of gates.

For each, a function takes a circuit, the shots and the threads, and returns what is to be measured: simulating and sampling alone.
Reading text and building circuits, slow in Python, is done before and not counted; only stim and Braket's simulator, which read texts of their own, are counted whole.
"""

from math import pi

from gates import Circuit

FUSED = (2, 3, 4)


def qsim(circuit: Circuit, shots: int, threads: int, fused: int):
    import cirq
    import qsimcirq
    from qsimcirq import qsim_circuit

    named = {"h": cirq.H, "cx": cirq.CNOT, "swap": cirq.SWAP, "x": cirq.X, "y": cirq.Y, "z": cirq.Z, "s": cirq.S, "id": cirq.I}
    qubits = cirq.LineQubit.range(circuit.width)

    def operation(gate):
        on = [qubits[qubit] for qubit in gate.qubits]
        match gate.name:
            case "u3":
                return cirq.MatrixGate(u3(*gate.parameters)).on(*on)
            case "cp":
                return cirq.CZPowGate(exponent=gate.parameters[0] / pi).on(*on)
        return named[gate.name].on(*on)

    # qubits that no gate touches would be left out of the state
    body = cirq.Circuit([cirq.I.on(qubit) for qubit in qubits] + [operation(gate) for gate in circuit.gates])
    simulator = qsimcirq.QSimSimulator(qsimcirq.QSimOptions(max_fused_gate_size=fused, cpu_threads=threads))
    translated, _ = simulator._translate_circuit(qsim_circuit.QSimCircuit(body), "translate_cirq_to_qsim", cirq.QubitOrder.DEFAULT)
    options = simulator.qsim_options | {"c": translated, "s": 7}
    return lambda: simulator._sim_module.qsim_sample_final(options, shots)


def qulacs(circuit: Circuit, shots: int, threads: int, optimized: bool):
    """Threads are set by OMP_NUM_THREADS before the process starts."""
    from qulacs import QuantumCircuit, QuantumState
    from qulacs.circuit import QuantumCircuitOptimizer
    from qulacs.gate import U1, U3, to_matrix_gate

    def build():
        built = QuantumCircuit(circuit.width)
        for gate in circuit.gates:
            match gate.name:
                case "u3":
                    # its angles are the standard's, given in reverse
                    built.add_gate(U3(gate.qubits[0], *gate.parameters))
                case "cp":
                    controlled = to_matrix_gate(U1(gate.qubits[1], *gate.parameters))
                    controlled.add_control_qubit(gate.qubits[0], 1)
                    built.add_gate(controlled)
                case "cx":
                    built.add_CNOT_gate(*gate.qubits)
                case "swap":
                    built.add_SWAP_gate(*gate.qubits)
                case "h":
                    built.add_H_gate(*gate.qubits)
        return built

    built = build()
    if optimized:
        QuantumCircuitOptimizer().optimize_light(built)

    def run():
        state = QuantumState(circuit.width)
        built.update_quantum_state(state)
        state.sampling(shots, 7)

    return run


def aer(circuit: Circuit, shots: int, threads: int):
    from qiskit import QuantumCircuit
    from qiskit_aer import AerSimulator

    built = QuantumCircuit(circuit.width)
    for gate in circuit.gates:
        add = {"u3": built.u}.get(gate.name) or getattr(built, gate.name)
        add(*gate.parameters, *gate.qubits)
    built.measure_all()
    simulator = AerSimulator(method="statevector", max_parallel_threads=threads, seed_simulator=7)
    return lambda: simulator.run(built, shots=shots).result()


def braket(circuit: Circuit, shots: int, threads: int):
    from braket.default_simulator import StateVectorSimulator
    from braket.ir.openqasm import Program

    source = braket_text(circuit)
    return lambda: StateVectorSimulator().run(Program(source=source), shots=shots)


BRAKET = {"u3": "U", "cp": "cphaseshift", "cx": "cnot", "swap": "swap", "h": "h"}


def braket_text(circuit: Circuit) -> str:
    def line(gate):
        angles = f"({', '.join(map(repr, gate.parameters))})" if gate.parameters else ""
        return f"{BRAKET[gate.name]}{angles} {', '.join(f'q[{qubit}]' for qubit in gate.qubits)};"

    return "\n".join(["OPENQASM 3.0;", f"qubit[{circuit.width}] q;", *map(line, circuit.gates)])


STIM = {"id": "I", "x": "X", "y": "Y", "z": "Z", "h": "H", "s": "S", "sdg": "S_DAG", "sx": "SQRT_X", "cx": "CX", "cy": "CY", "cz": "CZ", "swap": "SWAP"}


def stim_text(circuit: Circuit) -> str:
    lines = [f"{STIM[gate.name]} {' '.join(map(str, gate.qubits))}" for gate in circuit.gates]
    return "\n".join(lines + [f"M {' '.join(map(str, range(circuit.width)))}"])


def stim(circuit: Circuit, shots: int, threads: int):
    import stim

    text = stim_text(circuit)
    return lambda: stim.Circuit(text).compile_sampler(seed=7).sample_bit_packed(shots)


def u3(theta: float, phi: float, lam: float):
    from numpy import array, cos, exp, sin

    half = theta / 2
    return array([[cos(half), -exp(1j * lam) * sin(half)], [exp(1j * phi) * sin(half), exp(1j * (phi + lam)) * cos(half)]])


PEERS = {f"qsim {fused}": lambda *how, fused=fused: qsim(*how, fused) for fused in FUSED} | {
    "qulacs plain": lambda *how: qulacs(*how, False),
    "qulacs light": lambda *how: qulacs(*how, True),
    "aer": aer,
    "braket": braket,
    "stim": stim,
}
