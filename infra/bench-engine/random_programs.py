"""Random programs in the Braket dialect of OpenQASM 3: every built-in gate, modifiers, gates and subroutines of their own, loops,
branches, matrices, noise and result types. The same ones for the same seed."""

from math import pi
from random import Random

import numpy

# by how many angles and qubits they take
BUILT_IN = {
    (0, 1): ("h", "x", "y", "z", "s", "si", "t", "ti", "v", "vi", "i"),
    (1, 1): ("phaseshift", "rx", "ry", "rz", "gpi", "gpi2"),
    (2, 1): ("prx",),
    (3, 1): ("U",),
    (0, 2): ("cnot", "cy", "cz", "cv", "swap", "iswap", "ecr"),
    (1, 2): ("cphaseshift", "cphaseshift00", "cphaseshift01", "cphaseshift10", "xx", "yy", "zz", "xy", "pswap"),
    (3, 2): ("ms",),
    (0, 3): ("ccnot", "cswap"),
}
# the others have an eigenvalue of -1 that rounding puts on either side of the cut, so that either root is right
FRACTIONAL = ("x", "z", "s", "si", "t", "ti", "v", "vi")
NOISE = {
    "bit_flip": (0.5,),
    "phase_flip": (0.5,),
    "depolarizing": (0.75,),
    "amplitude_damping": (1.0,),
    "phase_damping": (1.0,),
    "generalized_amplitude_damping": (1.0, 1.0),
    "pauli_channel": (0.3, 0.3, 0.3),
}
TWO_QUBIT_NOISE = {"two_qubit_depolarizing": (0.9,), "two_qubit_dephasing": (0.75,)}
OBSERVABLES = ("x", "y", "z", "h", "i")


