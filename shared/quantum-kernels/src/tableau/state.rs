//! What is a stabilizer state, and how does a gate change it?

use super::{
    TableauError,
    bits::{Table, WORD, zeros},
    clifford::{Action, OneQubit, Pauli, TwoQubit},
    rows::{self, Row},
};

/// A state U|0…0⟩ of qubits numbered from 0, kept as U†PU for the X and the Z of every qubit: as the products of Paulis that, on the
/// state |0…0⟩, say what measuring P says on this state. A gate then changes the rows of its own qubits alone.
#[derive(Debug)]
pub struct Tableau {
    qubits: usize,
    /// The bits of X and of Z in U†XU of each qubit, then those in U†ZU.
    pub(super) halves: [Half; 2],
    /// Whether the tables lie on their side: rows are then columns, which is what measuring wants.
    pub(super) on_side: bool,
}

/// A row for each qubit: what U†PU is for its P, once X and once Z.
#[derive(Debug)]
pub(super) struct Half {
    pub(super) x: Table,
    pub(super) z: Table,
    /// Whether there is a minus in front.
    pub(super) signs: Vec<u64>,
}

impl Half {
    fn zeros(words: usize) -> Result<Self, TableauError> {
        let table = || Table::zeros(words.saturating_mul(WORD), words);
        Ok(Self { x: table()?, z: table()?, signs: zeros(words)? })
    }

    fn copy(&self) -> Result<Self, TableauError> {
        let mut signs = zeros(self.signs.len())?;
        signs.copy_from_slice(&self.signs);
        Ok(Self { x: self.x.copy()?, z: self.z.copy()?, signs })
    }

    pub(super) fn sign(&self, row: usize) -> bool {
        self.signs[row / WORD] >> (row % WORD) & 1 == 1
    }

    fn flip_sign(&mut self, row: usize, flip: bool) {
        self.signs[row / WORD] ^= u64::from(flip) << (row % WORD);
    }
}

impl Tableau {
    /// Bytes that a state of so many qubits takes.
    pub fn bytes(qubits: usize) -> u64 {
        let words = qubits.div_ceil(WORD) as u64;
        let table = words.saturating_mul(words).saturating_mul((WORD * 8) as u64);
        table.saturating_mul(4).saturating_add(words.saturating_mul(16))
    }

    /// The state |0…0⟩.
    ///
    /// # Errors
    /// `OutOfMemory` when [`Self::bytes`] are not to be had.
    pub fn zero(qubits: usize) -> Result<Self, TableauError> {
        let words = qubits.div_ceil(WORD);
        let mut halves = [Half::zeros(words)?, Half::zeros(words)?];
        for qubit in 0..qubits {
            halves[0].x.set(qubit, qubit);
            halves[1].z.set(qubit, qubit);
        }
        Ok(Self { qubits, halves, on_side: false })
    }

    /// # Errors
    /// `OutOfMemory` when there is none for a second state.
    pub fn copy(&self) -> Result<Self, TableauError> {
        let [x, z] = &self.halves;
        Ok(Self { qubits: self.qubits, halves: [x.copy()?, z.copy()?], on_side: self.on_side })
    }

    pub fn qubits(&self) -> usize {
        self.qubits
    }

    /// # Panics
    /// When there is no such qubit; so do the other methods that take qubits.
    pub fn apply_one(&mut self, gate: OneQubit, qubit: usize) {
        self.check(qubit);
        self.lay(false);
        let inverse = gate.inverse();
        let [of_x, of_z] = &mut self.halves;
        let mut rows =
            [of_x, of_z].map(|half| Row { x: half.x.row_mut(qubit), z: half.z.row_mut(qubit) });
        let powers = rows::multiply(&mut rows, inverse);
        self.set_signs([qubit], inverse, powers);
    }

    /// # Panics
    /// When the two are the same qubit.
    pub fn apply_two(&mut self, gate: TwoQubit, qubits: [usize; 2]) {
        let [first, second] = qubits;
        self.check(first);
        self.check(second);
        assert_ne!(first, second, "a gate of two qubits needs two");
        self.lay(false);
        let inverse = gate.inverse();
        let [of_x, of_z] = &mut self.halves;
        let [x0, x1] = pair(of_x, qubits);
        let [z0, z1] = pair(of_z, qubits);
        let mut rows = [x0, z0, x1, z1];
        let powers = rows::multiply(&mut rows, inverse);
        self.set_signs(qubits, inverse, powers);
    }

    /// The same as the gate of that name, but for the price of a bit.
    pub fn apply_pauli(&mut self, pauli: Pauli, qubit: usize) {
        self.check(qubit);
        self.halves[0].flip_sign(qubit, pauli.has_z());
        self.halves[1].flip_sign(qubit, pauli.has_x());
    }

    fn set_signs<const QUBITS: usize, const ENTRIES: usize>(
        &mut self,
        qubits: [usize; QUBITS],
        action: Action<ENTRIES>,
        powers: [u32; ENTRIES],
    ) {
        let old: [u32; ENTRIES] =
            std::array::from_fn(|row| u32::from(self.halves[row % 2].sign(qubits[row / 2])));
        for (row, image) in action.images().into_iter().enumerate() {
            let minuses: u32 = (0..ENTRIES)
                .map(|factor| old[factor] * u32::from(image.bits() >> factor & 1))
                .sum();
            let negative = (powers[row] / 2 + minuses) % 2;
            self.halves[row % 2].flip_sign(qubits[row / 2], negative != old[row]);
        }
    }

    pub(super) fn check(&self, qubit: usize) {
        assert!(qubit < self.qubits, "there is no qubit {qubit} among {}", self.qubits);
    }

    /// Turns the tables on their side or up again, unless they are.
    pub(super) fn lay(&mut self, on_side: bool) {
        if self.on_side != on_side {
            self.on_side = on_side;
            for half in &mut self.halves {
                half.x.transpose();
                half.z.transpose();
            }
        }
    }
}

fn pair(half: &mut Half, qubits: [usize; 2]) -> [Row<'_>; 2] {
    let [x0, x1] = half.x.two_rows_mut(qubits);
    let [z0, z1] = half.z.two_rows_mut(qubits);
    [Row { x: x0, z: z0 }, Row { x: x1, z: z1 }]
}
