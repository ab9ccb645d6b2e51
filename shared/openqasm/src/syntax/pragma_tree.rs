//! What can a pragma of Braket say?

use super::ast::{Expression, List, Name, Operand};
use crate::diagnostics::Span;

/// A pragma of Braket.
#[derive(Debug, Clone)]
pub(crate) enum Pragma {
    Unitary {
        matrix: Matrix,
        targets: List<Operand>,
    },
    Noise {
        name: Span,
        parameters: List<Expression>,
        operators: Vec<Matrix>,
        targets: List<Operand>,
    },
    Result(ResultRequest),
}

/// The numbers of a matrix as expressions, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    pub(crate) span: Span,
    pub(crate) rows: Vec<List<Expression>>,
}

#[derive(Debug, Clone)]
pub(crate) enum ResultRequest {
    StateVector,
    /// Quoted texts.
    Amplitude(Vec<Span>),
    /// `None` asks for all qubits.
    Probability(Option<List<Operand>>),
    DensityMatrix(Option<List<Operand>>),
    Expectation(Vec<FactorText>),
    Variance(Vec<FactorText>),
    Sample(Vec<FactorText>),
    AdjointGradient {
        terms: Vec<TermText>,
        inputs: Option<List<Name>>,
    },
}

/// A factor of an observable.
#[derive(Debug, Clone)]
pub(crate) enum FactorText {
    /// Its letter; on all qubits without an operand.
    Letter {
        name: Span,
        operand: Option<Operand>,
    },
    Hermitian {
        matrix: Matrix,
        targets: Option<List<Operand>>,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct TermText {
    pub(crate) coefficient: Option<Expression>,
    pub(crate) is_negative: bool,
    pub(crate) factors: Vec<FactorText>,
}
