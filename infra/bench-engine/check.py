"""`make check-engine`: does the quantum engine give the answers that other simulators give?

Counts are held against Qiskit's Aer and Braket's local simulator by chi-squared tests, exact results against Braket's state-vector and
density-matrix simulators, Clifford programs against stim. Prints a line a kind and every disagreement; programs stay in
target/check-engine. SEED= of the random programs, PROGRAMS= of each kind.
"""

import logging
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

import numpy
from qiskit import qasm2, qasm3, transpile
from qiskit.circuit.random import random_circuit

import circuits
import engine
import gates
import oracles
import programs
from agreement import DISTANCE, FALSE_ALARMS, INFIDELITY, distance, infidelity, p_value
from peers import stim_text
from prelude import without_include
from random_programs import Writer

SEED, PROGRAMS = int(os.environ.get("SEED", 1)), int(os.environ.get("PROGRAMS", 60))
SHOTS = 20_000
# each takes a run of its own
WIDE_SHOTS, CROWD = 2_000, 14
# in standard deviations; beyond lies one in 10^11
DEVIATIONS = 7
WIDTH = 8
CLIFFORD_WIDTHS = (3, 30, 64, 65, 200, 1000)
# counts of all kinds together; each test may give a false alarm as seldom as makes FALSE_ALARMS of all
TESTS = 6 * PROGRAMS + 100
STEP = 1e-3
GRADIENT_DISTANCE = 1e-8


class Checks:
    """What was found of each kind of program."""

    def __init__(self):
        self.passed, self.worst = defaultdict(int), {}
        self.failed, self.unable = defaultdict(list), defaultdict(list)

    def check(self, kind: str, name: str, how) -> None:
        """`how` gives a figure and whether it will do."""
        try:
            figure, fits = how()
        except oracles.Unable as error:
            self.unable[kind].append(f"{name}: {error}")
            return
        except engine.Refused as error:
            self.failed[kind].append(f"{name}: refused: {error}")
            return
        except Exception as error:
            self.failed[kind].append(f"{name}: {type(error).__name__}: {error}")
            return
        if fits:
            self.passed[kind] += 1
            self.worst[kind] = max(self.worst.get(kind, figure), figure)
        else:
            self.failed[kind].append(f"{name}: {figure}")

    def report(self) -> int:
        kinds = list(dict.fromkeys([*self.passed, *self.failed, *self.unable]))
        for kind in kinds:
            worst = f", worst {self.worst[kind]:.1e}" if kind in self.worst else ""
            failed, unable = len(self.failed[kind]), len(self.unable[kind])
            print(f"{kind}: {self.passed[kind]} agree{worst}, {failed} do not; {unable} that the other simulator does not run")
            for line in self.failed[kind]:
                print("    " + line.replace("\n", "\n      "))
        total = sum(map(len, self.failed.values()))
        print(f"{total} disagreements in {sum(self.passed.values()) + total} programs; counts raise a false alarm in {FALSE_ALARMS:g} of such runs")
        return min(total, 1)


def same_counts(name: str, source: str, theirs, shots: int = SHOTS):
    """The figure is how far the p-value is below 1, in powers of ten."""

    def how():
        expected = theirs()
        length = len(next(iter(expected)))
        found = Counter()
        # bits that the others do not know come last
        for word, count in engine.counts(name, source, shots).items():
            found[word[:length]] += count
        p = max(p_value(found, expected), 1e-300)
        return -numpy.log10(p), p > FALSE_ALARMS / TESTS

    return how


def algorithms(checks: Checks) -> None:
    for name, build in (programs.ALGORITHMS | programs.DYNAMIC).items():
        circuit = build(WIDTH)
        theirs = lambda: oracles.aer(circuit, SHOTS, SEED)
        checks.check("Qiskit's OpenQASM 3", name, same_counts(f"{name}_3", qasm3.dumps(circuit), theirs))
        if name in programs.DYNAMIC:
            continue
        checks.check("Qiskit's OpenQASM 2", name, same_counts(f"{name}_2", qasm2.dumps(circuit), theirs))
        for basis in (["rz", "sx", "x", "cx"], ["rx", "ry", "rz", "cz"], ["rz", "sx", "x", "ecr"], ["u3", "cx"]):
            native = transpile(circuit, basis_gates=basis, optimization_level=1, seed_transpiler=SEED)
            label = "_".join([name, *basis])
            checks.check("compiled, OpenQASM 3", label, same_counts(f"{label}_3", qasm3.dumps(native), theirs))
            checks.check("compiled, OpenQASM 2", label, same_counts(f"{label}_2", qasm2.dumps(native), theirs))


