//! Tables of bits, 64 a word, and how they are turned on their side.

use super::TableauError;

/// Bits of a word: the unit in which widths are rounded up.
pub(super) const WORD: usize = 64;

type Block = [u64; WORD];

/// Zeros, or the news that there is no memory for them.
pub(super) fn zeros(words: usize) -> Result<Vec<u64>, TableauError> {
    let mut vector = Vec::new();
    vector.try_reserve_exact(words).map_err(|_| TableauError::OutOfMemory)?;
    vector.resize(words, 0);
    Ok(vector)
}

pub(super) fn bit(bits: &[u64], index: usize) -> bool {
    bits[index / WORD] >> (index % WORD) & 1 == 1
}

/// All ones or all zeros.
pub(super) fn spread(bit: bool) -> u64 {
    u64::from(bit).wrapping_neg()
}

/// Rows of bits, all equally long.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) words_per_row: usize,
    words: Vec<u64>,
}

impl Table {
    pub(super) fn zeros(rows: usize, words_per_row: usize) -> Result<Self, TableauError> {
        let words = rows.checked_mul(words_per_row).ok_or(TableauError::OutOfMemory)?;
        Ok(Self { words_per_row, words: zeros(words)? })
    }

    pub(super) fn copy(&self) -> Result<Self, TableauError> {
        let mut words = zeros(self.words.len())?;
        words.copy_from_slice(&self.words);
        Ok(Self { words_per_row: self.words_per_row, words })
    }

    pub(super) fn row(&self, row: usize) -> &[u64] {
        &self.words[row * self.words_per_row..][..self.words_per_row]
    }

    pub(super) fn row_mut(&mut self, row: usize) -> &mut [u64] {
        &mut self.words[row * self.words_per_row..][..self.words_per_row]
    }

    /// Two rows that are not the same, in the order asked for.
    pub(super) fn two_rows_mut(&mut self, rows: [usize; 2]) -> [&mut [u64]; 2] {
        let [first, second] = rows;
        let (before, from) = self.words.split_at_mut(first.max(second) * self.words_per_row);
        let lower = &mut before[first.min(second) * self.words_per_row..][..self.words_per_row];
        let upper = &mut from[..self.words_per_row];
        if first < second { [lower, upper] } else { [upper, lower] }
    }

    pub(super) fn bit(&self, row: usize, column: usize) -> bool {
        self.words[row * self.words_per_row + column / WORD] >> (column % WORD) & 1 == 1
    }

    pub(super) fn set(&mut self, row: usize, column: usize) {
        self.words[row * self.words_per_row + column / WORD] |= 1 << (column % WORD);
    }

    /// Rows become columns, in place; the table must be square.
    pub(super) fn transpose(&mut self) {
        transpose(self);
    }

    /// The 64 × 64 bits at the given place, counted in blocks; rows past the last are zeros.
    #[inline]
    fn block(&self, row: usize, column: usize) -> Block {
        let mut block = [0; WORD];
        let rows = self.words.chunks_exact(self.words_per_row).skip(row * WORD);
        for (word, row) in block.iter_mut().zip(rows) {
            *word = row[column];
        }
        block
    }

    #[inline]
    fn put(&mut self, row: usize, column: usize, block: &Block) {
        let rows = self.words.chunks_exact_mut(self.words_per_row).skip(row * WORD);
        for (word, row) in block.iter().zip(rows) {
            row[column] = *word;
        }
    }
}

fn transpose(table: &mut Table) {
    for across in 0..table.words_per_row {
        for down in across..table.words_per_row {
            let (mut above, mut below) = (table.block(across, down), table.block(down, across));
            transpose_block(&mut above);
            transpose_block(&mut below);
            table.put(down, across, &above);
            table.put(across, down, &below);
        }
    }
}

fn transpose_into(from: &Table, to: &mut Table) {
    for down in 0..to.words_per_row {
        for across in 0..from.words_per_row {
            let mut block = from.block(down, across);
            transpose_block(&mut block);
            to.put(across, down, &block);
        }
    }
}

/// Swaps ever smaller squares across the diagonal.
#[inline]
fn transpose_block(block: &mut Block) {
    let mut size = WORD / 2;
    let mut mask = u64::MAX >> size;
    while size > 0 {
        for pair in block.chunks_exact_mut(2 * size) {
            let (upper, lower) = pair.split_at_mut(size);
            for (a, b) in upper.iter_mut().zip(lower) {
                let swapped = (*a >> size ^ *b) & mask;
                *a ^= swapped << size;
                *b ^= swapped;
            }
        }
        size /= 2;
        mask ^= mask << size;
    }
}

/// The measured bits of some shots, a row for each: bit `i` of a row is the `i`th measurement.
#[derive(Debug)]
pub struct Samples {
    shots: usize,
    table: Table,
}

impl Samples {
    /// From a row for each measurement, whose bits are the shots.
    pub(super) fn from_measurements(
        measurements: &Table,
        count: usize,
        shots: usize,
    ) -> Result<Self, TableauError> {
        let mut table = Table::zeros(shots, count.div_ceil(WORD))?;
        transpose_into(measurements, &mut table);
        Ok(Self { shots, table })
    }

    pub(super) fn from_shots(table: Table, shots: usize) -> Self {
        Self { shots, table }
    }

    pub fn shots(&self) -> usize {
        self.shots
    }

    /// The bits of one shot, 64 measurements a word, the first in the lowest bit; bits past the last measurement are 0.
    pub fn shot(&self, shot: usize) -> &[u64] {
        self.table.row(shot)
    }

    pub fn bit(&self, shot: usize, measurement: usize) -> bool {
        self.table.bit(shot, measurement)
    }
}
