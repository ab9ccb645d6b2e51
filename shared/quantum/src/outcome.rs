//! What does a run give?

use std::collections::BTreeMap;

/// The outcome of a run. In every bit string the first character is the first of `measured_qubits`:
/// bits come in the order of their declaration, as Braket reports them.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// For each character of a bit string, the qubit it was measured from; a qubit measured into two bits is there twice.
    pub measured_qubits: Vec<usize>,
    /// How often each bit string was seen; empty if `shots` is 0.
    pub counts: BTreeMap<String, u64>,
    /// Relative frequencies of the bit strings, or exact probabilities if `shots` is 0 (those under 1e-14 left out).
    pub probabilities: BTreeMap<String, f64>,
    /// One row a shot, in the order of the shots; empty if `shots` is 0.
    pub measurements: Measurements,
}

/// The measured bits of every shot, packed eight to a byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measurements {
    width: usize,
    shots: usize,
    rows: Vec<u8>,
}

impl Measurements {
    pub(crate) fn new(width: usize, shots: usize) -> Self {
        Self { width, shots, rows: vec![0; width.div_ceil(8) * shots] }
    }

    /// Shots.
    pub fn len(&self) -> usize {
        self.shots
    }

    pub fn is_empty(&self) -> bool {
        self.shots == 0
    }

    /// Bits of each shot.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The bits of each shot, each 0 or 1, in the order of `measured_qubits`.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Vec<u8>> + '_ {
        (0..self.shots).map(|shot| (0..self.width).map(|bit| self.bit(shot, bit)).collect())
    }

    pub(crate) fn set(&mut self, shot: usize, bit: usize, value: bool) {
        let at = shot * self.row_bytes() + bit / 8;
        let mask = 1 << (bit % 8);
        if value {
            self.rows[at] |= mask;
        } else {
            self.rows[at] &= !mask;
        }
    }

    /// How often each row occurs.
    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        if self.width == 0 {
            return BTreeMap::new();
        }
        let mut rows: Vec<&[u8]> = self.rows.chunks_exact(self.row_bytes()).collect();
        rows.sort_unstable();
        rows.chunk_by(|a, b| a == b).map(|same| (self.text(same[0]), same.len() as u64)).collect()
    }

    fn text(&self, row: &[u8]) -> String {
        let digit = |bit: usize| if row[bit / 8] >> (bit % 8) & 1 == 1 { '1' } else { '0' };
        (0..self.width).map(digit).collect()
    }

    fn bit(&self, shot: usize, bit: usize) -> u8 {
        self.rows[shot * self.row_bytes() + bit / 8] >> (bit % 8) & 1
    }

    fn row_bytes(&self) -> usize {
        self.width.div_ceil(8)
    }
}
