//! Which gates of the usual libraries are made of several built-in ones?

/// A gate of Qiskit's extended `qelib1.inc`.
#[derive(Debug, PartialEq)]
pub(super) struct Definition {
    pub(super) name: &'static str,
    pub(super) parameters: usize,
    pub(super) qubits: usize,
    pub(super) steps: &'static [Step],
}

impl Eq for Definition {}

#[derive(Debug, PartialEq)]
pub(super) struct Step {
    pub(super) gate: &'static str,
    pub(super) angles: &'static [Angle],
    /// Positions among the gate's qubits.
    pub(super) qubits: &'static [usize],
}

/// A sum of the gate's parameters, each by a factor, and a constant.
#[derive(Debug, PartialEq)]
pub(super) struct Angle {
    pub(super) factors: &'static [f64],
    pub(super) constant: f64,
}

pub(super) fn number(name: &str) -> Option<u32> {
    LIBRARY.iter().position(|gate| gate.name == name).map(super::narrow)
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LIBRARY.iter().map(|gate| gate.name)
}

pub(super) fn at(number: u32) -> &'static Definition {
    &LIBRARY[number as usize]
}

const fn step(gate: &'static str, qubits: &'static [usize]) -> Step {
    Step { gate, angles: &[], qubits }
}

const fn turn(gate: &'static str, angles: &'static [Angle], qubits: &'static [usize]) -> Step {
    Step { gate, angles, qubits }
}

/// That many times the first parameter.
macro_rules! of_first {
    ($factor:expr) => {
        &[Angle { factors: &[$factor], constant: 0.0 }]
    };
}

/// That many times the second parameter.
macro_rules! of_second {
    ($factor:expr) => {
        &[Angle { factors: &[0.0, $factor], constant: 0.0 }]
    };
}

macro_rules! constant {
    ($value:expr) => {
        &[Angle { factors: &[], constant: $value }]
    };
}

const HALF: f64 = std::f64::consts::FRAC_PI_2;

const LIBRARY: &[Definition] = &[
    Definition { name: "u0", parameters: 1, qubits: 1, steps: &[step("i", &[0])] },
    Definition {
        name: "r",
        parameters: 2,
        qubits: 1,
        steps: &[Step {
            gate: "prx",
            angles: &[
                Angle { factors: &[1.0], constant: 0.0 },
                Angle { factors: &[0.0, 1.0], constant: 0.0 },
            ],
            qubits: &[0],
        }],
    },
    Definition {
        name: "dcx",
        parameters: 0,
        qubits: 2,
        steps: &[step("cx", &[0, 1]), step("cx", &[1, 0])],
    },
    Definition {
        name: "rzx",
        parameters: 1,
        qubits: 2,
        steps: &[
            step("h", &[1]),
            step("cx", &[0, 1]),
            turn("rz", of_first!(1.0), &[1]),
            step("cx", &[0, 1]),
            step("h", &[1]),
        ],
    },
    Definition {
        name: "xx_minus_yy",
        parameters: 2,
        qubits: 2,
        steps: &[
            turn("rz", of_second!(-1.0), &[1]),
            turn("rz", constant!(-HALF), &[0]),
            step("sx", &[0]),
            turn("rz", constant!(HALF), &[0]),
            step("s", &[1]),
            step("cx", &[0, 1]),
            turn("ry", of_first!(0.5), &[0]),
            turn("ry", of_first!(-0.5), &[1]),
            step("cx", &[0, 1]),
            step("sdg", &[1]),
            turn("rz", constant!(-HALF), &[0]),
            step("sxdg", &[0]),
            turn("rz", constant!(HALF), &[0]),
            turn("rz", of_second!(1.0), &[1]),
        ],
    },
    Definition {
        name: "xx_plus_yy",
        parameters: 2,
        qubits: 2,
        steps: &[
            turn("rz", of_second!(1.0), &[0]),
            turn("rz", constant!(-HALF), &[1]),
            step("sx", &[1]),
            turn("rz", constant!(HALF), &[1]),
            step("s", &[0]),
            step("cx", &[1, 0]),
            turn("ry", of_first!(-0.5), &[1]),
            turn("ry", of_first!(-0.5), &[0]),
            step("cx", &[1, 0]),
            step("sdg", &[0]),
            turn("rz", constant!(-HALF), &[1]),
            step("sxdg", &[1]),
            turn("rz", constant!(HALF), &[1]),
            turn("rz", of_second!(-1.0), &[0]),
        ],
    },
    Definition {
        name: "rccx",
        parameters: 0,
        qubits: 3,
        steps: &[
            turn(
                "u2",
                &[
                    Angle { factors: &[], constant: 0.0 },
                    Angle { factors: &[], constant: 2.0 * HALF },
                ],
                &[2],
            ),
            step("t", &[2]),
            step("cx", &[1, 2]),
            step("tdg", &[2]),
            step("cx", &[0, 2]),
            step("t", &[2]),
            step("cx", &[1, 2]),
            step("tdg", &[2]),
            turn(
                "u2",
                &[
                    Angle { factors: &[], constant: 0.0 },
                    Angle { factors: &[], constant: 2.0 * HALF },
                ],
                &[2],
            ),
        ],
    },
    Definition {
        name: "rc3x",
        parameters: 0,
        qubits: 4,
        steps: &[
            step("h", &[3]),
            step("t", &[3]),
            step("cx", &[2, 3]),
            step("tdg", &[3]),
            step("h", &[3]),
            step("cx", &[0, 3]),
            step("t", &[3]),
            step("cx", &[1, 3]),
            step("tdg", &[3]),
            step("cx", &[0, 3]),
            step("t", &[3]),
            step("cx", &[1, 3]),
            step("tdg", &[3]),
            step("h", &[3]),
            step("t", &[3]),
            step("cx", &[2, 3]),
            step("tdg", &[3]),
            step("h", &[3]),
        ],
    },
];
