//! How do a measured value and the operators of a noise channel change a state?

use std::ops::ControlFlow;

use super::complex::Complex;
use super::error::Error;
use super::operations::Operations;
use super::real::Real;
use super::state::State;

impl<T: Real> State<T> {
    /// Measures a position with a draw from [0, 1); the state is then what was measured, with norm 1.
    pub fn measure(&mut self, position: usize, draw: f64) -> Result<bool, Error> {
        let distribution = self.marginal(&[position])?;
        let value = draw * (distribution[0] + distribution[1]) < distribution[1];
        self.keep(position, value, &distribution)?;
        Ok(value)
    }

    /// Leaves only what has the value at the position, with norm 1; gives its probability.
    pub fn collapse(&mut self, position: usize, value: bool) -> Result<f64, Error> {
        let distribution = self.marginal(&[position])?;
        self.keep(position, value, &distribution)?;
        Ok(distribution[usize::from(value)] / (distribution[0] + distribution[1]))
    }

    fn keep(&mut self, position: usize, value: bool, distribution: &[f64]) -> Result<(), Error> {
        let kept = distribution[usize::from(value)];
        if kept <= f64::MIN_POSITIVE {
            return Err(Error::Impossible);
        }
        let factor = Complex::new(kept.sqrt().recip(), 0.0);
        let entries = if value { [Complex::ZERO, factor] } else { [factor, Complex::ZERO] };
        let mut operations = Operations::new(self.positions());
        operations.diagonal(&[position], &[], &entries).map_err(|_| Error::OutOfRange)?;
        self.apply(&operations, &mut |_| ControlFlow::Continue(()))
    }

    /// Applies one of the Kraus operators of a channel, chosen by a draw from [0, 1), with norm 1 afterwards; gives its number.
    ///
    /// Each operator is a matrix as in `Operations::dense`.
    pub fn apply_kraus(
        &mut self,
        targets: &[usize],
        operators: &[&[Complex<f64>]],
        draw: f64,
    ) -> Result<usize, Error> {
        let probabilities = self.kraus_probabilities(targets, operators)?;
        let total: f64 = probabilities.iter().sum();
        let mut passed = 0.0;
        let possible = |number: &usize| probabilities[*number] > 0.0;
        let chosen = (0..probabilities.len()).filter(possible).find(|number| {
            passed += probabilities[*number];
            draw * total < passed
        });
        let last = || (0..probabilities.len()).rfind(possible);
        let number = chosen.or_else(last).ok_or(Error::Impossible)?;
        let factor = probabilities[number].sqrt().recip();
        let matrix: Vec<_> = operators[number].iter().map(|entry| *entry * factor).collect();
        let mut operations = Operations::new(self.positions());
        operations.dense(targets, &[], &matrix).map_err(|_| Error::OutOfRange)?;
        self.apply(&operations, &mut |_| ControlFlow::Continue(()))?;
        Ok(number)
    }

    /// For each operator K the square norm of K applied to the state.
    pub fn kraus_probabilities(
        &self,
        targets: &[usize],
        operators: &[&[Complex<f64>]],
    ) -> Result<Vec<f64>, Error> {
        let density = self.reduced_density_matrix(targets)?;
        let size = 1 << targets.len();
        if operators.iter().any(|operator| operator.len() != size * size) {
            return Err(Error::OutOfRange);
        }
        // the trace of K ρ K†
        let probability = |operator: &&[Complex<f64>]| {
            let rows = operator.chunks_exact(size);
            let of_row = |row: &[Complex<f64>]| {
                let mut sum = 0.0;
                for (left, densities) in row.iter().zip(density.chunks_exact(size)) {
                    for (density, right) in densities.iter().zip(row) {
                        sum += (*left * *density * right.conjugate()).re;
                    }
                }
                sum
            };
            rows.map(of_row).sum::<f64>().max(0.0)
        };
        Ok(operators.iter().map(probability).collect())
    }
}
