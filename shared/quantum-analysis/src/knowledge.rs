//! What is known of a program before it runs, with its inputs or without?

use quantum_program::{
    Circuit, Dependence, Expression, ExpressionId, Gate, Matrix, NoMemory, Parameter, Program,
    matrix,
};

#[derive(Clone, Copy)]
pub(crate) enum Knowledge<'a> {
    Program(&'a Program),
    Circuit(&'a Circuit),
}

impl<'a> Knowledge<'a> {
    pub(crate) fn program(self) -> &'a Program {
        match self {
            Self::Program(program) => program,
            Self::Circuit(circuit) => circuit.program(),
        }
    }

    /// `None` where inputs are missing, or only a run tells.
    pub(crate) fn number(self, parameter: Parameter) -> Option<f64> {
        match (self, parameter) {
            (_, Parameter::Known(value)) => Some(value),
            (Self::Circuit(circuit), _) => circuit.settled(parameter),
            (Self::Program(program), Parameter::Expression(id)) => match program.expression(id) {
                Expression::Known(value) => value.as_float().ok(),
                _ => None,
            },
        }
    }

    /// `None` where inputs are missing, or only a run tells.
    pub(crate) fn truth(self, condition: ExpressionId) -> Option<bool> {
        match self {
            Self::Program(program) => match program.expression(condition) {
                Expression::Known(value) => Some(value.as_bool()),
                _ => None,
            },
            Self::Circuit(circuit) => {
                if circuit.program().dependence(condition) == Dependence::Run {
                    return None;
                }
                circuit.value(condition, &NoMemory).ok().map(|value| value.as_bool())
            }
        }
    }

    /// The matrix of a gate less its controls, if its angles are known.
    pub(crate) fn matrix(self, gate: &Gate) -> Option<Matrix> {
        let program = self.program();
        let angles: Option<Vec<f64>> =
            program.parameters(gate).iter().map(|one| self.number(*one)).collect();
        Some(matrix(gate.base, &angles?, program.powers(gate)))
    }
}
