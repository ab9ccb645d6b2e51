//! What does measuring a qubit of a stabilizer state say, and what does it leave?

use super::{
    Tableau,
    bits::{WORD, spread},
    clifford::Pauli,
    lanes::{Lanes, Powers, widest},
    state::Half,
};
use crate::random::Random;

/// Where a product of Paulis has something, and whether X, Z or both.
#[derive(Clone, Copy, Default)]
struct Place {
    place: usize,
    x: bool,
    z: bool,
}

impl Tableau {
    /// Measures a qubit in the basis of Z; a result that is not certain is drawn.
    pub fn measure(&mut self, qubit: usize, random: &mut Random) -> bool {
        self.measure_choosing(qubit, || random.unit() < 0.5)
    }

    /// Measures a qubit; a result that is not certain is the wanted one.
    pub fn measure_preferring(&mut self, qubit: usize, wanted: bool) -> bool {
        self.measure_choosing(qubit, || wanted)
    }

    /// Measures a qubit and leaves it as |0⟩.
    pub fn reset(&mut self, qubit: usize, random: &mut Random) {
        self.reset_choosing(qubit, || random.unit() < 0.5);
    }

    /// The result that is certain, or else the one that is chosen; both are then equally likely.
    pub(super) fn measure_choosing(&mut self, qubit: usize, choose: impl FnOnce() -> bool) -> bool {
        self.check(qubit);
        let Some(pivot) = self.pivot(qubit) else {
            return self.halves[1].sign(qubit);
        };
        let outcome = choose();
        self.collapse(qubit, pivot, outcome);
        outcome
    }

    pub(super) fn reset_choosing(&mut self, qubit: usize, choose: impl FnOnce() -> bool) {
        if self.measure_choosing(qubit, choose) {
            self.apply_pauli(Pauli::X, qubit);
        }
    }

    /// The first place where U†ZU has an X: on |0…0⟩ only Zs are certain.
    fn pivot(&self, qubit: usize) -> Option<usize> {
        let x = &self.halves[1].x;
        if self.on_side {
            return (0..self.qubits()).find(|&column| x.bit(column, qubit));
        }
        let (at, word) = x.row(qubit).iter().enumerate().find(|(_, word)| **word != 0)?;
        Some(at * WORD + word.trailing_zeros() as usize)
    }

    /// Takes U to U·V, where V makes of |0…0⟩ its part on which P = U†ZU is (-1)^outcome: V†PV = (-1)^outcome·Z of the pivot.
    ///
    /// A row Q with an X at the pivot becomes that of Q·P, times (-1)^outcome·Z of the pivot. P commutes with all rows but the measured
    /// qubit's own X, so that nothing is left at the pivot of any other row than this Z.
    fn collapse(&mut self, qubit: usize, pivot: usize, outcome: bool) {
        self.lay(true);
        let factor = self.factor(qubit);
        let negative = self.halves[1].sign(qubit);
        for half in &mut self.halves {
            multiply_where(half, pivot, &factor, negative != outcome);
        }
        self.halves[0].x.set(pivot, qubit);
    }

    /// The places of P = U†ZU, each with whether it has X and Z there.
    fn factor(&self, qubit: usize) -> Vec<Place> {
        let Half { x, z, .. } = &self.halves[1];
        let mut places = vec![Place::default(); self.qubits()];
        let mut count = 0;
        for place in 0..self.qubits() {
            let (x, z) = (x.bit(place, qubit), z.bit(place, qubit));
            // whether there is something is as good as random: a branch would mostly be guessed wrong
            places[count] = Place { place, x, z };
            count += usize::from(x | z);
        }
        places.truncate(count);
        places
    }
}

widest! {
    fn multiply_where(half: &mut Half, pivot: usize, factor: &[Place], negate: bool) => multiply_columns
}

/// Multiplies the rows that have an X at the pivot by the factor, and leaves a Z there in place of all they had.
#[inline(always)]
fn multiply_columns<L: Lanes>(half: &mut Half, pivot: usize, factor: &[Place], negate: bool) {
    let at = multiply_from::<L>(half, pivot, factor, negate, 0);
    multiply_from::<u64>(half, pivot, factor, negate, at);
}

/// As many words as full lanes make; returns where it stopped.
#[inline(always)]
fn multiply_from<L: Lanes>(
    half: &mut Half,
    pivot: usize,
    factor: &[Place],
    negate: bool,
    mut at: usize,
) -> usize {
    while at + L::WORDS <= half.signs.len() {
        multiply_at::<L>(half, pivot, factor, negate, at);
        at += L::WORDS;
    }
    at
}

#[inline(always)]
fn multiply_at<L: Lanes>(half: &mut Half, pivot: usize, factor: &[Place], negate: bool, at: usize) {
    let chosen = L::load(half.x.row(pivot), at);
    let mut powers = Powers::zero();
    for &Place { place, x: has_x, z: has_z } in factor {
        let factor_x = chosen.and(L::splat(spread(has_x)));
        let factor_z = chosen.and(L::splat(spread(has_z)));
        let (x_row, z_row) = (half.x.row_mut(place), half.z.row_mut(place));
        let (x, z) = (L::load(x_row, at), L::load(z_row, at));
        let (new_x, new_z) = (x.xor(factor_x), z.xor(factor_z));
        // two Paulis that anticommute leave i or -i
        let crossed = x.and(factor_z);
        let anticommute = crossed.xor(z.and(factor_x));
        powers.add_one(anticommute);
        powers.add_two(anticommute.and(new_x.xor(new_z).xor(crossed)));
        new_x.store(x_row, at);
        new_z.store(z_row, at);
    }
    let minus = chosen.and(L::splat(spread(negate)));
    L::load(&half.signs, at).xor(powers.twos()).xor(minus).store(&mut half.signs, at);
    L::splat(0).store(half.x.row_mut(pivot), at);
    chosen.store(half.z.row_mut(pivot), at);
}
