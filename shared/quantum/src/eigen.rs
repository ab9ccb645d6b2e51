//! Which eigenvalues and eigenvectors does a small Hermitian matrix have?

use quantum_program::{Complex, ONE, Unitary, ZERO};

/// Sweeps over all pairs of rows; five or six are enough, each squares what is left.
const MOST_SWEEPS: usize = 60;
/// What may be left off the diagonal, of a matrix of norm 1.
const NOTHING: f64 = 1e-15;

/// Eigenvalues, and a matrix whose columns are their eigenvectors, by Jacobi's rotations. Only the Hermitian part counts.
pub(crate) fn eigen(matrix: &Unitary) -> (Vec<f64>, Unitary) {
    let size = 1_usize << matrix.qubits();
    let given = matrix.entries();
    let mut left: Vec<Complex> = (0..size * size)
        .map(|at| (given[at] + given[at % size * size + at / size].conjugate()).scaled(0.5))
        .collect();
    let mut vectors: Vec<Complex> =
        (0..size * size).map(|at| if at.is_multiple_of(size + 1) { ONE } else { ZERO }).collect();
    let norm = left.iter().map(|entry| entry.norm_squared()).sum::<f64>().sqrt();
    for _ in 0..MOST_SWEEPS {
        let mut turned = false;
        for row in 0..size {
            for column in row + 1..size {
                if left[row * size + column].norm() > NOTHING * norm {
                    rotate(&mut left, &mut vectors, size, (row, column));
                    turned = true;
                }
            }
        }
        if !turned {
            break;
        }
    }
    let values = (0..size).map(|at| left[at * (size + 1)].re).collect();
    (values, Unitary::new(matrix.qubits(), vectors))
}

/// Makes the entry at a row and a column, and its mirror image, 0.
fn rotate(left: &mut [Complex], vectors: &mut [Complex], size: usize, (p, q): (usize, usize)) {
    let off = left[p * size + q];
    let (first, second) = (left[p * (size + 1)].re, left[q * (size + 1)].re);
    let slope = (second - first) / (2.0 * off.norm());
    let tangent = slope.signum() / (slope.abs() + slope.hypot(1.0));
    let cos = 1.0 / tangent.hypot(1.0);
    let sin = Complex::from_phase(off.phase()).scaled(tangent * cos);
    for row in 0..size {
        mix(left, row * size + p, row * size + q, cos, sin);
        mix(vectors, row * size + p, row * size + q, cos, sin);
    }
    for column in 0..size {
        mix(left, p * size + column, q * size + column, cos, sin.conjugate());
    }
}

fn mix(entries: &mut [Complex], first: usize, second: usize, cos: f64, sin: Complex) {
    let (a, b) = (entries[first], entries[second]);
    entries[first] = a.scaled(cos) - sin.conjugate() * b;
    entries[second] = sin * a + b.scaled(cos);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::hermitian;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_matrix_is_put_together_again_from_its_eigenvalues_and_eigenvectors(
            entries in proptest::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 64),
        ) {
            let matrix = hermitian(3, &entries);
            let (values, vectors) = eigen(&matrix);
            let at = |row: usize, column: usize| vectors.entries()[row * 8 + column];
            for row in 0..8 {
                for column in 0..8 {
                    let sum = (0..8).fold(ZERO, |sum, k| {
                        sum + at(row, k).scaled(values[k]) * at(column, k).conjugate()
                    });
                    let unit = (0..8).fold(ZERO, |sum, k| {
                        sum + at(k, row).conjugate() * at(k, column)
                    });
                    let wanted = if row == column { ONE } else { ZERO };
                    prop_assert!((sum - matrix.entries()[row * 8 + column]).norm() < 1e-13);
                    prop_assert!((unit - wanted).norm() < 1e-13);
                }
            }
        }
    }
}
