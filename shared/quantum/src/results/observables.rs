//! In which basis is an observable read off, and what are its values there?

use std::sync::Arc;

use quantum_program::{
    Base, Complex, Factor, Matrix, Observable, Pauli, ResultType, Unitary, matrix,
};

use crate::clifford::{Action, action};
use crate::eigen::eigen;
use crate::limits::MAX_OBSERVABLE_QUBITS;
use crate::machine::Machine;
use crate::run::SimulationError;

/// An observable, or the bits themselves, as read off some qubits once they are turned into their bases.
pub(crate) struct Reading {
    pub(crate) factors: Vec<Turned>,
}

/// A factor of an observable with what it takes to read it.
#[derive(Debug, Clone)]
pub(crate) struct Turned {
    pub(crate) basis: Basis,
    pub(crate) targets: Vec<u32>,
    /// For each value of the targets, the first as the highest bit.
    pub(crate) values: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Basis {
    /// As qubits are measured.
    Computational,
    Pauli(Pauli),
    /// What takes the eigenvectors of a matrix, whose rows they are, to basis states.
    Matrix(Arc<Unitary>),
}

impl Reading {
    /// The readings that a result type takes: one for each qubit where it is asked for each.
    pub(crate) fn of(result: &ResultType, qubits: usize) -> Result<Vec<Self>, SimulationError> {
        match result {
            ResultType::Probability { targets } => Ok(vec![Self::of_bits(targets, qubits)]),
            ResultType::Expectation(observable)
            | ResultType::Variance(observable)
            | ResultType::Sample(observable) => Self::of_observable(observable, qubits),
            _ => Ok(Vec::new()),
        }
    }

    fn of_bits(targets: &Option<Vec<u32>>, qubits: usize) -> Self {
        let all = || (0..qubits as u32).collect();
        let targets = targets.clone().unwrap_or_else(all);
        let turned = |target| Turned {
            basis: Basis::Computational,
            targets: vec![target],
            values: Vec::new(),
        };
        Self { factors: targets.into_iter().map(turned).collect() }
    }

    pub(crate) fn of_observable(
        observable: &Observable,
        qubits: usize,
    ) -> Result<Vec<Self>, SimulationError> {
        match observable {
            Observable::Product(factors) => {
                let factors = factors.iter().map(turned).collect::<Result<_, _>>()?;
                Ok(vec![Self { factors }])
            }
            Observable::OnEach(pauli) => (0..qubits as u32)
                .map(|qubit| Ok(Self { factors: vec![turned(&Factor::Pauli(*pauli, qubit))?] }))
                .collect(),
        }
    }

    pub(crate) fn targets(&self) -> impl Iterator<Item = u32> + '_ {
        self.factors.iter().flat_map(|factor| factor.targets.iter().copied())
    }

    /// The value where `bit` tells the value of each qubit.
    pub(crate) fn value(&self, bit: impl Fn(u32) -> bool) -> f64 {
        let of = |factor: &Turned| {
            let bits = factor.targets.iter().map(|target| usize::from(bit(*target)));
            factor.values[bits.fold(0, |number, bit| number << 1 | bit)]
        };
        self.factors.iter().map(of).product()
    }
}

fn turned(factor: &Factor) -> Result<Turned, SimulationError> {
    match factor {
        Factor::Pauli(Pauli::I, target) => Ok(Turned {
            basis: Basis::Computational,
            targets: vec![*target],
            values: vec![1.0, 1.0],
        }),
        Factor::Pauli(pauli, target) => {
            let basis = match pauli {
                Pauli::Z => Basis::Computational,
                other => Basis::Pauli(*other),
            };
            Ok(Turned { basis, targets: vec![*target], values: vec![1.0, -1.0] })
        }
        Factor::Hermitian(matrix, targets) => {
            if matrix.qubits() > MAX_OBSERVABLE_QUBITS {
                return Err(SimulationError::ObservableTooLarge {
                    qubits: matrix.qubits(),
                    largest: MAX_OBSERVABLE_QUBITS,
                });
            }
            let (values, vectors) = eigen(matrix);
            let basis = Basis::Matrix(Arc::new(vectors.adjoint()));
            Ok(Turned { basis, targets: targets.clone(), values })
        }
    }
}

/// Readings that can be taken of the same shots: no qubit is in two bases.
#[derive(Default)]
pub(crate) struct Group {
    /// The bases, each with its qubits.
    pub(crate) turns: Vec<(Basis, Vec<u32>)>,
    /// Numbers of the readings.
    pub(crate) members: Vec<usize>,
}

