//! How is an operation on bits of a block written down for its kernel?

use std::ops::Range;

use super::items::{Action, Bits, Item};
use super::matrices::Columns;
use super::{Change, Data, DenseChange, Step, Twist};
use crate::vector::buffer::Buffer;
use crate::vector::complex::Complex;
use crate::vector::error::Error;
use crate::vector::kernels::{MAX_LANES, MAX_REGISTER_TARGETS, Sweep, offset, place};
use crate::vector::lanes::Path;
use crate::vector::operations::TOLERANCE;
use crate::vector::real::Real;

/// Tables before a new one whose entries it may share.
const KNOWN_ENTRIES: usize = 32;

pub(super) struct Emission<T> {
    index_bits: usize,
    lane_bits: usize,
    /// Bits of the state's index that run within the block.
    local: usize,
    /// Bits of the index without which all amplitudes are zero so far.
    zeros: usize,
    changed: usize,
    steps: Vec<Step>,
    coefficients: Vec<T>,
    entries: Vec<u16>,
    /// The unit bits of tables, and where the entries for them are.
    known_entries: Vec<(usize, Range<usize>)>,
    places: Vec<usize>,
    twists: Vec<Twist>,
}

/// A condition, divided into the bits of an index within the block and those of the state's index.
#[derive(Clone, Copy)]
pub(super) struct Condition {
    pub(super) within: Sweep,
    pub(super) outside: Sweep,
}

