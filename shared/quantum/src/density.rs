//! How does a program run on a density matrix?
//!
//! ρ is kept as a state vector of twice as many positions: those of its rows, then those of its columns. A gate U acts as U on
//! the first and as its conjugate on the second.

use quantum_kernels::random::Random;
use quantum_kernels::vector::{
    Complex as KernelComplex, Control as KernelControl, Operations, Settings, State,
};
use quantum_program::{Complex, Matrix, Unitary};

use crate::channel::Channel;
use crate::machine::{Control, Machine};
use crate::progress::Meter;
use crate::run::SimulationError;
use crate::vector::{failed, listed, push, push_dense, settle};

pub(crate) struct Density {
    state: State<f64>,
    waiting: Operations,
    width: usize,
}

impl Density {
    pub(crate) fn zero(width: usize, threads: usize) -> Result<Self, SimulationError> {
        let settings = Settings { threads, ..Settings::default() };
        let state = State::new(2 * width, settings).map_err(failed)?;
        Ok(Self { state, waiting: Operations::new(2 * width), width })
    }

    pub(crate) fn bytes(width: usize, threads: usize) -> u64 {
        State::<f64>::bytes(2 * width, threads)
    }

    /// The entry at a row and a column.
    pub(crate) fn entry(&self, row: usize, column: usize) -> Result<Complex, SimulationError> {
        let value = self.state.amplitude(row | column << self.width).map_err(failed)?;
        Ok(Complex::new(value.re, value.im))
    }

    /// The probability of each basis state.
    fn diagonal(&self) -> Result<Vec<f64>, SimulationError> {
        (0..1 << self.width).map(|index| Ok(self.entry(index, index)?.re.max(0.0))).collect()
    }

    /// The distribution of some positions: the first is the highest bit of an entry's number.
    pub(crate) fn marginal(&self, positions: &[usize]) -> Result<Vec<f64>, SimulationError> {
        let mut distribution = vec![0.0; 1 << positions.len()];
        for (index, probability) in self.diagonal()?.into_iter().enumerate() {
            let bits = positions.iter().map(|position| index >> position & 1);
            distribution[bits.fold(0, |number, bit| number << 1 | bit)] += probability;
        }
        Ok(distribution)
    }

    /// The expectation of the product of Z on the positions whose bit is set.
    pub(crate) fn parity(&self, mask: usize) -> Result<f64, SimulationError> {
        let signed = |(index, probability): (usize, f64)| match (index & mask).count_ones() % 2 {
            0 => probability,
            _ => -probability,
        };
        Ok(self.diagonal()?.into_iter().enumerate().map(signed).sum())
    }

    /// What it is of some positions alone, row after row; the first is the highest bit of a row's number.
    pub(crate) fn reduced(&self, positions: &[usize]) -> Result<Vec<Complex>, SimulationError> {
        let size = 1_usize << positions.len();
        let spread = |number: usize| {
            let bits = positions.iter().rev().enumerate();
            bits.fold(0, |index, (bit, position)| index | (number >> bit & 1) << position)
        };
        let chosen = spread(size - 1);
        let mut matrix = vec![Complex::new(0.0, 0.0); size * size];
        for rest in (0..1 << self.width).filter(|index| index & chosen == 0) {
            for (at, sum) in matrix.iter_mut().enumerate() {
                let (row, column) = (rest | spread(at / size), rest | spread(at % size));
                *sum = *sum + self.entry(row, column)?;
            }
        }
        Ok(matrix)
    }
}

impl Machine for Density {
    fn gate(
        &mut self,
        matrix: &Matrix,
        controls: &[Control],
        targets: &[usize],
    ) -> Result<(), SimulationError> {
        push(&mut self.waiting, matrix, controls, targets, |entry| entry)?;
        let controls: Vec<Control> = controls
            .iter()
            .map(|one| Control { position: one.position + self.width, value: one.value })
            .collect();
        let targets = shifted(targets, self.width);
        push(&mut self.waiting, matrix, &controls, &targets, Complex::conjugate)
    }

    fn unitary(&mut self, matrix: &Unitary, targets: &[usize]) -> Result<(), SimulationError> {
        push_dense(&mut self.waiting, matrix.entries(), &[], targets)?;
        let conjugate: Vec<Complex> =
            matrix.entries().iter().map(|entry| entry.conjugate()).collect();
        push_dense(&mut self.waiting, &conjugate, &[], &shifted(targets, self.width))
    }

    fn settle(&mut self, meter: &mut Meter<'_>) -> Result<(), SimulationError> {
        settle(&mut self.state, &mut self.waiting, meter)
    }

    fn probability_of_one(&mut self, position: usize) -> Result<f64, SimulationError> {
        let [zero, one] = self.marginal(&[position])?[..] else {
            return Ok(0.0);
        };
        Ok(one / (zero + one))
    }

    fn collapse(&mut self, position: usize, value: bool) -> Result<(), SimulationError> {
        let probability = self.marginal(&[position])?[usize::from(value)];
        let kept = |factor: f64| {
            let entry = KernelComplex { re: factor, im: 0.0 };
            let mut entries = [KernelComplex { re: 0.0, im: 0.0 }; 2];
            entries[usize::from(value)] = entry;
            entries
        };
        let none: &[KernelControl] = &[];
        let rows = self.waiting.diagonal(&[position], none, &kept(1.0 / probability));
        let columns = self.waiting.diagonal(&[position + self.width], none, &kept(1.0));
        rows.and(columns).map_err(|_| SimulationError::TooManyOutcomes)
    }

    /// Applied as a whole: nothing is left to choose.
    fn channel(
        &mut self,
        channel: &Channel,
        targets: &[usize],
    ) -> Result<Vec<f64>, SimulationError> {
        let mut both = targets.to_vec();
        both.extend(shifted(targets, self.width));
        push_dense(&mut self.waiting, channel.on_density().entries(), &[], &both)?;
        Ok(Vec::new())
    }

    fn choose(&mut self, _: &Channel, _: usize, _: &[usize]) -> Result<(), SimulationError> {
        Ok(())
    }

    fn copy(&self) -> Result<Self, SimulationError> {
        let mut copy = Self::zero(self.width, self.state.threads())?;
        copy.state.copy_from(&self.state).map_err(failed)?;
        copy.waiting = self.waiting.clone();
        Ok(copy)
    }

    fn sample(
        &mut self,
        positions: &[usize],
        shots: usize,
        random: &mut Random,
    ) -> Result<Vec<u64>, SimulationError> {
        let mut passed = 0.0;
        let sums: Vec<f64> = self
            .diagonal()?
            .into_iter()
            .map(|probability| {
                passed += probability;
                passed
            })
            .collect();
        let row = |index: usize| {
            let bits = positions.iter().enumerate();
            bits.fold(0, |row, (bit, position)| row | ((index >> position & 1) as u64) << bit)
        };
        let outcome = |draw: f64| {
            let index = sums.partition_point(|sum| *sum <= draw * passed);
            row(index.min(sums.len() - 1))
        };
        Ok((0..shots).map(|_| outcome(random.unit())).collect())
    }

    fn distribution(
        &mut self,
        positions: &[usize],
        limit: usize,
    ) -> Result<Vec<(Vec<bool>, f64)>, SimulationError> {
        listed(&self.marginal(positions)?, positions.len(), limit)
    }
}

fn shifted(targets: &[usize], width: usize) -> Vec<usize> {
    targets.iter().map(|target| target + width).collect()
}
