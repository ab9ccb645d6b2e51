//! How is an operation on bits of a block written down for its kernel?

use super::{Change, Data, DenseChange, Step};
use crate::vector::buffer::Buffer;
use crate::vector::complex::Complex;
use crate::vector::error::Error;
use crate::vector::kernels::{MAX_REGISTER_TARGETS, Sweep, offset};
use crate::vector::lanes::Path;
use crate::vector::operations::{Kind, Operation, Operations, TOLERANCE};
use crate::vector::real::Real;
use crate::vector::state::Layout;

pub(super) struct Emission<T> {
    index_bits: usize,
    lane_bits: usize,
    /// Bits of the state's index in the block that is open.
    local: usize,
    steps: Vec<Step>,
    coefficients: Vec<T>,
    entries: Vec<u16>,
    targets: Vec<usize>,
}

/// A matrix on bits of a block, on condition of other bits.
#[derive(Clone, Copy)]
struct Gate<'a> {
    /// Bits of an index within the block, highest bit of the row number first.
    targets: &'a [usize],
    /// Bits of an index within the block.
    controls: Sweep,
    outside: Sweep,
}

impl<T: Real> Emission<T> {
    pub(super) fn new(path: Path, index_bits: usize) -> Self {
        Self {
            index_bits,
            lane_bits: path.lane_bits::<T>(),
            local: 0,
            steps: Vec::new(),
            coefficients: Vec::new(),
            entries: Vec::new(),
            targets: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Result<(Vec<Step>, Data<T>), Error> {
        let mut coefficients = Buffer::zeroed(self.coefficients.len())?;
        coefficients.as_mut_slice().copy_from_slice(&self.coefficients);
        let data = Data { coefficients, entries: self.entries, targets: self.targets };
        Ok((self.steps, data))
    }

    pub(super) fn index_bits(&self) -> usize {
        self.index_bits
    }

    pub(super) fn steps(&self) -> usize {
        self.steps.len()
    }

    pub(super) fn open(&mut self, local: usize) {
        self.local = local;
    }

    pub(super) fn operation(
        &mut self,
        operations: &Operations,
        operation: &Operation,
        layout: &Layout,
    ) {
        let bits: Vec<usize> =
            operations.targets(operation).iter().map(|target| layout.bit(*target)).collect();
        let condition = Sweep {
            fixed: layout.mask(operation.controls),
            value: layout.mask(operation.control_values),
        };
        match operation.kind {
            Kind::Diagonal => self.diagonal(&bits, operations.entries(operation), condition),
            Kind::Dense => self.matrix(&bits, operations.entries(operation), condition),
            Kind::Swap => self.matrix(&bits, &swap(), condition),
        }
    }

    fn condition(&self, condition: Sweep) -> (Sweep, Sweep) {
        let outside =
            Sweep { fixed: condition.fixed & !self.local, value: condition.value & !self.local };
        let within = Sweep {
            fixed: gather_bits(condition.fixed, self.local),
            value: gather_bits(condition.value, self.local),
        };
        (within, outside)
    }

    /// A matrix whose targets all are in the block.
    fn matrix(&mut self, bits: &[usize], matrix: &[Complex<f64>], condition: Sweep) {
        let (controls, outside) = self.condition(condition);
        let lanes = (1 << self.lane_bits) - 1;
        let lane_controls = controls.fixed & lanes;
        let targets: Vec<usize> = bits.iter().map(|bit| rank(*bit, self.local)).collect();
        if targets.len() + lane_controls.count_ones() as usize > MAX_REGISTER_TARGETS {
            return self.wide(Gate { targets: &targets, controls, outside }, matrix);
        }
        if lane_controls == 0 {
            return self.dense(Gate { targets: &targets, controls, outside }, matrix);
        }
        let (targets, matrix) = with_controls_as_targets(
            &targets,
            matrix,
            Sweep { fixed: lane_controls, value: controls.value & lanes },
        );
        let controls = Sweep { fixed: controls.fixed & !lanes, value: controls.value & !lanes };
        self.dense(Gate { targets: &targets, controls, outside }, &matrix);
    }

    fn dense(&mut self, gate: Gate<'_>, matrix: &[Complex<f64>]) {
        let size = 1 << gate.targets.len();
        // for both kinds of target: the bit in the matrix's row number, and that of the unit or lane
        let of_row = |target: usize| size >> 1 >> target;
        let numbered = || gate.targets.iter().enumerate();
        let high: Vec<(usize, usize)> = numbered()
            .filter(|(_, bit)| **bit >= self.lane_bits)
            .map(|(number, bit)| (of_row(number), 1 << (bit - self.lane_bits)))
            .collect();
        let low: Vec<(usize, usize)> = numbered()
            .filter(|(_, bit)| **bit < self.lane_bits)
            .map(|(number, bit)| (of_row(number), 1 << bit))
            .collect();
        let (rows, shuffles) = (1_usize << high.len(), 1_usize << low.len());
        let sweep = Sweep {
            fixed: gate.controls.fixed >> self.lane_bits | spread(rows - 1, &high).1,
            value: gate.controls.value >> self.lane_bits,
        };
        let mut offsets = [0; 1 << MAX_REGISTER_TARGETS];
        for (row, at) in offsets[..rows].iter_mut().enumerate() {
            *at = offset::<T>(spread(row, &high).1, self.lane_bits);
        }
        let is_exchange = rows == 2
            && shuffles == 1
            && [(0, 0.0), (1, 1.0), (2, 1.0), (3, 0.0)]
                .iter()
                .all(|(at, re)| matrix[*at].is_close(Complex::new(*re, 0.0), TOLERANCE));
        if is_exchange {
            let change = Change::Exchange { sweep, offsets: [offsets[0], offsets[1]] };
            return self.steps.push(Step { outside: gate.outside, change });
        }
        let mut patterns = [0; 1 << MAX_REGISTER_TARGETS];
        for (shuffle, pattern) in patterns[..shuffles].iter_mut().enumerate() {
            *pattern = spread(shuffle, &low).1 as u8;
        }
        let first = self.coefficients.len();
        for row in 0..rows {
            for column in 0..rows {
                for pattern in &patterns[..shuffles] {
                    let entry = |lane: usize| {
                        let to = spread(row, &high).0 | collect(lane, &low);
                        let from =
                            spread(column, &high).0 | collect(lane ^ usize::from(*pattern), &low);
                        matrix[to * size + from]
                    };
                    let lanes = if shuffles == 1 { 1 } else { 1 << self.lane_bits };
                    self.coefficients.extend((0..lanes).map(|lane| T::from_f64(entry(lane).re)));
                    self.coefficients.extend((0..lanes).map(|lane| T::from_f64(entry(lane).im)));
                }
            }
        }
        let coefficients = first..self.coefficients.len();
        self.align();
        let change = Change::Dense(DenseChange {
            sweep,
            offsets,
            patterns,
            row_bits: high.len() as u8,
            lane_bits: low.len() as u8,
            coefficients,
        });
        self.steps.push(Step { outside: gate.outside, change });
    }

    /// Lets the next coefficients begin at a cache line.
    fn align(&mut self) {
        let length = self.coefficients.len().next_multiple_of(T::CHUNK);
        self.coefficients.resize(length, T::default());
    }

    fn wide(&mut self, gate: Gate<'_>, matrix: &[Complex<f64>]) {
        let size = 1 << gate.targets.len();
        let first = self.targets.len();
        self.targets.extend(gate.targets.iter().rev());
        let start = self.coefficients.len();
        for column in 0..size {
            let entries = || (0..size).map(|row| matrix[row * size + column]);
            self.coefficients.extend(entries().map(|entry| T::from_f64(entry.re)));
            self.coefficients.extend(entries().map(|entry| T::from_f64(entry.im)));
        }
        let matrix = start..self.coefficients.len();
        self.align();
        let targets = gate.targets.iter().fold(0, |mask, bit| mask | 1 << bit);
        let change = Change::Wide {
            fixed: gate.controls.fixed | targets,
            value: gate.controls.value,
            targets: first..self.targets.len(),
            matrix,
        };
        self.steps.push(Step { outside: gate.outside, change });
    }

    /// A diagonal matrix on any bits of the state's index.
    fn diagonal(&mut self, bits: &[usize], entries: &[Complex<f64>], condition: Sweep) {
        let (controls, outside) = self.condition(condition);
        let size = entries.len();
        let numbered = bits.iter().enumerate().map(|(number, bit)| (size >> 1 >> number, *bit));
        let (within, beyond): (Vec<_>, Vec<_>) =
            numbered.partition(|(_, bit)| self.local >> bit & 1 == 1);
        let within: Vec<(usize, usize)> =
            within.into_iter().map(|(of_row, bit)| (of_row, 1 << rank(bit, self.local))).collect();
        let beyond: Vec<(usize, usize)> =
            beyond.into_iter().map(|(of_row, bit)| (of_row, 1 << bit)).collect();
        for variant in 0..1 << beyond.len() {
            let (of_row, value) = spread(variant, &beyond);
            let outside = Sweep {
                fixed: outside.fixed | spread((1 << beyond.len()) - 1, &beyond).1,
                value: outside.value | value,
            };
            self.scale(&within, |row| entries[row | of_row], controls, outside);
        }
    }

    /// `factor` gives the factor for values of `bits`, which are pairs of a bit for it and the bit of the block's index.
    fn scale(
        &mut self,
        bits: &[(usize, usize)],
        factor: impl Fn(usize) -> Complex<f64>,
        controls: Sweep,
        outside: Sweep,
    ) {
        let lanes = 1_usize << self.lane_bits;
        let lane_bits = self.lane_bits;
        let of_unit = |bit: usize| bit >> lane_bits;
        let high: Vec<(usize, usize)> = bits
            .iter()
            .filter(|(_, bit)| *bit >= lanes)
            .map(|(row, bit)| (*row, of_unit(*bit)))
            .collect();
        let low: Vec<(usize, usize)> =
            bits.iter().filter(|(_, bit)| *bit < lanes).copied().collect();
        let lane_controls = controls.fixed & (lanes - 1);
        let start = self.coefficients.len();
        for entry in 0..1 << high.len() {
            let of_lane = |lane: usize| match lane & lane_controls == controls.value & (lanes - 1) {
                true => factor(spread(entry, &high).0 | collect(lane, &low)),
                false => Complex::ONE,
            };
            self.coefficients.extend((0..lanes).map(|lane| T::from_f64(of_lane(lane).re)));
            self.coefficients.extend((0..lanes).map(|lane| T::from_f64(of_lane(lane).im)));
        }
        let table = start..self.coefficients.len();
        self.align();
        let units = 1_usize << (self.local.count_ones() as usize - self.lane_bits);
        let first = self.entries.len();
        self.entries.extend((0..units).map(|unit| {
            let chosen = high.iter().enumerate().filter(|(_, (_, bit))| unit & bit != 0);
            chosen.fold(0_u16, |entry, (number, _)| entry | 1 << number)
        }));
        let sweep = Sweep { fixed: of_unit(controls.fixed), value: of_unit(controls.value) };
        let change = Change::Scale { sweep, entries: first..self.entries.len(), table };
        self.steps.push(Step { outside, change });
    }
}

/// The ors of both sides of the pairs that the bits of `number` choose.
fn spread(number: usize, pairs: &[(usize, usize)]) -> (usize, usize) {
    let chosen = pairs.iter().enumerate().filter(|(at, _)| number >> at & 1 == 1);
    chosen.fold((0, 0), |(left, right), (_, pair)| (left | pair.0, right | pair.1))
}

/// The left sides of the pairs whose right side is in `bits`.
fn collect(bits: usize, pairs: &[(usize, usize)]) -> usize {
    let chosen = pairs.iter().filter(|(_, bit)| bits & bit != 0);
    chosen.fold(0, |left, pair| left | pair.0)
}

/// How many bits of `mask` are below `bit`.
fn rank(bit: usize, mask: usize) -> usize {
    (mask & ((1 << bit) - 1)).count_ones() as usize
}

/// The bits of `value` at the places of `mask`, moved together.
fn gather_bits(value: usize, mask: usize) -> usize {
    let mut rest = value & mask;
    let mut gathered = 0;
    while rest != 0 {
        gathered |= 1 << rank(rest.trailing_zeros() as usize, mask);
        rest &= rest - 1;
    }
    gathered
}

fn swap() -> [Complex<f64>; 16] {
    let mut matrix = [Complex::ZERO; 16];
    for at in [0, 6, 9, 15] {
        matrix[at] = Complex::ONE;
    }
    matrix
}

/// The same gate with its controls as further targets, which are the highest bits of the row number.
fn with_controls_as_targets(
    targets: &[usize],
    matrix: &[Complex<f64>],
    controls: Sweep,
) -> (Vec<usize>, Vec<Complex<f64>>) {
    let mut all = Vec::new();
    let mut value = 0;
    for bit in (0..usize::BITS as usize).filter(|bit| controls.fixed >> bit & 1 == 1) {
        all.push(bit);
        value = value << 1 | controls.value >> bit & 1;
    }
    all.extend_from_slice(targets);
    let (inner, size) = (1 << targets.len(), 1 << all.len());
    let mut wider = vec![Complex::ZERO; size * size];
    for row in 0..size {
        if row / inner != value {
            wider[row * (size + 1)] = Complex::ONE;
            continue;
        }
        let first = row * size + value * inner;
        wider[first..first + inner].copy_from_slice(&matrix[row % inner * inner..][..inner]);
    }
    (all, wider)
}
