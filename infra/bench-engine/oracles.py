"""What other simulators say of the same programs."""

import warnings
from collections import Counter

import numpy
from braket.default_simulator import DensityMatrixSimulator, StateVectorSimulator
from braket.default_simulator.density_matrix_simulation import DensityMatrixSimulation
from braket.default_simulator.gate_operations import Projection, Reset
from braket.default_simulator.linalg_utils import controlled_matrix
from braket.default_simulator.state_vector_simulation import StateVectorSimulation
from braket.ir.openqasm import Program
from qiskit import QuantumCircuit, transpile
from qiskit_aer import AerSimulator

warnings.simplefilter("ignore")


class Unable(Exception):
    """The other simulator does not run this program."""


def aer(circuit: QuantumCircuit, shots: int, seed: int) -> Counter:
    """Words with the first bit declared first, where Qiskit writes it last."""
    simulator = AerSimulator(seed_simulator=seed)
    counts = simulator.run(transpile(circuit, simulator, optimization_level=0), shots=shots).result().get_counts()
    return Counter({word.replace(" ", "")[::-1]: count for word, count in counts.items()})


class PlainStateVector(StateVectorSimulation):
    """Braket's, but for its kernels: those of 1.41 apply some gates under `ctrl` to other qubits, or write past their arrays."""

    def evolve(self, operations):
        for operation in operations:
            if isinstance(operation, (Projection, Reset)):
                self._state_vector = operation.apply(self._state_vector)
                continue
            (matrix,) = matrices(operation)
            state = self._state_vector.reshape([2] * self.qubit_count)
            self._state_vector = multiplied(matrix, state, operation.targets).ravel()


class PlainDensityMatrix(DensityMatrixSimulation):
    """Likewise."""

    def evolve(self, operations):
        for operation in operations:
            state = self._density_matrix.reshape([2] * 2 * self.qubit_count)
            columns = [target + self.qubit_count for target in operation.targets]
            parts = [
                multiplied(matrix.conj(), multiplied(matrix, state, operation.targets), columns) for matrix in matrices(operation)
            ]
            self._density_matrix = numpy.ascontiguousarray(sum(parts).reshape(self._density_matrix.shape))


class PlainStateVectorSimulator(StateVectorSimulator):
    def initialize_simulation(self, **how):
        return PlainStateVector(how["qubit_count"], how["shots"], how["batch_size"])


class PlainDensityMatrixSimulator(DensityMatrixSimulator):
    def initialize_simulation(self, **how):
        return PlainDensityMatrix(how["qubit_count"], how["shots"])


def matrices(operation) -> list[numpy.ndarray]:
    """Of a gate one, of noise several."""
    if hasattr(operation, "matrices"):
        return operation.matrices
    # each control in turn becomes the high bit, and the first of all qubits is to be that
    return [controlled_matrix(operation.matrix, operation.control_state[::-1])]


def multiplied(matrix: numpy.ndarray, state: numpy.ndarray, axes) -> numpy.ndarray:
    count = len(axes)
    product = numpy.tensordot(matrix.reshape([2] * 2 * count), state, (range(count, 2 * count), axes))
    return numpy.moveaxis(product, range(count), axes)


def braket_counts(source: str, shots: int, noisy: bool = False) -> Counter:
    result = braket(source, shots, noisy)
    return Counter("".join(map(str, word)) for word in result.measurements)


def braket_results(source: str, noisy: bool = False, inputs: dict[str, float] | None = None) -> list:
    return [result.value for result in braket(source, 0, noisy, inputs).resultTypes]


def braket(source: str, shots: int, noisy: bool, inputs: dict[str, float] | None = None):
    simulator = PlainDensityMatrixSimulator() if noisy else PlainStateVectorSimulator()
    try:
        return simulator.run(Program(source=source, inputs=inputs), shots=shots)
    # it fails in many ways, some of them its compiler's
    except Exception as error:
        raise Unable(f"{type(error).__name__}: {str(error)[:200]}") from error
