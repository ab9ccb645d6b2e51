//! What can be said of a stabilizer state exactly, without a draw?

use super::{
    Tableau, TableauError,
    bits::{Samples, Table, WORD, zeros},
    clifford::Pauli,
};

/// The outcomes that measuring some qubits can have, all equally likely: a row for each, bit `i` of which is the `i`th qubit asked for.
#[derive(Debug)]
pub struct Distribution {
    pub outcomes: Samples,
    pub probability: f64,
}

impl Tableau {
    /// The expectation value of a product of Paulis on different qubits: -1, 0 or 1.
    pub fn expectation(&mut self, paulis: &[(usize, Pauli)]) -> Result<i8, TableauError> {
        self.lay(false);
        let words = self.qubits().div_ceil(WORD);
        let (mut product_x, mut product_z) = (zeros(words)?, zeros(words)?);
        let mut power = 0;
        for &(qubit, pauli) in paulis {
            self.check(qubit);
            power += u32::from(pauli == Pauli::Y);
            for (half, _) in
                self.halves.iter().zip([pauli.has_x(), pauli.has_z()]).filter(|(_, has)| *has)
            {
                power += 2 * u32::from(half.sign(qubit));
                let row = half.x.row(qubit).iter().zip(half.z.row(qubit));
                for ((x, z), (new_x, new_z)) in row.zip(product_x.iter_mut().zip(&mut product_z)) {
                    power += (x & z).count_ones() + 2 * (*new_z & x).count_ones();
                    *new_x ^= x;
                    *new_z ^= z;
                }
            }
        }
        let certain = product_x.iter().all(|word| *word == 0);
        Ok(if certain { 1 - (power % 4) as i8 } else { 0 })
    }

    /// The distribution over the results of measuring some qubits in the basis of Z; None when there are more than `limit` of them.
    pub fn distribution(
        &self,
        qubits: &[usize],
        limit: usize,
    ) -> Result<Option<Distribution>, TableauError> {
        let (base, free) = self.outcome(qubits, usize::MAX)?;
        let Some(count) = u32::try_from(free)
            .ok()
            .and_then(|free| 1_usize.checked_shl(free))
            .filter(|count| *count <= limit)
        else {
            return Ok(None);
        };
        let mut table = Table::zeros(count, base.len())?;
        table.row_mut(0).copy_from_slice(&base);
        for choice in 0..free {
            let (other, _) = self.outcome(qubits, choice)?;
            // every outcome so far again, with this choice made the other way
            for row in 0..1 << choice {
                let [from, to] = table.two_rows_mut([row, row | 1 << choice]);
                for (to, (from, (base, other))) in
                    to.iter_mut().zip(from.iter().zip(base.iter().zip(&other)))
                {
                    *to = from ^ base ^ other;
                }
            }
        }
        Ok(Some(Distribution {
            outcomes: Samples::from_shots(table, count),
            probability: (count as f64).recip(),
        }))
    }

    /// One outcome of measuring the qubits, where of the results that are free only the one of that number is 1; and how many are free.
    fn outcome(&self, qubits: &[usize], one: usize) -> Result<(Vec<u64>, usize), TableauError> {
        let mut state = self.copy()?;
        let mut bits = zeros(qubits.len().div_ceil(WORD))?;
        let mut free = 0;
        for (index, &qubit) in qubits.iter().enumerate() {
            let bit = state.measure_choosing(qubit, || {
                free += 1;
                free - 1 == one
            });
            bits[index / WORD] |= u64::from(bit) << (index % WORD);
        }
        Ok((bits, free))
    }
}