impl Group {
    fn clash(&self, reading: &Reading) -> Option<u32> {
        let clashes = |factor: &Turned| {
            self.turns.iter().find_map(|(basis, targets)| {
                let shared = targets.iter().find(|target| factor.targets.contains(target))?;
                let same = *basis == factor.basis
                    && (*targets == factor.targets || !matches!(basis, Basis::Matrix(_)));
                (!same).then_some(*shared)
            })
        };
        let matters = |factor: &&Turned| !is_identity(factor);
        reading.factors.iter().filter(matters).find_map(clashes)
    }

    fn add(&mut self, number: usize, reading: &Reading) {
        self.members.push(number);
        for factor in reading.factors.iter().filter(|factor| !is_identity(factor)) {
            let known = |(_, targets): &(Basis, Vec<u32>)| *targets == factor.targets;
            if !self.turns.iter().any(known) {
                self.turns.push((factor.basis.clone(), factor.targets.clone()));
            }
        }
    }

    /// Turns the bases into the one that is measured.
    pub(crate) fn turn<M: Machine>(
        &self,
        machine: &mut M,
        position: &impl Fn(u32) -> usize,
    ) -> Result<(), SimulationError> {
        for (basis, targets) in &self.turns {
            let positions: Vec<usize> = targets.iter().map(|target| position(*target)).collect();
            match basis {
                Basis::Matrix(unitary) => machine.unitary(unitary, &positions)?,
                basis => machine.gate(&pauli_turn(basis), &[], &positions)?,
            }
        }
        Ok(())
    }

    /// [`Group::turn`] as Clifford gates, if it is made of those.
    pub(crate) fn actions(&self, position: &impl Fn(u32) -> usize) -> Option<Vec<Action>> {
        let action = |(basis, targets): &(Basis, Vec<u32>)| match (basis, &targets[..]) {
            (Basis::Matrix(_), _) => None,
            (basis, targets) => {
                let positions: Vec<usize> = targets.iter().map(|one| position(*one)).collect();
                action(&pauli_turn(basis), &[], &positions)
            }
        };
        self.turns.iter().map(action).collect()
    }

    /// Takes [`Group::turn`] back.
    pub(crate) fn turn_back<M: Machine>(
        &self,
        machine: &mut M,
        position: &impl Fn(u32) -> usize,
    ) -> Result<(), SimulationError> {
        for (basis, targets) in self.turns.iter().rev() {
            let positions: Vec<usize> = targets.iter().map(|target| position(*target)).collect();
            match basis {
                Basis::Matrix(unitary) => machine.unitary(&unitary.adjoint(), &positions)?,
                basis => {
                    let Matrix::One([a, b, c, d]) = pauli_turn(basis) else {
                        continue;
                    };
                    let back = [a, c, b, d].map(Complex::conjugate);
                    machine.gate(&Matrix::One(back), &[], &positions)?;
                }
            }
        }
        Ok(())
    }
}

fn is_identity(factor: &Turned) -> bool {
    factor.values == [1.0, 1.0]
}

/// What takes the eigenvector of 1 to |0⟩ and that of -1 to |1⟩.
fn pauli_turn(basis: &Basis) -> Matrix {
    match basis {
        Basis::Pauli(Pauli::X) => matrix(Base::Hadamard, &[], &[]),
        Basis::Pauli(Pauli::Y) => {
            let Matrix::One([a, b, c, d]) = matrix(Base::Hadamard, &[], &[]) else {
                return matrix(Base::Identity, &[], &[]);
            };
            // first the inverse of S
            let turn = Complex::new(0.0, -1.0);
            Matrix::One([a, b * turn, c, d * turn])
        }
        Basis::Pauli(Pauli::H) => matrix(Base::Ry, &[-std::f64::consts::FRAC_PI_4], &[]),
        _ => matrix(Base::Identity, &[], &[]),
    }
}

/// Puts readings into as few groups as they come to when each joins the first it fits into.
pub(crate) fn group_all(readings: &[Reading]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (number, reading) in readings.iter().enumerate() {
        let fitting = groups.iter().position(|group| group.clash(reading).is_none());
        let index = fitting.unwrap_or(groups.len());
        if index == groups.len() {
            groups.push(Group::default());
        }
        groups[index].add(number, reading);
    }
    groups
}

/// One group of all readings, as shots are taken in one basis; refused where they clash.
pub(crate) fn one_group<'r>(
    readings: impl Iterator<Item = &'r Reading>,
) -> Result<Group, SimulationError> {
    let mut group = Group::default();
    for (number, reading) in readings.enumerate() {
        if let Some(qubit) = group.clash(reading) {
            return Err(SimulationError::ConflictingObservables { qubit: qubit as usize });
        }
        group.add(number, reading);
    }
    Ok(group)
}
