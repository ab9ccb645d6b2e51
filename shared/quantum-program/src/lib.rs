//! What does a program that has been understood consist of?
//!
//! A [`Program`] is flat: instructions in the order they run, with blocks marked as in structured code. A front end
//! writes it with a [`Builder`]; analysis, simulation and printing read it. [`Program::bind`] gives its inputs their values.

mod bind;
mod builder;
mod complex;
mod expression;
mod gates;
mod limits;
mod matrices;
mod noise;
pub mod operators;
mod program;
mod results;
mod signs;
#[cfg(test)]
mod tests;
mod value;

pub use bind::{BindError, Circuit, InputValue};
pub use builder::{Builder, Full, NewGate};
pub use complex::{Complex, IMAGINARY, ONE, ZERO};
pub use expression::{Dependence, Expression, ExpressionId, Memory, NoMemory};
pub use gates::{Base, BuiltIn, built_in, similar};
pub use limits::*;
pub use matrices::{Matrix, Unitary, matrix};
pub use noise::{Noise, NoiseKind};
pub use operators::{BinaryOperator, Function, UnaryOperator, Undefined};
pub use program::{
    BitRegister, Gate, Input, InputKind, Instruction, Language, Operands, Output, Parameter,
    Program, QubitRegister, Recorded, Variable, Wire,
};
pub use results::{Factor, GradientTerm, Observable, Pauli, ResultType};
pub use value::{Type, Value};
