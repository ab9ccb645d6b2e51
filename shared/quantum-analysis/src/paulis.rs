//! Which Pauli operators is a small matrix made of?

use quantum_program::{Complex, ZERO};

/// Deviation up to which an entry counts as the number it is near to.
const TOLERANCE: f64 = 1e-9;

/// A tensor product of Pauli operators: bit k of `x` and of `z` is its part on the qubit with value 2^k in the row number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pauli {
    pub(crate) x: usize,
    pub(crate) z: usize,
}

impl Pauli {
    pub(crate) fn is_identity(self) -> bool {
        self.x == 0 && self.z == 0
    }

    pub(crate) fn times(self, other: Self) -> Self {
        Self { x: self.x ^ other.x, z: self.z ^ other.z }
    }

    /// The entry at (`row`, `row` ^ x) of the Hermitian operator.
    pub(crate) fn entry(self, row: usize) -> Complex {
        let phase =
            if is_odd(self.x & self.z) { Complex::new(0.0, 1.0) } else { Complex::real(1.0) };
        if is_odd(self.z & row) { -phase } else { phase }
    }
}

/// The Pauli operators a matrix is the sum of, with their coefficients; `None` if there are more than `most`.
pub(crate) fn expansion(entries: &[Complex], most: usize) -> Option<Vec<(Pauli, Complex)>> {
    let size = entries.len().isqrt();
    let mut terms = Vec::with_capacity(most);
    for x in 0..size {
        if (0..size).all(|row| is_zero(entries[row * size + (row ^ x)])) {
            continue;
        }
        for z in 0..size {
            let pauli = Pauli { x, z };
            let overlap = (0..size).fold(ZERO, |sum, row| {
                sum + entries[row * size + (row ^ x)] * pauli.entry(row).conjugate()
            });
            let coefficient = overlap.scaled(1.0 / size as f64);
            if is_zero(coefficient) {
                continue;
            }
            if terms.len() == most {
                return None;
            }
            terms.push((pauli, coefficient));
        }
    }
    Some(terms)
}

/// U·P·U† for a Pauli operator P on one qubit.
pub(crate) fn image(unitary: &[Complex], generator: Pauli) -> Vec<Complex> {
    let size = unitary.len().isqrt();
    let mut turned = vec![ZERO; unitary.len()];
    for row in 0..size {
        for column in 0..size {
            let from = column ^ generator.x;
            turned[row * size + column] = unitary[row * size + from] * generator.entry(from);
        }
    }
    let mut image = vec![ZERO; unitary.len()];
    for row in 0..size {
        for column in 0..size {
            image[row * size + column] = (0..size).fold(ZERO, |sum, inner| {
                sum + turned[row * size + inner] * unitary[column * size + inner].conjugate()
            });
        }
    }
    image
}

/// The X and the Z of every qubit of a matrix of that size.
pub(crate) fn generators(size: usize) -> impl Iterator<Item = Pauli> {
    let qubits = size.ilog2();
    (0..qubits).flat_map(|qubit| [Pauli { x: 1 << qubit, z: 0 }, Pauli { x: 0, z: 1 << qubit }])
}

pub(crate) fn has_norm(value: Complex, norm: f64) -> bool {
    (value.norm() - norm).abs() < TOLERANCE
}

pub(crate) fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < TOLERANCE
}

fn is_zero(value: Complex) -> bool {
    value.norm_squared() < TOLERANCE * TOLERANCE
}

fn is_odd(mask: usize) -> bool {
    mask.count_ones() % 2 == 1
}
