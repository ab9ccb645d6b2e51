//! Runs a program branch by branch, slowly and plainly, so that tests can say what it means.

use std::collections::BTreeMap;
use std::sync::Arc;

use openqasm::{Diagnostic, parse};
use quantum_program::{
    Circuit, Complex, Gate, InputValue, Instruction, Matrix, Memory, ONE, Program, Value, Wire,
    ZERO, matrix,
};

pub(crate) type Distribution = BTreeMap<String, f64>;

/// One way a run may go.
#[derive(Clone)]
struct Branch {
    state: Vec<Complex>,
    bits: Vec<bool>,
    variables: Vec<Value>,
    at: usize,
}

impl Memory for Branch {
    fn variable(&self, number: u32) -> Value {
        self.variables[number as usize]
    }

    fn bit(&self, number: u32) -> bool {
        self.bits[number as usize]
    }
}

#[track_caller]
pub(crate) fn program(source: &str) -> Arc<Program> {
    match parse(source) {
        Ok(parsed) => Arc::clone(parsed.program()),
        Err(diagnostics) => panic!("{diagnostics}"),
    }
}

#[track_caller]
pub(crate) fn first_error(source: &str) -> Diagnostic {
    let errors = parse(source).expect_err("the program is refused");
    errors.into_iter().next().expect("a refusal says why")
}

/// The codes, lines and columns of what is wrong.
#[track_caller]
pub(crate) fn errors(source: &str) -> Vec<(&'static str, usize, usize)> {
    let errors = parse(source).expect_err("the program is refused");
    errors.iter().map(|error| (error.code.as_str(), error.line, error.column)).collect()
}

#[track_caller]
pub(crate) fn warnings(source: &str) -> Vec<(&'static str, usize, usize)> {
    match parse(source) {
        Ok(parsed) => {
            let warnings = parsed.warnings().iter();
            warnings.map(|warning| (warning.code.as_str(), warning.line, warning.column)).collect()
        }
        Err(diagnostics) => panic!("{diagnostics}"),
    }
}

/// Amplitudes before the measurements at the end, the first qubit being the high bit.
#[track_caller]
pub(crate) fn amplitudes(source: &str) -> Vec<Complex> {
    amplitudes_of(&program(source), &[])
}

#[track_caller]
pub(crate) fn amplitudes_of(program: &Arc<Program>, inputs: &[(&str, f64)]) -> Vec<Complex> {
    let inputs = inputs.iter().map(|(name, value)| ((*name).to_owned(), InputValue::Float(*value)));
    let circuit = Arc::clone(program).bind(&inputs.collect()).expect("the inputs fit");
    let mut branch = start(program);
    for instruction in program.instructions() {
        match instruction {
            Instruction::Measure { .. } => {}
            other => apply(&circuit, &mut branch, other).expect("the angles are defined"),
        }
    }
    branch.state
}

/// How likely each outcome is; its characters are the recorded bits.
#[track_caller]
pub(crate) fn distribution(source: &str) -> Distribution {
    distribution_of(&program(source))
}

#[track_caller]
pub(crate) fn distribution_of(program: &Arc<Program>) -> Distribution {
    possible_distribution(program).expect("the run ends, and all of its values are defined")
}

