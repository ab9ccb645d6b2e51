//! The matrices of gates, as textbooks write them: the first qubit is the high bit.

use std::f64::consts::FRAC_1_SQRT_2;

pub(super) type Complex = [f64; 2];
pub(super) type Matrix1 = [Complex; 4];
pub(super) type Matrix2 = [Complex; 16];

const O: Complex = [0.0, 0.0];
const L: Complex = [1.0, 0.0];
const I: Complex = [0.0, 1.0];
const MINUS: Complex = [-1.0, 0.0];
const MINUS_I: Complex = [0.0, -1.0];
const R: Complex = [FRAC_1_SQRT_2, 0.0];
const RI: Complex = [0.0, FRAC_1_SQRT_2];
const MINUS_R: Complex = [-FRAC_1_SQRT_2, 0.0];
const MINUS_RI: Complex = [0.0, -FRAC_1_SQRT_2];

pub(super) const IDENTITY: Matrix1 = [L, O, O, L];
pub(super) const X: Matrix1 = [O, L, L, O];
pub(super) const Y: Matrix1 = [O, MINUS_I, I, O];
pub(super) const Z: Matrix1 = [L, O, O, MINUS];
pub(super) const H: Matrix1 = [R, R, R, MINUS_R];
pub(super) const S: Matrix1 = [L, O, O, I];
pub(super) const SDG: Matrix1 = [L, O, O, MINUS_I];
pub(super) const SX: Matrix1 = [[0.5, 0.5], [0.5, -0.5], [0.5, -0.5], [0.5, 0.5]];
pub(super) const SXDG: Matrix1 = [[0.5, -0.5], [0.5, 0.5], [0.5, 0.5], [0.5, -0.5]];
pub(super) const T: Matrix1 = [L, O, O, [FRAC_1_SQRT_2, FRAC_1_SQRT_2]];

pub(super) const CX: Matrix2 = [L, O, O, O, O, L, O, O, O, O, O, L, O, O, L, O];
pub(super) const CY: Matrix2 = [L, O, O, O, O, L, O, O, O, O, O, MINUS_I, O, O, I, O];
pub(super) const CZ: Matrix2 = [L, O, O, O, O, L, O, O, O, O, L, O, O, O, O, MINUS];
pub(super) const CS: Matrix2 = [L, O, O, O, O, L, O, O, O, O, L, O, O, O, O, I];
pub(super) const SWAP: Matrix2 = [L, O, O, O, O, O, L, O, O, L, O, O, O, O, O, L];
pub(super) const ISWAP: Matrix2 = [L, O, O, O, O, O, I, O, O, I, O, O, O, O, O, L];
pub(super) const ECR: Matrix2 = [O, O, R, RI, O, O, RI, R, R, MINUS_RI, O, O, MINUS_RI, R, O, O];

pub(super) fn times(a: Complex, b: Complex) -> Complex {
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

fn plus(a: Complex, b: Complex) -> Complex {
    [a[0] + b[0], a[1] + b[1]]
}

/// `next · first`: the matrix of `first`, then `next`.
pub(super) fn product<const LENGTH: usize>(
    next: &[Complex; LENGTH],
    first: &[Complex; LENGTH],
) -> [Complex; LENGTH] {
    let side = LENGTH.isqrt();
    std::array::from_fn(|at| {
        let (row, column) = (at / side, at % side);
        (0..side).fold(O, |sum, inner| {
            plus(sum, times(next[row * side + inner], first[inner * side + column]))
        })
    })
}

/// The one on the first qubit, the other on the second.
pub(super) fn beside(first: &Matrix1, second: &Matrix1) -> Matrix2 {
    std::array::from_fn(|at| {
        let (row, column) = (at / 4, at % 4);
        times(first[row / 2 * 2 + column / 2], second[row % 2 * 2 + column % 2])
    })
}

/// Each of the 24 Clifford gates of one qubit.
pub(super) fn one_qubit_cliffords() -> Vec<Matrix1> {
    let axes = [IDENTITY, product(&S, &H), product(&H, &product(&SDG, &IDENTITY))];
    let mut all = Vec::new();
    for axis in axes {
        for turn in [IDENTITY, H] {
            for pauli in [IDENTITY, X, Y, Z] {
                all.push(product(&pauli, &product(&turn, &axis)));
            }
        }
    }
    all
}
