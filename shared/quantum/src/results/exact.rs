//! What are the exact values of result types, of a state that is all there?

use std::collections::BTreeMap;

use quantum_kernels::tableau::{Pauli as Letter, Tableau};
use quantum_program::{Complex, Factor, Observable, Pauli, Program, ResultType};

use super::observables::{Turned, group_all};
use super::{Group, Reading, ResultValue};
use crate::density::Density;
use crate::limits::{MAX_EXACT_OUTCOMES, MAX_LISTED_AMPLITUDES};
use crate::machine::Machine;
use crate::progress::Meter;
use crate::run::SimulationError;
use crate::stabilizer;
use crate::vector::{Vector, failed};

/// Qubits of which a table of all values is made for several readings at once.
const MOST_TOGETHER: usize = 16;

/// A state of which exact values can be had.
pub(crate) trait Exact: Machine {
    /// The distribution of some positions: the first is the highest bit of an entry's number.
    fn marginal(&self, positions: &[usize]) -> Result<Vec<f64>, SimulationError>;

    /// The density matrix of some positions, row after row; the first is the highest bit of a row's number.
    fn reduced(&self, positions: &[usize]) -> Result<Vec<Complex>, SimulationError>;

    /// The expectation of the product of Z on the positions whose bit is set.
    fn parity(&self, mask: usize) -> Result<f64, SimulationError>;

    /// The amplitude of a basis state; none of a mixed state.
    fn amplitude(&self, index: usize) -> Result<Complex, SimulationError>;
}

impl Exact for Vector<f64> {
    fn marginal(&self, positions: &[usize]) -> Result<Vec<f64>, SimulationError> {
        self.state.marginal(positions).map_err(failed)
    }

    fn reduced(&self, positions: &[usize]) -> Result<Vec<Complex>, SimulationError> {
        let matrix = self.state.reduced_density_matrix(positions).map_err(failed)?;
        Ok(matrix.into_iter().map(|entry| Complex::new(entry.re, entry.im)).collect())
    }

    fn parity(&self, mask: usize) -> Result<f64, SimulationError> {
        self.state.pauli_expectation(0, mask).map_err(failed)
    }

    fn amplitude(&self, index: usize) -> Result<Complex, SimulationError> {
        let amplitude = self.state.amplitude(index).map_err(failed)?;
        Ok(Complex::new(amplitude.re, amplitude.im))
    }
}

impl Exact for Density {
    fn marginal(&self, positions: &[usize]) -> Result<Vec<f64>, SimulationError> {
        Density::marginal(self, positions)
    }

    fn reduced(&self, positions: &[usize]) -> Result<Vec<Complex>, SimulationError> {
        Density::reduced(self, positions)
    }

    fn parity(&self, mask: usize) -> Result<f64, SimulationError> {
        Density::parity(self, mask)
    }

    fn amplitude(&self, _: usize) -> Result<Complex, SimulationError> {
        Err(SimulationError::Mixed)
    }
}

/// The value of each result type but gradients, for which there is `None`.
pub(crate) fn exact<M: Exact>(
    program: &Program,
    machine: &mut M,
    position: &impl Fn(u32) -> usize,
    meter: &mut Meter<'_>,
) -> Result<Vec<Option<ResultValue>>, SimulationError> {
    let qubits = program.qubit_count();
    let mut readings = Vec::new();
    let mut firsts = Vec::new();
    for result in program.results() {
        firsts.push(readings.len());
        readings.extend(Reading::of(result, qubits)?);
    }
    let read = read_all(&readings, machine, position, meter)?;
    let mut values = Vec::new();
    for (result, first) in program.results().iter().zip(firsts) {
        let own = &read[first..];
        values.push(match result {
            ResultType::StateVector => Some(state_vector(machine, qubits)?),
            ResultType::Amplitude { states } => Some(amplitudes(machine, states, qubits)?),
            ResultType::DensityMatrix { targets } => {
                let all = || (0..qubits as u32).collect();
                let targets: Vec<u32> = targets.clone().unwrap_or_else(all);
                let positions: Vec<usize> = targets.iter().map(|one| position(*one)).collect();
                Some(density_matrix(machine, &positions)?)
            }
            ResultType::Probability { .. } => match &own[0] {
                Read::Distribution(distribution) => {
                    Some(ResultValue::Probabilities(distribution.clone()))
                }
                Read::Moments { .. } => None,
            },
            ResultType::Expectation(observable) => {
                Some(moments(observable, qubits, own, |one| one.0))
            }
            ResultType::Variance(observable) => {
                Some(moments(observable, qubits, own, |(mean, square)| {
                    (square - mean * mean).max(0.0)
                }))
            }
            ResultType::Sample(_) => return Err(SimulationError::NeedsShots { noun: "a sample" }),
            ResultType::AdjointGradient { .. } => None,
        });
    }
    Ok(values)
}

