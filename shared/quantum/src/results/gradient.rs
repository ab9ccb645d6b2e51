//! How does an expectation change with the inputs?
//!
//! The adjoint method: the final state and the observable applied to it are taken back gate by gate, and between them stands the
//! derivative of each gate that depends on an input. It takes as many passes as the circuit has gates, whatever the inputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use quantum_kernels::vector::{Operations, State};
use quantum_program::{
    Base, BinaryOperator, Circuit, Complex, Expression, ExpressionId, Factor, Function, Gate,
    GradientTerm, Instruction, Matrix, NoMemory, Observable, Parameter, Pauli, UnaryOperator,
    Unitary, matrix,
};

use super::ResultValue;
use crate::density::Density;
use crate::machine::{Control, Machine};
use crate::progress::Meter;
use crate::run::SimulationError;
use crate::schedule::Schedule;
use crate::vector::{Vector, failed};

/// Steps of a central difference where no exact rule holds: the error is about its fourth power.
const STEP: f64 = 1e-3;

/// A state from which a gradient can be had, if it is pure.
pub(crate) trait Finish {
    fn gradient(
        &mut self,
        circuit: &Circuit,
        schedule: &Schedule,
        asked: (&[GradientTerm], &[u32]),
        meter: &mut Meter<'_>,
    ) -> Result<ResultValue, SimulationError>;
}

impl Finish for Vector<f64> {
    fn gradient(
        &mut self,
        circuit: &Circuit,
        schedule: &Schedule,
        (terms, inputs): (&[GradientTerm], &[u32]),
        meter: &mut Meter<'_>,
    ) -> Result<ResultValue, SimulationError> {
        if circuit.program().has_feedback() {
            let help = "write out what is decided in the run";
            return Err(SimulationError::NoGradient { help });
        }
        Pure { circuit, schedule }.gradient(terms, inputs, self, meter)
    }
}

impl Finish for Density {
    fn gradient(
        &mut self,
        _: &Circuit,
        _: &Schedule,
        _: (&[GradientTerm], &[u32]),
        _: &mut Meter<'_>,
    ) -> Result<ResultValue, SimulationError> {
        Err(SimulationError::NoGradient { help: "remove the noise" })
    }
}

/// A circuit of gates alone.
struct Pure<'a> {
    circuit: &'a Circuit,
    schedule: &'a Schedule,
}

