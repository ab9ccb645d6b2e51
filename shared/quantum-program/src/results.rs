//! What may a program ask for besides counts?

use std::sync::Arc;

use crate::matrices::Unitary;
use crate::program::Parameter;

/// A result pragma of Braket. Qubits are positions in the program.
#[derive(Debug, Clone, PartialEq)]
pub enum ResultType {
    StateVector,
    /// Basis states as text, the first qubit first.
    Amplitude {
        states: Vec<String>,
    },
    /// `None` asks for all qubits.
    Probability {
        targets: Option<Vec<u32>>,
    },
    DensityMatrix {
        targets: Option<Vec<u32>>,
    },
    Expectation(Observable),
    Variance(Observable),
    Sample(Observable),
    AdjointGradient {
        /// The observable is their sum.
        terms: Vec<GradientTerm>,
        /// Numbers of the inputs to derive by.
        inputs: Vec<u32>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct GradientTerm {
    pub coefficient: Parameter,
    pub observable: Observable,
}

/// A tensor product, or one factor measured on each qubit by itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Observable {
    Product(Vec<Factor>),
    /// One value for each qubit, in their order.
    OnEach(Pauli),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Factor {
    Pauli(Pauli, u32),
    /// On as many qubits as the matrix has, the first one being the high bit of the row number.
    Hermitian(Arc<Unitary>, Vec<u32>),
}

/// An observable with a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pauli {
    I,
    X,
    Y,
    Z,
    H,
}

impl Pauli {
    /// As Braket writes it.
    pub fn letter(self) -> &'static str {
        match self {
            Self::I => "i",
            Self::X => "x",
            Self::Y => "y",
            Self::Z => "z",
            Self::H => "h",
        }
    }
}

impl Factor {
    pub fn targets(&self) -> &[u32] {
        match self {
            Self::Pauli(_, target) => std::slice::from_ref(target),
            Self::Hermitian(_, targets) => targets,
        }
    }
}