def folder(checks: Checks) -> None:
    for path in sorted((Path(__file__).parent / "programs").glob("*.qasm")):
        source = path.read_text()
        if "OPENQASM 2.0;" in source:
            circuit = qasm2.loads(source, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
            theirs = lambda: oracles.aer(circuit, SHOTS, SEED)
        else:
            theirs = lambda: oracles.braket_counts(without_include(source), SHOTS)
        checks.check("the folder's programs", path.name, same_counts(path.stem, source, theirs))


def random_dynamic(checks: Checks) -> None:
    """Random circuits of Qiskit's, with measurements, resets and branches in between."""
    for number in range(PROGRAMS):
        circuit = random_circuit(2 + number % 4, 6, max_operands=3, measure=True, conditional=True, reset=True, seed=SEED * 10_000 + number)
        theirs = lambda: oracles.aer(circuit, SHOTS, SEED)
        checks.check("random, measured on the way", str(number), same_counts(f"dynamic_{number}", qasm3.dumps(circuit), theirs))


def random_exact(checks: Checks) -> None:
    for number in range(2 * PROGRAMS):
        noisy = number % 2 == 1
        width = 1 + number % (4 if noisy else 6)
        writer = Writer(SEED * 10_000 + number, max(width, 2)).program(12, noisy)
        source = writer.exact_results(noisy)
        kind = "random, noisy, exact" if noisy else "random, exact"
        checks.check(kind, str(number), same_results(f"exact_{number}", source, noisy))


def same_results(name: str, source: str, noisy: bool):
    def how():
        theirs, ours = oracles.braket_results(source, noisy), engine.results(name, source)
        if len(ours) != len(theirs):
            return f"{len(ours)} results for {len(theirs)}", False
        farthest = max(map(distance, ours, theirs))
        # a state is asked for first where there is one
        apart = 0 if noisy else infidelity(ours[0], theirs[0])
        return farthest, farthest <= DISTANCE and apart <= INFIDELITY

    return how


def random_sampled(checks: Checks) -> None:
    for number in range(PROGRAMS):
        noisy = number % 2 == 1
        writer = Writer(SEED * 20_000 + number, 2 + number % 3).program(10, noisy)
        source = writer.measured()
        theirs = lambda: oracles.braket_counts(source, SHOTS, noisy)
        checks.check("random, noisy, sampled" if noisy else "random, sampled", str(number), same_counts(f"sampled_{number}", source, theirs))


def trajectories(checks: Checks) -> None:
    """Noise on states too wide for a density matrix, made wide by qubits that take part only in the end."""
    for number in range(PROGRAMS // 4):
        writer = Writer(SEED * 40_000 + number, 2 + number % 2).program(8, noisy=True)
        theirs = lambda: oracles.braket_counts(writer.measured(), WIDE_SHOTS, noisy=True)
        checks.check("random, noisy, wide", str(number), same_counts(f"wide_{number}", writer.measured(CROWD), theirs, WIDE_SHOTS))


def sampled_results(checks: Checks) -> None:
    for number in range(PROGRAMS):
        noisy = number % 2 == 1
        sampled, exact = Writer(SEED * 50_000 + number, 2 + number % 3).program(8, noisy).sampled_results()

        def how():
            values = oracles.braket_results(exact, noisy)
            *estimates, samples = (result["value"] for result in engine.run(f"estimate_{number}", sampled, SHOTS)["result_types"])
            # eigenvalues are 1 and -1, so that the standard deviation of a mean is at most this
            deviation = SHOTS**-0.5
            mean = sum(samples) / len(samples)
            figures = [abs(ours - theirs) / deviation for ours, theirs in zip([*estimates, mean], [*values, values[2]], strict=True)]
            # a variance moves by up to twice what its mean does
            return max(figures), max(figures) < 2 * DEVIATIONS and len(samples) == SHOTS

        checks.check("random, estimated from shots", str(number), how)


def gradients(checks: Checks) -> None:
    """Braket's local simulator has no gradient; its expectation values on both sides of the point say what it is."""
    for number in range(PROGRAMS // 4):
        random = Random(SEED * 30_000 + number)
        names, width = ("alpha", "beta", "gamma"), 3
        lines = ["OPENQASM 3.0;", *(f"input float {name};" for name in names), f"qubit[{width}] q;"]
        for name in (*names, *random.choices(names, k=3)):
            gate = random.choice(("rx({}) q[0];", "ry({}) q[1];", "rz({}) q[2];", "xx({}) q[0], q[1];", "cphaseshift({}) q[1], q[2];", "phaseshift({}) q[0];"))
            lines += [gate.format(name), "h q;", "cnot q[0], q[2];"]
        observable = random.choice(("x(q[0])", "z(q[0]) @ y(q[2])", "h(q[1])"))
        inputs = {name: random.uniform(-2, 2) for name in names}
        source = "\n".join(lines) + "\n#pragma braket result {}\n"
        ours = source.format(f"adjoint_gradient expectation({observable}) {', '.join(names)}")
        theirs = source.format(f"expectation {observable}")

        def how():
            value = lambda changed: oracles.braket_results(theirs, inputs=inputs | changed)[0]
            sides = lambda name, step: (value({name: inputs[name] + step}) - value({name: inputs[name] - step})) / (2 * step)
            # two steps take away the error of one
            slopes = {name: (4 * sides(name, STEP) - sides(name, 2 * STEP)) / 3 for name in names}
            found = engine.results(f"gradient_{number}", ours, inputs)[0]
            expected = {"expectation": value({}), "gradient": slopes}
            figure = distance([found[key] for key in expected], list(expected.values()))
            return figure, figure <= GRADIENT_DISTANCE

        checks.check("adjoint gradient", str(number), how)


def clifford(checks: Checks) -> None:
    """Too many words to count: what each word must fulfil, and how often each bit and each sum of two bits is 1."""
    import stim

    for width in CLIFFORD_WIDTHS:
        circuit = circuits.clifford(width, SEED)
        # few layers leave many words impossible
        circuit = gates.Circuit(width, circuit.gates[: 5 * width // 2])
        path = engine.FOLDER / f"clifford_{width}.qasm"
        path.parent.mkdir(parents=True, exist_ok=True)
        gates.write(circuit, path)
        shots = max(2000, 2 * width)

        def how():
            theirs = stim.Circuit(stim_text(circuit)).compile_sampler(seed=SEED).sample(shots)
            counts = engine.counts(path.stem, path.read_text(), shots)
            ours = numpy.array([[bit == "1" for bit in word] for word, count in counts.items() for _ in range(count)])
            if span(ours) != span(theirs) or span(numpy.vstack([ours, theirs])) != span(theirs):
                return f"words of {span(ours)} free bits for {span(theirs)}", False
            order = numpy.random.default_rng(SEED).permutation(width)
            figures = [deviations(ours, theirs), deviations(ours ^ ours[:, order], theirs ^ theirs[:, order])]
            return max(figures), max(figures) < DEVIATIONS

        checks.check("Clifford", f"{width} qubits", how)


def span(words: numpy.ndarray) -> int:
    """How many bits of the words are free: the rank of their differences modulo 2."""
    rows = [int("".join("01"[bit] for bit in word), 2) for word in (words ^ words[0]).astype(int)]
    pivots: dict[int, int] = {}
    for row in rows:
        while row and (pivot := pivots.get(row.bit_length())):
            row ^= pivot
        if row:
            pivots[row.bit_length()] = row
    return len(pivots)


def deviations(ours: numpy.ndarray, theirs: numpy.ndarray) -> float:
    """The largest difference of two means, in standard deviations of it."""
    spread = numpy.sqrt((ours.var(axis=0) + theirs.var(axis=0)) / len(ours))
    return float((numpy.abs(ours.mean(axis=0) - theirs.mean(axis=0)) / numpy.maximum(spread, 1e-9)).max())


def main() -> int:
    logging.disable(logging.WARNING)
    checks = Checks()
    for part in (algorithms, folder, clifford, random_dynamic, random_exact, random_sampled, sampled_results, trajectories, gradients):
        part(checks)
    return checks.report()


sys.exit(main())
