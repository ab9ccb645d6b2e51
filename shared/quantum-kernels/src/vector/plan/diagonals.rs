//! How are many diagonal operations done at once?
//!
//! A diagonal operation on one or two bits is a factor for all amplitudes, one for those where a bit is 1, and one for
//! those where both are. Factors multiply into tables over some bits of a block. Where a factor depends on bits outside
//! the block, it is the same for a whole block: the table is twisted by it before each.

use super::Twist;
use super::emission::{Condition, Emission, within};
use super::items::{Bits, Item};
use crate::vector::complex::Complex;
use crate::vector::kernels::Sweep;
use crate::vector::operations::TOLERANCE;
use crate::vector::real::Real;

/// Unit bits of the largest table: it stays in the first-level cache.
const MAX_TABLE_BITS: usize = 6;
/// Entries between these sizes can be divided by without loss.
const DIVISIBLE: std::ops::Range<f64> = 0.01..100.0;

/// A factor where all bits of the mask are 1.
#[derive(Debug, Clone, Copy)]
struct Term {
    mask: usize,
    factor: Complex<f64>,
}

/// Unit bits of a table, and the terms that it has.
#[derive(Default)]
struct Table {
    units: usize,
    terms: Vec<Term>,
    twists: Vec<Twist>,
}

/// Writes down the product of diagonal operations, whose order does not matter.
pub(super) fn emit<'i, T: Real>(
    items: &mut dyn Iterator<Item = &'i Item<'i>>,
    emission: &mut Emission<T>,
) {
    let mut constant = Complex::ONE;
    let mut terms = Vec::new();
    for item in items {
        if !divide(item, &mut constant, &mut terms) {
            emit_alone(item, emission);
        }
    }
    terms.retain(|term| !term.factor.is_close(Complex::ONE, TOLERANCE));
    if terms.is_empty() && constant.is_close(Complex::ONE, TOLERANCE) {
        return;
    }
    let lanes = (1 << emission.lane_bits()) - 1;
    let local = emission.local();
    // bits that all terms have
    let is_constant = constant.is_close(Complex::ONE, TOLERANCE);
    let mut common =
        terms.iter().fold(if is_constant { usize::MAX } else { 0 }, |all, term| all & term.mask);
    // the lanes are the lowest bits of the index, too
    common &= !lanes;
    let condition = emission.condition(Sweep { fixed: common, value: common });
    let mut tables: Vec<Table> = Vec::new();
    let most = table_bits(emission);
    let first = Term { mask: 0, factor: constant };
    for term in std::iter::once(first).chain(terms) {
        let mask = term.mask & !common;
        let outside = mask & !local;
        let inner = within(mask, local);
        let units = inner & !lanes;
        let has_room = |table: &Table| ((table.units | units).count_ones() as usize) <= most;
        let at = tables.iter().position(|table| units & !table.units == 0);
        let at = at.or_else(|| tables.iter().position(has_room));
        let at = at.unwrap_or_else(|| {
            tables.push(Table::default());
            tables.len() - 1
        });
        let table = &mut tables[at];
        table.units |= units;
        let term = Term { mask: inner, factor: term.factor };
        match outside {
            0 => table.terms.push(term),
            _ => table.twists.push(Twist { within: inner, outside, factor: term.factor }),
        }
    }
    for table in tables {
        table.emit(condition, emission);
    }
}

/// Larger tables spare passes over a block, but have to be filled: a balance for narrow states.
fn table_bits<T: Real>(emission: &Emission<T>) -> usize {
    (emission.index_bits() / 2).saturating_sub(4).clamp(2, MAX_TABLE_BITS)
}

/// Adds the terms of an operation on at most two bits; false if it has no such terms.
fn divide(item: &Item<'_>, constant: &mut Complex<f64>, terms: &mut Vec<Term>) -> bool {
    let support = item.support();
    if support.count_ones() > 2 {
        return false;
    }
    let bits = Bits::of(support);
    let entry = |values: usize| {
        let index = bits.iter().enumerate().filter(|(at, _)| values >> at & 1 == 1);
        let index = index.fold(0, |index, (_, bit)| index | 1 << bit);
        if index & item.controls.fixed != item.controls.value {
            return Complex::ONE;
        }
        let row = item.targets.iter().enumerate().filter(|(_, bit)| index >> bit & 1 == 1);
        item.entries[row.fold(0, |row, (at, _)| row | 1 << at)]
    };
    let is_divisible = |values: usize| DIVISIBLE.contains(&entry(values).norm_squared());
    if !(0..1 << bits.len()).all(is_divisible) {
        return false;
    }
    let whole = entry(0);
    *constant *= whole;
    for (at, bit) in bits.iter().enumerate() {
        terms.push(Term { mask: 1 << bit, factor: quotient(entry(1 << at), whole) });
    }
    if bits.len() == 2 {
        let factor = quotient(entry(3) * whole, entry(1) * entry(2));
        terms.push(Term { mask: support, factor });
    }
    true
}