/// What was read.
enum Read {
    Distribution(Vec<f64>),
    /// The expectation of an observable and of its square.
    Moments {
        mean: f64,
        square: f64,
    },
}

fn moments(
    observable: &Observable,
    qubits: usize,
    read: &[Read],
    of: impl Fn((f64, f64)) -> f64,
) -> ResultValue {
    let value = |read: &Read| match read {
        Read::Moments { mean, square } => of((*mean, *square)),
        Read::Distribution(_) => 0.0,
    };
    match observable {
        Observable::Product(_) => ResultValue::Number(value(&read[0])),
        Observable::OnEach(_) => ResultValue::Numbers(read[..qubits].iter().map(value).collect()),
    }
}

/// Turns the state into as few bases as will do, reads in each what can be read there, and turns it back.
fn read_all<M: Exact>(
    readings: &[Reading],
    machine: &mut M,
    position: &impl Fn(u32) -> usize,
    meter: &mut Meter<'_>,
) -> Result<Vec<Read>, SimulationError> {
    let mut found: Vec<Option<Read>> = readings.iter().map(|_| None).collect();
    for group in group_all(readings) {
        group.turn(machine, position)?;
        machine.settle(meter)?;
        let together = Together::of(&group, readings, machine, position)?;
        for member in &group.members {
            let reading = &readings[*member];
            found[*member] = Some(read(reading, &together, machine, position)?);
        }
        group.turn_back(machine, position)?;
        machine.settle(meter)?;
    }
    Ok(found.into_iter().flatten().collect())
}

/// The joint distribution of all qubits a group reads, if they are few.
struct Together {
    qubits: Vec<u32>,
    distribution: Option<Vec<f64>>,
}

impl Together {
    fn of<M: Exact>(
        group: &Group,
        readings: &[Reading],
        machine: &M,
        position: &impl Fn(u32) -> usize,
    ) -> Result<Self, SimulationError> {
        let members = group.members.iter().map(|member| &readings[*member]);
        let mut qubits: Vec<u32> = members.flat_map(Reading::targets).collect();
        qubits.sort_unstable();
        qubits.dedup();
        let distribution = if qubits.len() <= MOST_TOGETHER {
            let positions: Vec<usize> = qubits.iter().map(|qubit| position(*qubit)).collect();
            Some(machine.marginal(&positions)?)
        } else {
            None
        };
        Ok(Self { qubits, distribution })
    }

    fn bit(&self, number: usize, qubit: u32) -> bool {
        let place = self.qubits.iter().rev().position(|known| *known == qubit);
        place.is_some_and(|place| number >> place & 1 == 1)
    }
}

fn read<M: Exact>(
    reading: &Reading,
    together: &Together,
    machine: &M,
    position: &impl Fn(u32) -> usize,
) -> Result<Read, SimulationError> {
    let targets: Vec<u32> = reading.targets().collect();
    let is_bits = reading.factors.iter().all(|factor| factor.values.is_empty());
    if is_bits {
        if 1_usize.checked_shl(targets.len() as u32).is_none_or(|size| size > MAX_EXACT_OUTCOMES) {
            return Err(SimulationError::TooManyOutcomes);
        }
        let positions: Vec<usize> = targets.iter().map(|target| position(*target)).collect();
        return Ok(Read::Distribution(machine.marginal(&positions)?));
    }
    if let Some(joint) = &together.distribution {
        let (mut mean, mut square) = (0.0, 0.0);
        for (number, probability) in joint.iter().enumerate() {
            let value = reading.value(|qubit| together.bit(number, qubit));
            mean += probability * value;
            square += probability * value * value;
        }
        return Ok(Read::Moments { mean, square });
    }
    if let Some(mask) = parity_mask(reading, position) {
        return Ok(Read::Moments { mean: machine.parity(mask)?, square: 1.0 });
    }
    if targets.len() > MOST_TOGETHER {
        return Err(SimulationError::TooManyOutcomes);
    }
    let own = Together { qubits: targets, distribution: None };
    let positions: Vec<usize> = own.qubits.iter().map(|qubit| position(*qubit)).collect();
    let distribution = Some(machine.marginal(&positions)?);
    read(reading, &Together { distribution, ..own }, machine, position)
}

