//! Which matrix does a built-in gate have, also raised to a power?

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, FRAC_PI_4, PI, TAU};

use crate::complex::{Complex, IMAGINARY, ONE, ZERO};
use crate::gates::Base;

/// Row by row; of two qubits, the first operand is the high bit of the row number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Matrix {
    Scalar(Complex),
    One([Complex; 4]),
    Two([Complex; 16]),
}

/// A square matrix written out in a program: of a gate, of an observable or of a Kraus operator. Row by row; the first
/// operand is the high bit of the row number.
#[derive(Debug, Clone, PartialEq)]
pub struct Unitary {
    qubits: usize,
    entries: Vec<Complex>,
}

impl Unitary {
    /// `entries` are 4^`qubits`.
    pub fn new(qubits: usize, entries: Vec<Complex>) -> Self {
        debug_assert_eq!(entries.len(), 1 << (2 * qubits));
        Self { qubits, entries }
    }

    pub fn qubits(&self) -> usize {
        self.qubits
    }

    pub fn entries(&self) -> &[Complex] {
        &self.entries
    }

    pub fn scaled(mut self, by: f64) -> Self {
        for entry in &mut self.entries {
            *entry = entry.scaled(by);
        }
        self
    }

    pub fn adjoint(&self) -> Self {
        let size = 1 << self.qubits;
        let at = |index: usize| self.entries[index % size * size + index / size].conjugate();
        Self { qubits: self.qubits, entries: (0..size * size).map(at).collect() }
    }
}

/// The matrix of `base`, then raised to each of `powers` in turn; a fractional power is the principal one.
pub fn matrix(base: Base, angles: &[f64], powers: &[f64]) -> Matrix {
    let plain = match base.targets() {
        0 => Matrix::Scalar(Complex::from_phase(angle(angles, 0))),
        1 => Matrix::One(one_qubit(base, angles)),
        _ => Matrix::Two(two_qubits(base, angles)),
    };
    match powers {
        [] => plain,
        [power] if is_minus_one(*power) => adjoint(plain),
        _ => {
            plain.map_phases(|phase| powers.iter().fold(phase, |phase, power| raise(phase, *power)))
        }
    }
}

impl Matrix {
    /// Applies a function to the phase of each eigenvalue.
    fn map_phases(self, function: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::Scalar(value) => Self::Scalar(Complex::from_phase(function(value.phase()))),
            Self::One(entries) => Self::One(map_pair(entries, &function)),
            Self::Two(entries) => Self::Two(map_four(entries, &function)),
        }
    }
}

fn is_minus_one(power: f64) -> bool {
    (power + 1.0).abs() < f64::EPSILON
}

/// A whole power of an eighth of a half turn is reckoned in eighths, so that large powers stay exact.
fn raise(phase: f64, power: f64) -> f64 {
    let eighths = phase.rem_euclid(TAU) * 8.0 / PI;
    let is_exact = (eighths - eighths.round()).abs() < 1e-12;
    if is_exact && power.fract().abs() <= 0.0 {
        return (eighths.round() * (power % 16.0)).rem_euclid(16.0) * PI / 8.0;
    }
    (principal(phase) * power).rem_euclid(TAU)
}

/// In (-π, π]; what rounding left just above -π is meant as π.
fn principal(phase: f64) -> f64 {
    let turned = phase.rem_euclid(TAU);
    if turned > PI + 1e-9 { turned - TAU } else { turned }
}

fn adjoint(matrix: Matrix) -> Matrix {
    match matrix {
        Matrix::Scalar(value) => Matrix::Scalar(value.conjugate()),
        Matrix::One([a, b, c, d]) => {
            Matrix::One([a.conjugate(), c.conjugate(), b.conjugate(), d.conjugate()])
        }
        Matrix::Two(entries) => {
            Matrix::Two(std::array::from_fn(|at| entries[at % 4 * 4 + at / 4].conjugate()))
        }
    }
}

