//! Which matrix is written out in a pragma, and is it what it has to be?

use std::sync::Arc;

use quantum_program::{MAX_UNITARY_QUBITS, ONE, Unitary, ZERO};

use super::evaluation::Cell;
use super::{Lowered, Lowering, undefined};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::pragma_tree::Matrix;

/// What rounding may have done to the numbers as they are written; Braket allows as much.
const TOLERANCE: f64 = 1e-5;

impl Lowering<'_> {
    pub(super) fn matrix(&mut self, matrix: &Matrix) -> Lowered<Unitary> {
        let document = self.document;
        let size = matrix.rows.len();
        let qubits = size.trailing_zeros() as usize;
        if !size.is_power_of_two() || size < 2 {
            return Err(not_square(matrix.span));
        }
        if qubits > MAX_UNITARY_QUBITS {
            return Err(Fault::new(
                Code::Limit,
                matrix.span,
                format!("a matrix acts on at most {MAX_UNITARY_QUBITS} qubits"),
                "write it as several gates",
            ));
        }
        let mut entries = Vec::with_capacity(size * size);
        for row in &matrix.rows {
            if row.len() != size {
                return Err(not_square(matrix.span));
            }
            for entry in row.of(&document.arenas.expressions) {
                let span = self.span_of(*entry);
                let Cell::Known(value) = self.cell(*entry)? else {
                    return Err(Fault::new(
                        Code::NotConstant,
                        span,
                        "a matrix cannot depend on an input",
                        "use gates with parameters",
                    ));
                };
                entries.push(value.as_complex().map_err(|reason| undefined(span, reason))?);
            }
        }
        Ok(Unitary::new(qubits, entries))
    }

    pub(super) fn unitary_matrix(&mut self, matrix: &Matrix) -> Lowered<Arc<Unitary>> {
        let unitary = self.matrix(matrix)?;
        if !is_complete(std::slice::from_ref(&unitary)) {
            return Err(Fault::new(
                Code::Matrix,
                matrix.span,
                "this matrix is not unitary",
                "write the numbers with more digits; its inverse must be its conjugate transpose",
            ));
        }
        Ok(Arc::new(unitary))
    }

    pub(super) fn hermitian_matrix(&mut self, matrix: &Matrix) -> Lowered<Arc<Unitary>> {
        let hermitian = self.matrix(matrix)?;
        let adjoint = hermitian.adjoint();
        let pairs = hermitian.entries().iter().zip(adjoint.entries());
        if pairs.clone().any(|(a, b)| (*a - *b).norm_squared() > TOLERANCE * TOLERANCE) {
            return Err(Fault::new(
                Code::Matrix,
                matrix.span,
                "this matrix is not Hermitian",
                "each entry must be the conjugate of the one mirrored at the diagonal",
            ));
        }
        Ok(Arc::new(hermitian))
    }

    pub(super) fn kraus_matrices(
        &mut self,
        matrices: &[Matrix],
        span: Span,
    ) -> Lowered<Vec<Arc<Unitary>>> {
        let mut operators = Vec::with_capacity(matrices.len());
        for matrix in matrices {
            operators.push(self.matrix(matrix)?);
        }
        let qubits = operators.first().map_or(0, Unitary::qubits);
        if operators.iter().any(|operator| operator.qubits() != qubits) {
            return Err(Fault::new(
                Code::Matrix,
                span,
                "the operators of the channel have different sizes",
                "write all of them for the same number of qubits",
            ));
        }
        if !is_complete(&operators) {
            return Err(Fault::new(
                Code::Matrix,
                span,
                "these operators are not those of a channel",
                "the sum of their conjugate transposes times themselves must be the identity",
            ));
        }
        Ok(operators.into_iter().map(Arc::new).collect())
    }
}

/// Whether the sum of K†K is the identity; the first entry that is not decides.
fn is_complete(operators: &[Unitary]) -> bool {
    let size = operators.first().map_or(0, |operator| 1_usize << operator.qubits());
    (0..size * size).all(|at| {
        let (row, column) = (at / size, at % size);
        let mut sum = if row == column { -ONE } else { ZERO };
        for operator in operators {
            for entries in operator.entries().chunks_exact(size) {
                sum = sum + entries[row].conjugate() * entries[column];
            }
        }
        sum.norm_squared() <= TOLERANCE * TOLERANCE
    })
}

fn not_square(span: Span) -> Box<Fault> {
    Fault::new(
        Code::Matrix,
        span,
        "a matrix has as many rows as columns: 2, 4, 8 or more for each further qubit",
        "write for example `[[0, 1], [1, 0]]`",
    )
}