impl Pure<'_> {
    /// The expectation of the sum of the terms, and its derivatives by the inputs.
    fn gradient(
        &self,
        terms: &[GradientTerm],
        inputs: &[u32],
        last: &Vector<f64>,
        meter: &mut Meter<'_>,
    ) -> Result<ResultValue, SimulationError> {
        let mut state = last.copy()?;
        let (mut other, direct) = self.observed(terms, &state, meter)?;
        let expectation = other.state.inner_product(&state.state).map_err(failed)?.re;
        let slopes: Vec<Vec<f64>> =
            inputs.iter().map(|input| slopes(self.circuit, *input)).collect();
        let mut gradient: Vec<f64> =
            slopes.iter().map(|slopes| direct_part(terms, &direct, slopes)).collect();
        for instruction in self.circuit.program().instructions().iter().rev() {
            self.back(instruction, &mut state)?;
            if let Instruction::Gate(gate) = instruction {
                self.derive(gate, &slopes, [&mut state, &mut other], &mut gradient, meter)?;
            }
            self.back(instruction, &mut other)?;
        }
        let names = inputs
            .iter()
            .map(|input| self.circuit.program().inputs()[*input as usize].name.clone());
        let gradient: BTreeMap<String, f64> = names.zip(gradient).collect();
        Ok(ResultValue::Gradient { expectation, gradient })
    }

    /// The observable applied to the state, and the expectation of each term without its coefficient.
    fn observed(
        &self,
        terms: &[GradientTerm],
        state: &Vector<f64>,
        meter: &mut Meter<'_>,
    ) -> Result<(Vector<f64>, Vec<f64>), SimulationError> {
        let mut sum: Option<Vector<f64>> = None;
        let mut expectations = Vec::new();
        for term in terms {
            let mut part = state.copy()?;
            for (matrix, targets) in self.factors(&term.observable) {
                part.unitary(&matrix, &targets)?;
            }
            part.settle(meter)?;
            let expectation = state.state.inner_product(&part.state).map_err(failed)?.re;
            expectations.push(expectation);
            let coefficient = self.circuit.settled(term.coefficient).unwrap_or_default();
            match &mut sum {
                None => {
                    part.state.scale(coefficient);
                    sum = Some(part);
                }
                Some(sum) => sum.state.add_scaled(&part.state, coefficient).map_err(failed)?,
            }
        }
        Ok((
            sum.ok_or(SimulationError::NoGradient { help: "give it an observable" })?,
            expectations,
        ))
    }

    fn factors(&self, observable: &Observable) -> Vec<(Arc<Unitary>, Vec<usize>)> {
        let position = |qubit: &u32| self.schedule.position(*qubit).unwrap_or_default();
        match observable {
            // a sum over the qubits has no place in a gradient: the front end refuses it
            Observable::OnEach(_) => Vec::new(),
            Observable::Product(factors) => factors
                .iter()
                .map(|factor| {
                    let matrix = match factor {
                        Factor::Pauli(letter, _) => Arc::new(pauli(*letter)),
                        Factor::Hermitian(matrix, _) => Arc::clone(matrix),
                    };
                    (matrix, factor.targets().iter().map(position).collect())
                })
                .collect(),
        }
    }

    /// Takes an instruction back.
    fn back(
        &self,
        instruction: &Instruction,
        state: &mut Vector<f64>,
    ) -> Result<(), SimulationError> {
        let program = self.circuit.program();
        match instruction {
            Instruction::Gate(gate) => {
                let matrix = self.matrix(gate)?;
                let (controls, targets) = self.operands(gate);
                state.gate(&adjoint(matrix), &controls, &targets)
            }
            Instruction::Unitary { matrix, targets } => {
                let qubits = program.qubits(*targets);
                let targets: Vec<usize> =
                    qubits.filter_map(|qubit| self.schedule.position(qubit)).collect();
                state.unitary(&program.unitary(*matrix).adjoint(), &targets)
            }
            _ => Ok(()),
        }
    }

    /// Adds what a gate has to do with the inputs: 2·Re⟨other|dU|state⟩ times the slope of each of its angles.
    fn derive(
        &self,
        gate: &Gate,
        slopes: &[Vec<f64>],
        [state, other]: [&mut Vector<f64>; 2],
        gradient: &mut [f64],
        meter: &mut Meter<'_>,
    ) -> Result<(), SimulationError> {
        let parameters = self.circuit.program().parameters(gate);
        for (number, parameter) in parameters.iter().enumerate() {
            let Parameter::Expression(id) = parameter else {
                continue;
            };
            let own: Vec<f64> = slopes.iter().map(|slopes| slopes[id.index()]).collect();
            if own.iter().all(|slope| slope.abs() <= 0.0) {
                continue;
            }
            state.settle(meter)?;
            other.settle(meter)?;
            let mut changed = state.copy()?;
            self.apply_derivative(gate, number, &mut changed, meter)?;
            let product = changed.state.inner_product(&other.state).map_err(failed)?.re;
            for (sum, slope) in gradient.iter_mut().zip(own) {
                *sum += 2.0 * product * slope;
            }
        }
        Ok(())
    }

    /// Where the controls do not hold, a gate does not change with its angle: nothing is left there.
    fn apply_derivative(
        &self,
        gate: &Gate,
        parameter: usize,
        state: &mut Vector<f64>,
        meter: &mut Meter<'_>,
    ) -> Result<(), SimulationError> {
        let (controls, targets) = self.operands(gate);
        state.gate(&self.derivative(gate, parameter)?, &controls, &targets)?;
        state.settle(meter)?;
        let mut rest = Operations::new(state.state.positions());
        for control in controls {
            let mut kept = [quantum_kernels::vector::Complex { re: 0.0, im: 0.0 }; 2];
            kept[usize::from(control.value)].re = 1.0;
            rest.diagonal(&[control.position], &[], &kept)
                .map_err(|_| SimulationError::TooManyOutcomes)?;
        }
        apply(&mut state.state, &rest)
    }

    fn matrix(&self, gate: &Gate) -> Result<Matrix, SimulationError> {
        self.circuit.matrix(gate, &NoMemory).map_err(|reason| SimulationError::Undefined {
            reason,
            line: 0,
            column: 0,
        })
    }

    fn operands(&self, gate: &Gate) -> (Vec<Control>, Vec<usize>) {
        let (mut controls, mut targets) = (Vec::new(), Vec::new());
        for (index, wire) in self.circuit.program().operands(gate).iter().enumerate() {
            let Some(position) = self.schedule.position(wire.qubit()) else {
                continue;
            };
            if index < gate.controls() {
                controls.push(Control { position, value: wire.is_on_one() });
            } else {
                targets.push(position);
            }
        }
        (controls, targets)
    }

    /// Of the gate's matrix by one of its angles.
    fn derivative(&self, gate: &Gate, parameter: usize) -> Result<Matrix, SimulationError> {
        let program = self.circuit.program();
        let angles: Vec<f64> = program
            .parameters(gate)
            .iter()
            .map(|one| self.circuit.settled(*one).unwrap_or_default())
            .collect();
        let powers = program.powers(gate);
        let at = |shift: f64| {
            let mut angles = angles.clone();
            angles[parameter] += shift;
            matrix(gate.base, &angles, powers)
        };
        let is_plain = powers.iter().all(|power| (power.abs() - 1.0).abs() <= 0.0);
        Ok(if is_plain { shifted(at) } else { difference(at) })
    }
}

