//! How does a gate change the rows of a tableau, or of the frames?

use super::{
    clifford::Action,
    lanes::{Lanes, Powers, widest},
};

/// The rows of one qubit's X or Z: its bits of X and of Z in every column.
pub(super) struct Row<'a> {
    pub(super) x: &'a mut [u64],
    pub(super) z: &'a mut [u64],
}

widest! {
    pub(super) fn multiply<const ENTRIES: usize>(rows: &mut [Row<'_>; ENTRIES], action: Action<ENTRIES>) -> [u32; ENTRIES] => multiply_rows
}

/// Replaces each row by the product of rows that the action's entry names, and says the power of i that came about in each.
#[inline(always)]
fn multiply_rows<L: Lanes, const ENTRIES: usize>(
    rows: &mut [Row<'_>; ENTRIES],
    action: Action<ENTRIES>,
) -> [u32; ENTRIES] {
    let masks = masks(action);
    let mut powers = action.images().map(|image| image.power_of_i());
    let at = multiply_from::<L, ENTRIES>(rows, &masks, 0, &mut powers);
    multiply_from::<u64, ENTRIES>(rows, &masks, at, &mut powers);
    powers
}

/// As many words as full lanes make; returns where it stopped.
#[inline(always)]
fn multiply_from<L: Lanes, const ENTRIES: usize>(
    rows: &mut [Row<'_>; ENTRIES],
    masks: &[[u64; ENTRIES]; ENTRIES],
    mut at: usize,
    powers: &mut [u32; ENTRIES],
) -> usize {
    let words = rows[0].x.len();
    let mut counts = [Powers::<L>::zero(); ENTRIES];
    while at + L::WORDS <= words {
        multiply_at(rows, masks, at, &mut counts);
        at += L::WORDS;
    }
    for (power, count) in powers.iter_mut().zip(counts) {
        *power += count.sum();
    }
    at
}

#[inline(always)]
fn multiply_at<L: Lanes, const ENTRIES: usize>(
    rows: &mut [Row<'_>; ENTRIES],
    masks: &[[u64; ENTRIES]; ENTRIES],
    at: usize,
    counts: &mut [Powers<L>; ENTRIES],
) {
    let x: [L; ENTRIES] = std::array::from_fn(|row| L::load(rows[row].x, at));
    let z: [L; ENTRIES] = std::array::from_fn(|row| L::load(rows[row].z, at));
    for row in 0..ENTRIES {
        let (mut new_x, mut new_z) = (L::splat(0), L::splat(0));
        for factor in 0..ENTRIES {
            if masks[row][factor] == 0 {
                continue;
            }
            // Y = iXZ, and moving this factor's X before the Z of those so far changes the sign where both are
            counts[row].add_one(x[factor].and(z[factor]));
            counts[row].add_two(new_z.and(x[factor]));
            new_x = new_x.xor(x[factor]);
            new_z = new_z.xor(z[factor]);
        }
        // back to Hermitian form: three times is minus once
        counts[row].add_one(new_x.and(new_z));
        counts[row].add_two(new_x.and(new_z));
        new_x.store(rows[row].x, at);
        new_z.store(rows[row].z, at);
    }
}

widest! {
    pub(super) fn add<const ENTRIES: usize>(rows: &mut [&mut [u64]; ENTRIES], action: Action<ENTRIES>) => add_rows
}

/// Replaces each row of bits by the sum modulo 2 of the rows that the entry has a bit for, as a frame, which has no sign, asks.
#[inline(always)]
fn add_rows<L: Lanes, const ENTRIES: usize>(
    rows: &mut [&mut [u64]; ENTRIES],
    action: Action<ENTRIES>,
) {
    let images = masks(action);
    // a frame's Pauli moves through the gate: its bit of an entry goes wherever that entry's image has bits
    let masks: [[u64; ENTRIES]; ENTRIES] =
        std::array::from_fn(|row| std::array::from_fn(|entry| images[entry][row]));
    let at = add_from::<L, ENTRIES>(rows, &masks, 0);
    add_from::<u64, ENTRIES>(rows, &masks, at);
}

#[inline(always)]
fn add_from<L: Lanes, const ENTRIES: usize>(
    rows: &mut [&mut [u64]; ENTRIES],
    masks: &[[u64; ENTRIES]; ENTRIES],
    mut at: usize,
) -> usize {
    let words = rows[0].len();
    while at + L::WORDS <= words {
        let old: [L; ENTRIES] = std::array::from_fn(|row| L::load(rows[row], at));
        for (row, masks) in rows.iter_mut().zip(masks) {
            let sum = (0..ENTRIES)
                .fold(L::splat(0), |sum, entry| sum.xor(old[entry].and(L::splat(masks[entry]))));
            sum.store(row, at);
        }
        at += L::WORDS;
    }
    at
}

/// All ones where the entry's image has the bit.
#[inline(always)]
fn masks<const ENTRIES: usize>(action: Action<ENTRIES>) -> [[u64; ENTRIES]; ENTRIES] {
    action
        .images()
        .map(|image| std::array::from_fn(|bit| u64::from(image.bits() >> bit & 1).wrapping_neg()))
}