class Writer:
    def __init__(self, seed: int, width: int):
        self.random = Random(seed)
        self.numbers = numpy.random.default_rng(seed)
        self.width = width
        self.lines = ["OPENQASM 3.0;"]

    def program(self, steps: int, noisy: bool) -> "Writer":
        self.definitions()
        self.lines.append(f"qubit[{self.width}] q;")
        # no simulator leaves out a qubit that something happens to
        self.lines += [f"ry({self.angle()}) q[{qubit}];" for qubit in range(self.width)]
        kinds = [self.gate] * 6 + [self.loop, self.branch, self.own, self.matrix, self.broadcast]
        kinds += [self.noise] * 4 if noisy else []
        for _ in range(steps):
            self.random.choice(kinds)()
        return self

    def definitions(self) -> None:
        self.lines += [
            f"const float slope = {self.angle()};",
            "gate pair(a, b) p, r { rx(a + b) p; ctrl @ phaseshift(a * b / pi) p, r; inv @ s r; }",
            "gate nested(a) p, r, t { pair(a, -a / 2) p, r; pow(0.5) @ x t; negctrl @ pair(a, 0.7) t, p, r; }",
            "def turned(int[32] k, qubit t) { for int i in [1:k] { rz(slope / i) t; } h t; }",
        ]

    def angle(self) -> str:
        plain = f"{self.random.uniform(-pi, pi):.12f}"
        return self.random.choice([plain, plain, f"{self.random.randint(-7, 7)} * pi / {self.random.randint(1, 8)}", "pi/2", "-tau / 3"])

    def qubits(self, count: int) -> list[int]:
        return self.random.sample(range(self.width), count)

    def operands(self, count: int) -> str:
        return ", ".join(f"q[{qubit}]" for qubit in self.qubits(count))

    def gate(self) -> None:
        (angles, targets), names = self.random.choice([entry for entry in BUILT_IN.items() if entry[0][1] <= self.width])
        name = self.random.choice(names)
        modifiers, controls = "", 0
        while self.random.random() < 0.3:
            modifier = self.random.choice(["inv @ ", "ctrl @ ", "negctrl @ ", f"pow({self.random.choice(['2', '-1', '3'])}) @ "])
            if modifier.startswith(("ctrl", "negctrl")):
                if targets + controls == self.width:
                    continue
                controls += 1
            modifiers += modifier
        if name in FRACTIONAL and self.random.random() < 0.2:
            modifiers += "pow(0.5) @ "
        parameters = f"({', '.join(self.angle() for _ in range(angles))})" if angles else ""
        self.lines.append(f"{modifiers}{name}{parameters} {self.operands(targets + controls)};")

    def loop(self) -> None:
        self.lines.append(f"for int i in [0:{self.random.randint(0, self.width - 1)}] {{ rx(slope * i) q[i]; phaseshift({self.angle()}) q[i]; }}")

    def branch(self) -> None:
        condition = self.random.choice(["slope > 0", "slope * slope < 1 && true", "!(2 ** 3 == 8)"])
        self.lines.append(f"if ({condition}) {{ h {self.operands(1)}; }} else {{ ry({self.angle()}) {self.operands(1)}; }}")

    def own(self) -> None:
        calls = [f"pair({self.angle()}, {self.angle()}) {self.operands(2)};", f"turned({self.random.randint(1, 3)}, {self.operands(1)});"]
        if self.width > 2:
            calls.append(f"inv @ nested({self.angle()}) {self.operands(3)};")
        self.lines.append(self.random.choice(calls))

    def matrix(self) -> None:
        count = self.random.randint(1, 2)
        self.lines.append(f"#pragma braket unitary({written(self.unitary(2**count))}) {self.operands(count)}")

    def broadcast(self) -> None:
        self.lines.append(f"{self.random.choice(['h', 't', 'rx(0.2)'])} q;")

    def noise(self) -> None:
        kind = self.random.random()
        if kind < 0.15:
            # two pieces of a unitary of twice the size leave the sum of probabilities at 1
            pieces = self.unitary(4)[:, :2].reshape(2, 2, 2)
            self.lines.append(f"#pragma braket noise kraus({', '.join(map(written, pieces))}) {self.operands(1)}")
            return
        table, count = (NOISE, 1) if kind < 0.75 else (TWO_QUBIT_NOISE, 2)
        name = self.random.choice(list(table))
        chances = ", ".join(f"{self.random.uniform(0, most):.6f}" for most in table[name])
        self.lines.append(f"#pragma braket noise {name}({chances}) {self.operands(count)}")

    def unitary(self, side: int) -> numpy.ndarray:
        shape = (side, side)
        return numpy.linalg.qr(self.numbers.normal(size=shape) + 1j * self.numbers.normal(size=shape))[0]

    def observable(self) -> str:
        if self.random.random() < 0.2:
            half = self.unitary(2)
            return f"hermitian({written(half + half.conj().T)}) {self.operands(1)}"
        count = self.random.randint(1, self.width)
        return " @ ".join(f"{self.random.choice(OBSERVABLES)}(q[{qubit}])" for qubit in self.qubits(count))

    def exact_results(self, mixed: bool) -> str:
        word = format(self.random.randrange(2**self.width), f"0{self.width}b")
        wanted = [] if mixed else ["state_vector", f'amplitude "{word}"']
        wanted += ["probability", f"probability {self.operands(min(2, self.width))}", "density_matrix", f"density_matrix {self.operands(1)}"]
        wanted += [f"{kind} {self.observable()}" for kind in ("expectation", "variance") * 2] + [f"expectation {self.random.choice('xyz')} all"]
        return "\n".join([*self.lines, *(f"#pragma braket result {result}" for result in wanted)]) + "\n"

    def sampled_results(self) -> tuple[str, str]:
        """What shots estimate, one observable a qubit, and the same to be computed exactly."""
        mixed = self.random.sample(range(self.width), self.width)
        single, rest = mixed[0], mixed[1:]
        product = " @ ".join(f"{self.random.choice('xyzh')}(q[{qubit}])" for qubit in rest)
        alone = f"{self.random.choice('xyzh')}(q[{single}])"
        wanted = [f"expectation {alone}", f"variance {alone}", f"expectation {product}", f"variance {product}"]
        exact = "\n".join([*self.lines, *(f"#pragma braket result {result}" for result in wanted)]) + "\n"
        return exact + f"#pragma braket result sample {product}\n", exact

    def measured(self, crowd: int = 0) -> str:
        """`crowd` more qubits make the state wider; they are measured last and change nothing before."""
        declared, *rest = self.lines
        lines = [declared, f"bit[{self.width}] b;"]
        lines += [f"bit[{crowd}] more;", f"qubit[{crowd}] crowd;", "h crowd[0];"] if crowd else []
        lines += [*rest, *(f"cnot q[0], crowd[{qubit}];" for qubit in range(crowd)), "b = measure q;"]
        return "\n".join([*lines, *(["more = measure crowd;"] if crowd else [])]) + "\n"


def written(matrix: numpy.ndarray) -> str:
    number = lambda value: f"{value.real!r}{'-' if value.imag < 0 else '+'}{abs(value.imag)!r}im"
    return "[" + ", ".join("[" + ", ".join(map(number, row.tolist())) + "]" for row in matrix) + "]"