fn pauli(letter: Pauli) -> Unitary {
    let base = match letter {
        Pauli::I => Base::Identity,
        Pauli::X => Base::X,
        Pauli::Y => Base::Y,
        Pauli::Z => Base::Z,
        Pauli::H => Base::Hadamard,
    };
    match matrix(base, &[], &[]) {
        Matrix::One(entries) => Unitary::new(1, entries.to_vec()),
        _ => Unitary::new(0, vec![quantum_program::ONE]),
    }
}

fn apply(state: &mut State<f64>, operations: &Operations) -> Result<(), SimulationError> {
    state.apply(operations, &mut |_| std::ops::ControlFlow::Continue(())).map_err(failed)
}

/// Exact for what turns with half and whole angles, as all entries of built-in gates do: f' = Σ c·(f(s) - f(-s)), where
/// 2c·sin(s/2) add up to 1/2 and 2c·sin(s) to 1.
fn shifted(at: impl Fn(f64) -> Matrix) -> Matrix {
    use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};
    let quarter = 0.5;
    let half = 0.25 - quarter * FRAC_PI_4.sin();
    combine(&[
        (quarter, at(FRAC_PI_2)),
        (-quarter, at(-FRAC_PI_2)),
        (half, at(PI)),
        (-half, at(-PI)),
    ])
}

fn difference(at: impl Fn(f64) -> Matrix) -> Matrix {
    let (near, far) = (2.0 / (3.0 * STEP), -1.0 / (12.0 * STEP));
    combine(&[(near, at(STEP)), (-near, at(-STEP)), (far, at(2.0 * STEP)), (-far, at(-2.0 * STEP))])
}