/// The positions whose parity is the value of a product of observables with values 1 and -1.
fn parity_mask(reading: &Reading, position: &impl Fn(u32) -> usize) -> Option<usize> {
    let bit = |factor: &Turned| match factor.values[..] {
        [1.0, 1.0] => Some(0),
        [1.0, -1.0] => Some(1 << position(factor.targets[0])),
        _ => None,
    };
    reading.factors.iter().try_fold(0, |mask, factor| Some(mask | bit(factor)?))
}

fn state_vector<M: Exact>(machine: &M, qubits: usize) -> Result<ResultValue, SimulationError> {
    let size = 1_usize.checked_shl(qubits as u32).filter(|size| *size <= MAX_LISTED_AMPLITUDES);
    let size = size.ok_or(SimulationError::TooManyOutcomes)?;
    let amplitudes: Result<Vec<Complex>, _> =
        (0..size).map(|index| machine.amplitude(index)).collect();
    Ok(ResultValue::StateVector(amplitudes?))
}

fn amplitudes<M: Exact>(
    machine: &M,
    states: &[String],
    qubits: usize,
) -> Result<ResultValue, SimulationError> {
    let mut found = BTreeMap::new();
    for state in states {
        let index = usize::from_str_radix(state, 2).ok().filter(|_| state.len() == qubits);
        let index = index.ok_or_else(|| SimulationError::NotABasisState {
            state: state.chars().take(80).collect(),
            qubits,
        })?;
        found.insert(state.clone(), machine.amplitude(index)?);
    }
    Ok(ResultValue::Amplitudes(found))
}

fn density_matrix<M: Exact>(
    machine: &M,
    positions: &[usize],
) -> Result<ResultValue, SimulationError> {
    if 1_usize << (2 * positions.len().min(20)) > MAX_LISTED_AMPLITUDES {
        return Err(SimulationError::TooManyOutcomes);
    }
    let matrix = machine.reduced(positions)?;
    let rows = matrix.chunks_exact(1 << positions.len()).map(<[Complex]>::to_vec);
    Ok(ResultValue::DensityMatrix(rows.collect()))
}

/// The values that a tableau can tell: of products of X, Y, Z and I; `None` where something else is asked for.
pub(crate) fn exact_of_tableau(
    program: &Program,
    tableau: &mut Tableau,
    position: &impl Fn(u32) -> usize,
) -> Result<Option<Vec<ResultValue>>, SimulationError> {
    let width = tableau.qubits();
    let mut expectation = |factors: &[(usize, Letter)]| {
        let found = tableau.expectation(factors);
        found.map(f64::from).map_err(|error| stabilizer::failed(&error, width))
    };
    let mut values = Vec::new();
    for result in program.results() {
        let (observable, is_variance) = match result {
            ResultType::Expectation(observable) => (observable, false),
            ResultType::Variance(observable) => (observable, true),
            _ => return Ok(None),
        };
        let Some(products) = products(observable, program.qubit_count(), position) else {
            return Ok(None);
        };
        let mut found = Vec::new();
        for product in products {
            let mean = expectation(&product)?;
            let is_one = product.is_empty();
            found.push(match (is_variance, is_one) {
                (false, true) => 1.0,
                (false, false) => mean,
                (true, true) => 0.0,
                (true, false) => 1.0 - mean * mean,
            });
        }
        values.push(match observable {
            Observable::Product(_) => ResultValue::Number(found[0]),
            Observable::OnEach(_) => ResultValue::Numbers(found),
        });
    }
    Ok(Some(values))
}

fn products(
    observable: &Observable,
    qubits: usize,
    position: &impl Fn(u32) -> usize,
) -> Option<Vec<Vec<(usize, Letter)>>> {
    let letter = |pauli: Pauli| match pauli {
        Pauli::I => Some(None),
        Pauli::X => Some(Some(Letter::X)),
        Pauli::Y => Some(Some(Letter::Y)),
        Pauli::Z => Some(Some(Letter::Z)),
        Pauli::H => None,
    };
    match observable {
        Observable::OnEach(pauli) => {
            let letter = letter(*pauli)?;
            let product = |qubit| letter.map(|letter| (position(qubit), letter));
            Some((0..qubits as u32).map(|qubit| product(qubit).into_iter().collect()).collect())
        }
        Observable::Product(factors) => {
            let mut product = Vec::new();
            for factor in factors {
                let Factor::Pauli(pauli, target) = factor else {
                    return None;
                };
                product.extend(letter(*pauli)?.map(|letter| (position(*target), letter)));
            }
            Some(vec![product])
        }
    }
}