/// A function of a normal 2×2 matrix, from its two eigenvalues and their projections.
fn map_pair(entries: [Complex; 4], function: &impl Fn(f64) -> f64) -> [Complex; 4] {
    let [a, b, c, d] = entries;
    let middle = (a + d).scaled(0.5);
    let half = (a - d).scaled(0.5);
    let distance = (half * half + b * c).square_root();
    let (first, second) = (middle + distance, middle - distance);
    let (to_first, to_second) = (
        Complex::from_phase(function(first.phase())),
        Complex::from_phase(function(second.phase())),
    );
    if distance.norm_squared() < 1e-28 {
        return [to_first, ZERO, ZERO, to_first];
    }
    let slope = (to_first - to_second) * (first - second).reciprocal();
    [to_second + slope * (a - second), slope * b, slope * c, to_second + slope * (d - second)]
}

/// Every built-in gate on two qubits keeps parity, and so is two 2×2 blocks, except `ecr`, which is its own inverse.
fn map_four(entries: [Complex; 16], function: &impl Fn(f64) -> f64) -> [Complex; 16] {
    let keeps_parity = entries.iter().enumerate().all(|(at, entry)| {
        let odd = (at / 4).count_ones() + (at % 4).count_ones();
        odd % 2 == 0 || entry.norm_squared() < 1e-24
    });
    let mut mapped = [ZERO; 16];
    if keeps_parity {
        for (row, column) in [(0, 3), (1, 2)] {
            let at = [row * 5, row * 4 + column, column * 4 + row, column * 5];
            let block = map_pair(at.map(|index| entries[index]), function);
            for (index, entry) in at.into_iter().zip(block) {
                mapped[index] = entry;
            }
        }
        return mapped;
    }
    let (plus, minus) = (Complex::from_phase(function(0.0)), Complex::from_phase(function(PI)));
    for (at, entry) in mapped.iter_mut().enumerate() {
        let unit = if at % 5 == 0 { ONE } else { ZERO };
        *entry = ((unit + entries[at]) * plus + (unit - entries[at]) * minus).scaled(0.5);
    }
    mapped
}

fn angle(angles: &[f64], at: usize) -> f64 {
    angles.get(at).copied().unwrap_or_default()
}

fn one_qubit(base: Base, angles: &[f64]) -> [Complex; 4] {
    let first = angle(angles, 0);
    let (half_sin, half_cos) = (first / 2.0).sin_cos();
    let cos = Complex::real(half_cos);
    let minus_i_sin = Complex::new(0.0, -half_sin);
    let phase = Complex::from_phase;
    let half = |re: f64, im: f64| Complex::new(re / 2.0, im / 2.0);
    match base {
        Base::Hadamard => [1.0, 1.0, 1.0, -1.0].map(|entry| Complex::real(entry * FRAC_1_SQRT_2)),
        Base::X => [ZERO, ONE, ONE, ZERO],
        Base::Y => [ZERO, -IMAGINARY, IMAGINARY, ZERO],
        Base::Z => diagonal(ONE, -ONE),
        Base::S => diagonal(ONE, IMAGINARY),
        Base::SInverse => diagonal(ONE, -IMAGINARY),
        Base::T => diagonal(ONE, phase(FRAC_PI_4)),
        Base::TInverse => diagonal(ONE, phase(-FRAC_PI_4)),
        Base::V => [half(1.0, 1.0), half(1.0, -1.0), half(1.0, -1.0), half(1.0, 1.0)],
        Base::VInverse => [half(1.0, -1.0), half(1.0, 1.0), half(1.0, 1.0), half(1.0, -1.0)],
        Base::Rx => [cos, minus_i_sin, minus_i_sin, cos],
        Base::Ry => [cos, Complex::real(-half_sin), Complex::real(half_sin), cos],
        Base::Rz => diagonal(phase(-first / 2.0), phase(first / 2.0)),
        Base::Phase => diagonal(ONE, phase(first)),
        Base::U => general(first, angle(angles, 1), angle(angles, 2)),
        Base::U2 => general(FRAC_PI_2, first, angle(angles, 1)),
        Base::UPhase => general(first, angle(angles, 1), angle(angles, 2))
            .map(|entry| entry * phase(angle(angles, 3))),
        Base::Gpi => [ZERO, phase(-first), phase(first), ZERO],
        Base::Gpi2 => [
            Complex::real(FRAC_1_SQRT_2),
            (-IMAGINARY * phase(-first)).scaled(FRAC_1_SQRT_2),
            (-IMAGINARY * phase(first)).scaled(FRAC_1_SQRT_2),
            Complex::real(FRAC_1_SQRT_2),
        ],
        Base::Prx => {
            let around = angle(angles, 1);
            [cos, minus_i_sin * phase(-around), minus_i_sin * phase(around), cos]
        }
        _ => diagonal(ONE, ONE),
    }
}