fn quotient(left: Complex<f64>, right: Complex<f64>) -> Complex<f64> {
    left * right.conjugate() * right.norm_squared().recip()
}

/// An operation with more bits, or with zeros on its diagonal: a step for each value of the bits outside the block.
fn emit_alone<T: Real>(item: &Item<'_>, emission: &mut Emission<T>) {
    let local = emission.local();
    let (mut inner, mut outer) = (Bits::NONE, Bits::NONE);
    let (mut inner_rows, mut outer_rows) = (Vec::new(), Vec::new());
    for (number, bit) in item.targets.iter().enumerate() {
        let (bits, rows) = match local >> bit & 1 {
            1 => (&mut inner, &mut inner_rows),
            _ => (&mut outer, &mut outer_rows),
        };
        bits.push(bit);
        rows.push(1 << number);
    }
    let chosen = |number: usize, list: &[usize]| {
        let list = list.iter().enumerate().filter(|(at, _)| number >> at & 1 == 1);
        list.fold(0, |all, (_, bit)| all | bit)
    };
    let outer_bits: Vec<usize> = outer.iter().map(|bit| 1 << bit).collect();
    for variant in 0..1 << outer.len() {
        let condition = emission.condition(Sweep {
            fixed: item.controls.fixed | outer.mask(),
            value: item.controls.value | chosen(variant, &outer_bits),
        });
        let of_variant = chosen(variant, &outer_rows);
        emission.scale(&inner, condition, |number| {
            item.entries[of_variant | chosen(number, &inner_rows)]
        });
    }
}

impl Table {
    fn emit<T: Real>(mut self, condition: Condition, emission: &mut Emission<T>) {
        let lane_bits = emission.lane_bits();
        let lanes = (1 << lane_bits) - 1;
        let bits = Bits::of(self.units | lanes);
        let factors = self.factors(&bits);
        let unit_bits: Vec<usize> =
            Bits::of(self.units).iter().map(|bit| 1 << (bit - lane_bits)).collect();
        // from here on the bits of an entry's number
        for twist in &mut self.twists {
            twist.within = within(twist.within, bits.mask());
        }
        self.twists.sort_unstable_by_key(|twist| twist.within);
        let twists = emission.twists(self.twists.into_iter());
        emission.scale_by_table(&factors, &unit_bits, condition, twists);
    }

    /// The product of the terms for each value of the bits.
    fn factors(&self, bits: &Bits) -> Vec<Complex<f64>> {
        let size = bits.len();
        let mut one = [Complex::ONE; MAX_FACTOR_BITS];
        let mut two = [[Complex::ONE; MAX_FACTOR_BITS]; MAX_FACTOR_BITS];
        let mut all = Complex::ONE;
        for Term { mask, factor } in &self.terms {
            let at = within(*mask, bits.mask());
            let lowest = at.trailing_zeros() as usize;
            let highest = at.checked_ilog2().unwrap_or(0) as usize;
            match at.count_ones() {
                0 => all *= *factor,
                1 => one[lowest] *= *factor,
                _ => two[highest][lowest] *= *factor,
            }
        }
        let mut factors = Vec::with_capacity(1 << size);
        let mut step = Vec::with_capacity(1 << size);
        factors.push(all);
        for bit in 0..size {
            // what a 1 at this bit means for each value of the lower ones
            step.clear();
            step.push(one[bit]);
            for (lower, both) in two[bit][..bit].iter().enumerate() {
                for at in 0..1 << lower {
                    step.push(step[at] * *both);
                }
            }
            for at in 0..1 << bit {
                factors.push(factors[at] * step[at]);
            }
        }
        factors
    }
}

/// Lane bits of the widest register and unit bits of the largest table.
const MAX_FACTOR_BITS: usize = 4 + MAX_TABLE_BITS;