/// None if a run goes on and on, or comes to a value that is not defined.
pub(crate) fn possible_distribution(program: &Arc<Program>) -> Option<Distribution> {
    let circuit = Arc::clone(program).bind(&BTreeMap::new()).expect("there are no inputs");
    let mut found = Distribution::new();
    let mut branches = vec![start(program)];
    let mut steps = 0;
    while let Some(mut branch) = branches.pop() {
        steps += 1;
        if steps > 50_000 {
            return None;
        }
        match program.instructions().get(branch.at) {
            None | Some(Instruction::End) => {
                let probability: f64 = branch.state.iter().map(|a| a.norm_squared()).sum();
                let bits = program.recorded().iter();
                let outcome: String =
                    bits.map(|one| if branch.bits[one.bit as usize] { '1' } else { '0' }).collect();
                *found.entry(outcome).or_default() += probability;
            }
            Some(Instruction::Measure { qubit, bit }) => {
                for value in [false, true] {
                    let mut next = branch.clone();
                    project(&mut next.state, program.qubit_count(), *qubit, value);
                    next.bits[*bit as usize] = value;
                    next.at += 1;
                    let probability: f64 = next.state.iter().map(|a| a.norm_squared()).sum();
                    if probability > 1e-12 {
                        branches.push(next);
                    }
                }
            }
            Some(Instruction::Reset { qubit }) => {
                for value in [false, true] {
                    let mut next = branch.clone();
                    project(&mut next.state, program.qubit_count(), *qubit, value);
                    if value {
                        flip(&mut next.state, program.qubit_count(), *qubit);
                    }
                    next.at += 1;
                    let probability: f64 = next.state.iter().map(|a| a.norm_squared()).sum();
                    if probability > 1e-12 {
                        branches.push(next);
                    }
                }
            }
            Some(other) => {
                branch.at = step(&circuit, &mut branch, other)?;
                branches.push(branch);
            }
        }
    }
    found.retain(|_, probability| *probability > 1e-12);
    Some(found)
}

/// Where the branch goes on.
fn step(circuit: &Circuit, branch: &mut Branch, instruction: &Instruction) -> Option<usize> {
    let here = branch.at;
    let value = |id, branch: &Branch| circuit.value(id, branch).ok();
    Some(match *instruction {
        Instruction::If { condition, otherwise } => {
            if value(condition, branch)?.as_bool() {
                here + 1
            } else {
                otherwise as usize + 1
            }
        }
        Instruction::Else { end } => end as usize,
        Instruction::While { condition, end } => {
            if value(condition, branch)?.as_bool() {
                here + 1
            } else {
                end as usize + 1
            }
        }
        Instruction::EndWhile { start } | Instruction::Continue { start } => start as usize,
        Instruction::Break { start } => {
            let Instruction::While { end, .. } = circuit.program().instructions()[start as usize]
            else {
                panic!("a break leads out of a loop");
            };
            end as usize + 1
        }
        Instruction::Assign { variable, value: id } => {
            let kind = circuit.program().variables()[variable as usize].kind;
            let value = value(id, branch)?;
            assert_eq!(value.kind(), kind, "a variable is given a value of its type");
            branch.variables[variable as usize] = value;
            here + 1
        }
        Instruction::AssignEntry { first, length, index, value: id } => {
            let index = value(index, branch)?.as_int().ok()?;
            let index = if index < 0 { index + i64::from(length) } else { index };
            let value = value(id, branch)?;
            let index = usize::try_from(index).ok().filter(|index| *index < length as usize)?;
            branch.variables[first as usize + index] = value;
            here + 1
        }
        Instruction::AssignBit { bit, value: id } => {
            let value = value(id, branch)?.as_bool();
            branch.bits[bit as usize] = value;
            here + 1
        }
        ref other => {
            apply(circuit, branch, other)?;
            here + 1
        }
    })
}

fn start(program: &Program) -> Branch {
    let mut state = vec![ZERO; 1 << program.qubit_count()];
    state[0] = ONE;
    Branch {
        state,
        bits: vec![false; program.bit_count()],
        variables: program.variables().iter().map(|variable| variable.initial).collect(),
        at: 0,
    }
}

fn apply(circuit: &Circuit, branch: &mut Branch, instruction: &Instruction) -> Option<()> {
    let program = circuit.program();
    match instruction {
        Instruction::Gate(gate) => return apply_gate(circuit, branch, gate),
        Instruction::Unitary { matrix, targets } => {
            let unitary = program.unitary(*matrix);
            let targets: Vec<u32> = program.qubits(*targets).collect();
            dense(&mut branch.state, program.qubit_count(), &[], &targets, unitary.entries());
        }
        Instruction::Barrier(_)
        | Instruction::Delay { .. }
        | Instruction::BeginBox { .. }
        | Instruction::EndBox
        | Instruction::EndIf => {}
        other => panic!("{other:?} has no amplitudes"),
    }
    Some(())
}