fn diagonal(zero: Complex, one: Complex) -> [Complex; 4] {
    [zero, ZERO, ZERO, one]
}

/// As Braket defines `U(θ, φ, λ)`: the first entry is real.
fn general(theta: f64, phi: f64, lambda: f64) -> [Complex; 4] {
    let (sin, cos) = (theta / 2.0).sin_cos();
    [
        Complex::real(cos),
        -Complex::from_phase(lambda).scaled(sin),
        Complex::from_phase(phi).scaled(sin),
        Complex::from_phase(phi + lambda).scaled(cos),
    ]
}

fn two_qubits(base: Base, angles: &[f64]) -> [Complex; 16] {
    let first = angle(angles, 0);
    let (half_sin, half_cos) = (first / 2.0).sin_cos();
    let (cos, i_sin) = (Complex::real(half_cos), Complex::new(0.0, half_sin));
    let phase = Complex::from_phase(first);
    let (ahead, behind) = (Complex::from_phase(first / 2.0), Complex::from_phase(-first / 2.0));
    match base {
        Base::Swap => blocks(diagonal(ONE, ONE), [ZERO, ONE, ONE, ZERO]),
        Base::ISwap => blocks(diagonal(ONE, ONE), [ZERO, IMAGINARY, IMAGINARY, ZERO]),
        Base::PSwap => blocks(diagonal(ONE, ONE), [ZERO, phase, phase, ZERO]),
        Base::Xy => blocks(diagonal(ONE, ONE), [cos, i_sin, i_sin, cos]),
        Base::Xx => blocks([cos, -i_sin, -i_sin, cos], [cos, -i_sin, -i_sin, cos]),
        Base::Yy => blocks([cos, i_sin, i_sin, cos], [cos, -i_sin, -i_sin, cos]),
        Base::Zz => blocks(diagonal(behind, behind), diagonal(ahead, ahead)),
        Base::Phase00 => blocks(diagonal(phase, ONE), diagonal(ONE, ONE)),
        Base::Phase01 => blocks(diagonal(ONE, ONE), diagonal(phase, ONE)),
        Base::Phase10 => blocks(diagonal(ONE, ONE), diagonal(ONE, phase)),
        Base::Ms => molmer_sorensen(first, angle(angles, 1), angles.get(2).copied()),
        _ => echoed_cross_resonance(),
    }
}

/// The entries among |00⟩ and |11⟩, and those among |01⟩ and |10⟩.
fn blocks(even: [Complex; 4], odd: [Complex; 4]) -> [Complex; 16] {
    let mut entries = [ZERO; 16];
    for (at, entry) in [0, 3, 12, 15].into_iter().zip(even) {
        entries[at] = entry;
    }
    for (at, entry) in [5, 6, 9, 10].into_iter().zip(odd) {
        entries[at] = entry;
    }
    entries
}

fn molmer_sorensen(first: f64, second: f64, strength: Option<f64>) -> [Complex; 16] {
    let (sin, cos) = (strength.unwrap_or(FRAC_PI_2) / 2.0).sin_cos();
    let minus_i_sin = Complex::new(0.0, -sin);
    let cos = Complex::real(cos);
    let turned = |phase: f64| minus_i_sin * Complex::from_phase(phase);
    blocks(
        [cos, turned(-first - second), turned(first + second), cos],
        [cos, turned(second - first), turned(first - second), cos],
    )
}

fn echoed_cross_resonance() -> [Complex; 16] {
    let (r, i) = (Complex::real(FRAC_1_SQRT_2), Complex::new(0.0, FRAC_1_SQRT_2));
    let o = ZERO;
    [o, o, r, i, o, o, i, r, r, -i, o, o, -i, r, o, o]
}