impl<T: Real> Emission<T> {
    pub(super) fn new(path: Path, index_bits: usize, zeros: usize) -> Self {
        Self {
            index_bits,
            lane_bits: path.lane_bits::<T>(),
            local: 0,
            zeros,
            changed: 0,
            steps: Vec::new(),
            coefficients: Vec::new(),
            entries: Vec::new(),
            known_entries: Vec::new(),
            places: Vec::new(),
            twists: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Result<(Vec<Step>, Data<T>), Error> {
        let mut coefficients = Buffer::zeroed(self.coefficients.len())?;
        coefficients.as_mut_slice().copy_from_slice(&self.coefficients);
        let Self { entries, places, twists, .. } = self;
        Ok((self.steps, Data { coefficients, entries, places, twists }))
    }

    /// Begins a pass over blocks of these bits; gives the number of its first step.
    pub(super) fn begin(&mut self, local: usize) -> usize {
        self.local = local;
        self.changed = 0;
        self.steps.len()
    }

    pub(super) fn steps(&self) -> usize {
        self.steps.len()
    }

    pub(super) fn changed(&self) -> usize {
        self.changed
    }

    pub(super) fn local(&self) -> usize {
        self.local
    }

    pub(super) fn index_bits(&self) -> usize {
        self.index_bits
    }

    pub(super) fn lane_bits(&self) -> usize {
        self.lane_bits
    }

    pub(super) fn condition(&self, condition: Sweep) -> Condition {
        let Sweep { fixed, value } = condition;
        let local = self.local;
        Condition {
            within: Sweep { fixed: within(fixed, local), value: within(value, local) },
            outside: Sweep { fixed: fixed & !local, value: value & !local },
        }
    }

    /// An operation on its own, all of whose changed bits are in the block.
    pub(super) fn item(&mut self, item: &Item<'_>) {
        let condition = self.condition(item.controls);
        let lanes = (1 << self.lane_bits) - 1;
        let size = 1 << item.targets.len();
        match item.action {
            Action::Diagonal => return super::diagonals::emit(&mut std::iter::once(item), self),
            Action::Flip => self.flip(item.targets.get(0), condition),
            Action::Dense | Action::Swap => {
                let entry = |row: usize, column: usize| match item.action {
                    Action::Swap => SWAP[row * size + column],
                    _ => item.entries[row * size + column],
                };
                // controls that are lane bits may take a shuffle
                let has_lane_controls = condition.within.fixed & lanes != 0;
                match item.targets.len() + usize::from(has_lane_controls) <= MAX_REGISTER_TARGETS {
                    true => self.dense(&item.targets, condition, entry),
                    false => self.wide(&item.targets, condition, entry),
                }
            }
        }
        self.note(item.targets.mask());
    }

    /// A matrix made of several operations.
    pub(super) fn matrix(&mut self, columns: &Columns, bits: &Bits) {
        let size = 1 << bits.len();
        let entry = |row: usize, column: usize| columns[column * size + row];
        let condition = self.condition(Sweep { fixed: 0, value: 0 });
        let is_diagonal = (0..size * size)
            .all(|at| at / size == at % size || columns[at].is_close(Complex::ZERO, TOLERANCE));
        if is_diagonal {
            let diagonal = |row: usize| columns[row * (size + 1)];
            let is_identity = (0..size).all(|row| diagonal(row).is_close(Complex::ONE, TOLERANCE));
            if !is_identity {
                self.scale(bits, condition, diagonal);
            }
            return;
        }
        self.dense(bits, condition, entry);
        self.note(bits.mask());
    }

    fn note(&mut self, changed: usize) {
        self.changed |= changed;
        self.zeros &= !changed;
    }

    pub(super) fn push(&mut self, outside: Sweep, change: Change) {
        self.steps.push(Step { outside, change });
    }

    /// Units that satisfy the condition and may not be zero; bits of `targets`, which number units, stay 0.
    pub(super) fn sweep(&self, condition: Sweep, targets: usize) -> Sweep {
        let fixed = condition.fixed >> self.lane_bits;
        let value = condition.value >> self.lane_bits;
        let zeros = within(self.zeros, self.local) >> self.lane_bits;
        // where a control asks for a 1 that is not there, the step changes nothing, which costs little
        Sweep { fixed: fixed | targets | zeros, value }
    }

    fn flip(&mut self, target: usize, condition: Condition) {
        let bit = rank(target, self.local);
        let lanes = (1 << self.lane_bits) - 1;
        let controls =
            Sweep { fixed: condition.within.fixed & lanes, value: condition.within.value & lanes };
        let is_chosen = |lane: usize| lane & controls.fixed == controls.value;
        let change = match bit.checked_sub(self.lane_bits) {
            Some(unit_bit) => Change::Exchange {
                sweep: self.sweep(condition.within, 1 << unit_bit),
                offsets: [0, offset::<T>(1 << unit_bit, self.lane_bits)],
                lanes: (0..=lanes)
                    .filter(|lane| is_chosen(*lane))
                    .fold(0, |all, lane| all | 1 << lane),
            },
            None => Change::Rearrange {
                sweep: self.sweep(condition.within, 0),
                sources: std::array::from_fn(|lane| {
                    if is_chosen(lane) { (lane ^ 1 << bit) as u8 } else { lane as u8 }
                }),
            },
        };
        self.push(condition.outside, change);
    }

    /// A matrix that fits in registers together with the controls that are lane bits.
    fn dense(
        &mut self,
        bits: &Bits,
        condition: Condition,
        entry: impl Fn(usize, usize) -> Complex<f64>,
    ) {
        let lanes = 1_usize << self.lane_bits;
        // for both kinds of target: the bit in the matrix's row number, and that of the unit or lane
        let (mut high, mut low) = (Pairs::default(), Pairs::default());
        for (number, bit) in bits.iter().enumerate() {
            let bit = rank(bit, self.local);
            match bit.checked_sub(self.lane_bits) {
                Some(unit_bit) => high.push(1 << number, 1 << unit_bit),
                None => low.push(1 << number, 1 << bit),
            }
        }
        // controls that are lane bits choose among the coefficients of the lanes
        let controls = Sweep {
            fixed: condition.within.fixed & (lanes - 1),
            value: condition.within.value & (lanes - 1),
        };
        if controls.fixed != 0 && low.count == 0 {
            low.push(0, controls.fixed & controls.fixed.wrapping_neg());
        }
        let (rows, shuffles) = (1_usize << high.count, 1_usize << low.count);
        let mut offsets = [0; 1 << MAX_REGISTER_TARGETS];
        for (row, at) in offsets[..rows].iter_mut().enumerate() {
            *at = offset::<T>(high.spread(row).1, self.lane_bits);
        }
        let mut patterns = [0; 1 << MAX_REGISTER_TARGETS];
        for (shuffle, pattern) in patterns[..shuffles].iter_mut().enumerate() {
            *pattern = low.spread(shuffle).1 as u8;
        }
        let first = self.coefficients.len();
        let size = 1 << bits.len();
        let is_real = (0..size * size).all(|at| entry(at / size, at % size).im.abs() <= TOLERANCE);
        let width = if shuffles == 1 { 1 } else { lanes };
        let mut to_lane = [0; MAX_LANES];
        to_lane[..lanes].iter_mut().enumerate().for_each(|(lane, row)| *row = low.collect(lane));
        for row in 0..rows {
            let to = high.spread(row).0;
            for column in 0..rows {
                let from = high.spread(column).0;
                for pattern in &patterns[..shuffles] {
                    let mut factors = [Complex::ZERO; MAX_LANES];
                    for (lane, factor) in factors[..width].iter_mut().enumerate() {
                        let source = lane ^ usize::from(*pattern);
                        *factor = if lane & controls.fixed != controls.value {
                            let is_itself = row == column && *pattern == 0;
                            if is_itself { Complex::ONE } else { Complex::ZERO }
                        } else if (lane ^ source) & controls.fixed != 0 {
                            Complex::ZERO
                        } else {
                            entry(to | to_lane[lane], from | to_lane[source])
                        };
                    }
                    let factors = &factors[..width];
                    self.coefficients.extend(factors.iter().map(|factor| T::from_f64(factor.re)));
                    if !is_real {
                        let im = factors.iter().map(|factor| T::from_f64(factor.im));
                        self.coefficients.extend(im);
                        let sums = factors.iter().map(|factor| T::from_f64(factor.re + factor.im));
                        self.coefficients.extend(sums);
                    }
                }
            }
        }
        let coefficients = first..self.coefficients.len();
        self.align();
        let change = Change::Dense(DenseChange {
            sweep: self.sweep(condition.within, high.spread(rows - 1).1),
            offsets,
            patterns,
            row_bits: high.count as u8,
            lane_bits: low.count as u8,
            is_real,
            coefficients,
        });
        self.push(condition.outside, change);
    }

    fn wide(
        &mut self,
        bits: &Bits,
        condition: Condition,
        entry: impl Fn(usize, usize) -> Complex<f64>,
    ) {
        let size = 1 << bits.len();
        let first = self.places.len();
        self.places.push(0);
        for bit in bits.iter() {
            let distance = place::<T>(1 << rank(bit, self.local));
            let lower = first..self.places.len();
            self.places.extend_from_within(lower.clone());
            self.places[lower.end..].iter_mut().for_each(|place| *place += distance);
        }
        let start = self.coefficients.len();
        for column in 0..size {
            let entries = || (0..size).map(|row| entry(row, column));
            self.coefficients.extend(entries().map(|entry| T::from_f64(entry.re)));
            self.coefficients.extend(entries().map(|entry| T::from_f64(entry.im)));
        }
        let matrix = start..self.coefficients.len();
        self.align();
        let change = Change::Wide {
            fixed: condition.within.fixed | within(bits.mask(), self.local),
            value: condition.within.value,
            places: first..self.places.len(),
            matrix,
        };
        self.push(condition.outside, change);
    }

    /// A diagonal matrix on bits of the block.
    pub(super) fn scale(
        &mut self,
        bits: &Bits,
        condition: Condition,
        factor: impl Fn(usize) -> Complex<f64>,
    ) {
        let lanes = 1_usize << self.lane_bits;
        let (mut high, mut low) = (Pairs::default(), Pairs::default());
        for (number, bit) in bits.iter().enumerate() {
            let bit = rank(bit, self.local);
            match bit.checked_sub(self.lane_bits) {
                Some(unit_bit) => high.push(1 << number, 1 << unit_bit),
                None => low.push(1 << number, 1 << bit),
            }
        }
        // a table's unit bits rise
        high.list[..high.count].sort_unstable_by_key(|pair| pair.1);
        let controls = Sweep {
            fixed: condition.within.fixed & (lanes - 1),
            value: condition.within.value & (lanes - 1),
        };
        let table = (0..lanes << high.count).map(|number| {
            let (entry, lane) = (number >> self.lane_bits, number & (lanes - 1));
            match lane & controls.fixed == controls.value {
                true => factor(high.spread(entry).0 | low.collect(lane)),
                false => Complex::ONE,
            }
        });
        let table: Vec<Complex<f64>> = table.collect();
        let unit_bits: Vec<usize> = high.list[..high.count].iter().map(|pair| pair.1).collect();
        self.scale_by_table(&table, &unit_bits, condition, 0..0);
    }

    /// A factor for each lane and each value of the unit bits, the lanes being the low bits of the factor's number.
    pub(super) fn scale_by_table(
        &mut self,
        table: &[Complex<f64>],
        unit_bits: &[usize],
        condition: Condition,
        twists: Range<usize>,
    ) {
        let start = self.coefficients.len();
        for factors in table.chunks_exact(1 << self.lane_bits) {
            self.coefficients.extend(factors.iter().map(|factor| T::from_f64(factor.re)));
            self.coefficients.extend(factors.iter().map(|factor| T::from_f64(factor.im)));
        }
        let table = start..self.coefficients.len();
        self.align();
        let entries = self.entries_by_bits(unit_bits);
        let sweep = self.sweep(condition.within, 0);
        self.push(condition.outside, Change::Scale { sweep, entries, table, twists });
    }

    /// For each unit of the block the number of its factors in a table of these unit bits, which are in rising order.
    fn entries_by_bits(&mut self, unit_bits: &[usize]) -> Range<usize> {
        let unit_count = self.local.count_ones() as usize - self.lane_bits;
        let mask = unit_bits.iter().fold(0, |mask, bit| mask | bit);
        let same =
            |known: &(usize, Range<usize>)| known.0 == mask && known.1.len() == 1 << unit_count;
        if let Some((_, entries)) =
            self.known_entries.iter().rev().take(KNOWN_ENTRIES).find(|known| same(known))
        {
            return entries.clone();
        }
        let first = self.entries.len();
        self.entries.push(0);
        for bit in 0..unit_count {
            self.entries.extend_from_within(first..);
            if mask >> bit & 1 == 1 {
                let added = 1 << rank(bit, mask);
                let half = first + (1 << bit);
                self.entries[half..].iter_mut().for_each(|entry| *entry |= added);
            }
        }
        let entries = first..self.entries.len();
        self.known_entries.push((mask, entries.clone()));
        entries
    }

    /// Notes what differs from block to block; the result goes to `scale_by_table`.
    pub(super) fn twists(&mut self, twists: impl Iterator<Item = Twist>) -> Range<usize> {
        let first = self.twists.len();
        self.twists.extend(twists);
        first..self.twists.len()
    }

    /// Lets the next coefficients begin at a cache line.
    fn align(&mut self) {
        let length = self.coefficients.len().next_multiple_of(T::CHUNK);
        self.coefficients.resize(length, T::default());
    }
}

const SWAP: [Complex<f64>; 16] = {
    let mut matrix = [Complex::ZERO; 16];
    matrix[0] = Complex::ONE;
    matrix[6] = Complex::ONE;
    matrix[9] = Complex::ONE;
    matrix[15] = Complex::ONE;
    matrix
};

/// Bits of one number, each with the bit of another that it stands for.
#[derive(Default)]
struct Pairs {
    list: [(usize, usize); crate::vector::operations::MAX_TARGETS],
    count: usize,
}

impl Pairs {
    fn push(&mut self, left: usize, right: usize) {
        self.list[self.count] = (left, right);
        self.count += 1;
    }

    /// The ors of both sides of the pairs that the bits of `number` choose.
    fn spread(&self, number: usize) -> (usize, usize) {
        let pairs = self.list[..self.count].iter().enumerate();
        let chosen = pairs.filter(|(at, _)| number >> at & 1 == 1);
        chosen.fold((0, 0), |(left, right), (_, pair)| (left | pair.0, right | pair.1))
    }

    /// The left sides of the pairs whose right side is in `bits`.
    fn collect(&self, bits: usize) -> usize {
        let chosen = self.list[..self.count].iter().filter(|(_, bit)| bits & bit != 0);
        chosen.fold(0, |left, pair| left | pair.0)
    }
}

/// How many bits of `mask` are below `bit`.
pub(super) fn rank(bit: usize, mask: usize) -> usize {
    (mask & ((1 << bit) - 1)).count_ones() as usize
}

/// The bits of `value` at the places of `mask`, moved together.
pub(super) fn within(value: usize, mask: usize) -> usize {
    let mut rest = value & mask;
    let mut gathered = 0;
    while rest != 0 {
        gathered |= 1 << rank(rest.trailing_zeros() as usize, mask);
        rest &= rest - 1;
    }
    gathered
}