fn apply_gate(circuit: &Circuit, branch: &mut Branch, gate: &Gate) -> Option<()> {
    let program = circuit.program();
    let parameters = program.parameters(gate).iter();
    let angles = parameters.map(|parameter| circuit.parameter(*parameter, branch).ok());
    let angles: Vec<f64> = angles.collect::<Option<_>>()?;
    let wires = program.operands(gate);
    let (controls, targets) = wires.split_at(gate.controls());
    let targets: Vec<u32> = targets.iter().map(|wire| wire.qubit()).collect();
    let entries = match matrix(gate.base, &angles, program.powers(gate)) {
        Matrix::Scalar(value) => vec![value],
        Matrix::One(entries) => entries.to_vec(),
        Matrix::Two(entries) => entries.to_vec(),
    };
    dense(&mut branch.state, program.qubit_count(), controls, &targets, &entries);
    Some(())
}

fn dense(
    state: &mut [Complex],
    qubits: usize,
    controls: &[Wire],
    targets: &[u32],
    entries: &[Complex],
) {
    let place = |qubit: u32| qubits - 1 - qubit as usize;
    let size = 1 << targets.len();
    let before = state.to_vec();
    for (index, amplitude) in state.iter_mut().enumerate() {
        let is_on =
            controls.iter().all(|wire| (index >> place(wire.qubit()) & 1 == 1) == wire.is_on_one());
        if !is_on {
            continue;
        }
        let row = targets.iter().fold(0, |row, target| row << 1 | (index >> place(*target) & 1));
        let mut sum = ZERO;
        for column in 0..size {
            let mut from = index;
            for (at, target) in targets.iter().enumerate() {
                let bit = column >> (targets.len() - 1 - at) & 1;
                from = from & !(1 << place(*target)) | bit << place(*target);
            }
            sum = sum + entries[row * size + column] * before[from];
        }
        *amplitude = sum;
    }
}

fn project(state: &mut [Complex], qubits: usize, qubit: u32, value: bool) {
    for (index, amplitude) in state.iter_mut().enumerate() {
        if (index >> (qubits - 1 - qubit as usize) & 1 == 1) != value {
            *amplitude = ZERO;
        }
    }
}

fn flip(state: &mut [Complex], qubits: usize, qubit: u32) {
    let mask = 1 << (qubits - 1 - qubit as usize);
    for index in 0..state.len() {
        if index & mask == 0 {
            state.swap(index, index | mask);
        }
    }
}

#[track_caller]
pub(crate) fn assert_amplitudes(source: &str, expected: &[(f64, f64)]) {
    let found = amplitudes(source);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (index, (found, (re, im))) in found.iter().zip(expected).enumerate() {
        let distance = (*found - Complex::new(*re, *im)).norm_squared().sqrt();
        assert!(distance < 1e-9, "amplitude {index} is {found:?}, not {re} + {im}i");
    }
}

/// Whether two programs do the same, phases included.
#[track_caller]
pub(crate) fn assert_same(one: &str, other: &str) {
    let (a, b) = (amplitudes(one), amplitudes(other));
    assert_eq!(a.len(), b.len());
    for (index, (a, b)) in a.iter().zip(&b).enumerate() {
        let distance = (*a - *b).norm_squared().sqrt();
        assert!(distance < 1e-9, "amplitude {index} is {a:?} and {b:?}\n{one}\n{other}");
    }
}

#[track_caller]
pub(crate) fn assert_distribution(source: &str, expected: &[(&str, f64)]) {
    let found = distribution(source);
    let expected: Distribution =
        expected.iter().map(|(outcome, share)| ((*outcome).to_owned(), *share)).collect();
    let same = found.len() == expected.len()
        && found.iter().all(|(outcome, share)| {
            expected.get(outcome).is_some_and(|wanted| (wanted - share).abs() < 1e-9)
        });
    assert!(same, "{found:?} is not {expected:?}");
}