fn combine(parts: &[(f64, Matrix)]) -> Matrix {
    let sum = |entry: &dyn Fn(&Matrix) -> Complex| {
        parts.iter().fold(quantum_program::ZERO, |sum, (factor, matrix)| {
            sum + entry(matrix).scaled(*factor)
        })
    };
    let none = quantum_program::ZERO;
    match parts[0].1 {
        Matrix::Scalar(_) => Matrix::Scalar(sum(&|matrix| match matrix {
            Matrix::Scalar(value) => *value,
            _ => none,
        })),
        Matrix::One(_) => Matrix::One(std::array::from_fn(|at| {
            sum(&|matrix| match matrix {
                Matrix::One(entries) => entries[at],
                _ => none,
            })
        })),
        Matrix::Two(_) => Matrix::Two(std::array::from_fn(|at| {
            sum(&|matrix| match matrix {
                Matrix::Two(entries) => entries[at],
                _ => none,
            })
        })),
    }
}

fn adjoint(matrix: Matrix) -> Matrix {
    match matrix {
        Matrix::Scalar(value) => Matrix::Scalar(value.conjugate()),
        Matrix::One(entries) => {
            Matrix::One(std::array::from_fn(|at| entries[at % 2 * 2 + at / 2].conjugate()))
        }
        Matrix::Two(entries) => {
            Matrix::Two(std::array::from_fn(|at| entries[at % 4 * 4 + at / 4].conjugate()))
        }
    }
}

/// What the coefficients have to do with an input.
fn direct_part(terms: &[GradientTerm], expectations: &[f64], slopes: &[f64]) -> f64 {
    let slope = |term: &GradientTerm| match term.coefficient {
        Parameter::Known(_) => 0.0,
        Parameter::Expression(id) => slopes[id.index()],
    };
    terms.iter().zip(expectations).map(|(term, expectation)| slope(term) * expectation).sum()
}

/// The derivative of every expression by an input; 0 where it has none.
fn slopes(circuit: &Circuit, input: u32) -> Vec<f64> {
    let program = circuit.program();
    let mut slopes = Vec::with_capacity(program.expressions().len());
    for expression in program.expressions() {
        let slope = slope(circuit, *expression, input, &slopes);
        slopes.push(if slope.is_finite() { slope } else { 0.0 });
    }
    slopes
}

fn slope(circuit: &Circuit, expression: Expression, input: u32, slopes: &[f64]) -> f64 {
    let of = |id: ExpressionId| slopes[id.index()];
    let value = |id: ExpressionId| circuit.settled(Parameter::Expression(id)).unwrap_or_default();
    match expression {
        Expression::Input(number) => f64::from(u8::from(number == input)),
        Expression::Unary(UnaryOperator::Negate, inner) => -of(inner),
        Expression::Cast(_, inner) => of(inner),
        Expression::Call(function, inner) => of(inner) * function_slope(function, value(inner)),
        Expression::Binary(operator, left, right) => {
            let (a, b, da, db) = (value(left), value(right), of(left), of(right));
            match operator {
                BinaryOperator::Add => da + db,
                BinaryOperator::Subtract => da - db,
                BinaryOperator::Multiply => da * b + a * db,
                BinaryOperator::Divide | BinaryOperator::RealDivide => (da * b - a * db) / (b * b),
                BinaryOperator::Power => {
                    let by_base = if da.abs() > 0.0 { da * b * a.powf(b - 1.0) } else { 0.0 };
                    let by_exponent = if db.abs() > 0.0 { db * a.ln() * a.powf(b) } else { 0.0 };
                    by_base + by_exponent
                }
                BinaryOperator::Remainder => da,
                _ => 0.0,
            }
        }
        _ => 0.0,
    }
}

fn function_slope(function: Function, x: f64) -> f64 {
    match function {
        Function::Sin => x.cos(),
        Function::Cos => -x.sin(),
        Function::Tan => x.cos().powi(-2),
        Function::Arcsin => (1.0 - x * x).sqrt().recip(),
        Function::Arccos => -(1.0 - x * x).sqrt().recip(),
        Function::Arctan => (1.0 + x * x).recip(),
        Function::Exp => x.exp(),
        Function::Ln => x.recip(),
        Function::Sqrt => 0.5 / x.sqrt(),
        Function::Abs => x.signum(),
        Function::Real => 1.0,
        Function::Floor | Function::Ceiling | Function::Imaginary | Function::PopCount => 0.0,
    }
}
