//! What does a run give?

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::results::AskedResult;

/// The outcome of a run. In every bit string the first character is the first of `measured_qubits`:
/// bits come in the order of their declaration, as Braket reports them.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// For each character of a bit string, the qubit it was measured from; a qubit measured into two bits is there twice.
    pub measured_qubits: Vec<usize>,
    /// How often each bit string was seen; empty if `shots` is 0.
    pub counts: BTreeMap<String, u64>,
    /// Exact probabilities of the bit strings, if `shots` is 0 and no result types are asked for (those under 1e-14 left out).
    pub probabilities: BTreeMap<String, f64>,
    /// One row a shot, in the order of the shots; empty if `shots` is 0.
    pub measurements: Measurements,
    /// One for each result type the program asks for, in their order.
    pub results: Vec<AskedResult>,
    /// What the program declares `output` besides bits: for each shot its value, or the elements of an array one after another.
    pub outputs: BTreeMap<String, Vec<Value>>,
    /// How it was reckoned.
    pub method: Method,
}

/// How a program is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// All amplitudes, in double precision.
    StateVector,
    /// All amplitudes, in single precision: the answer is counts, which cannot tell.
    SinglePrecision,
    /// A stabilizer tableau, of Clifford programs.
    Tableau,
    /// All entries of a density matrix, of noisy programs.
    DensityMatrix,
    /// A state vector for each way that noise may go.
    Trajectories,
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::StateVector => "state vector",
            Self::SinglePrecision => "state vector in single precision",
            Self::Tableau => "stabilizer tableau",
            Self::DensityMatrix => "density matrix",
            Self::Trajectories => "trajectories",
        })
    }
}

/// The measured bits of every shot, 64 to a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measurements {
    width: usize,
    shots: usize,
    rows: Vec<u64>,
}

impl Measurements {
    pub(crate) fn new(width: usize, shots: usize) -> Self {
        Self { width, shots, rows: vec![0; width.div_ceil(64) * shots] }
    }

    /// Takes rows of `width` bits each, bit `i` of a row being bit `i % 64` of its word `i / 64`.
    pub(crate) fn of_rows(width: usize, shots: usize, rows: Vec<u64>) -> Self {
        debug_assert_eq!(rows.len(), width.div_ceil(64) * shots);
        Self { width, shots, rows }
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
        (0..self.shots)
            .map(|shot| (0..self.width).map(|bit| u8::from(self.bit(shot, bit))).collect())
    }

    pub(crate) fn set(&mut self, shot: usize, bit: usize, value: bool) {
        let word = &mut self.rows[shot * self.width.div_ceil(64) + bit / 64];
        let mask = 1 << (bit % 64);
        *word = if value { *word | mask } else { *word & !mask };
    }

    pub(crate) fn bit(&self, shot: usize, bit: usize) -> bool {
        self.rows[shot * self.width.div_ceil(64) + bit / 64] >> (bit % 64) & 1 == 1
    }

    /// How often each row occurs.
    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        if self.width == 0 {
            return BTreeMap::new();
        }
        let words = self.width.div_ceil(64);
        // with its first bit as the highest one, a word is in the order of its text
        let mut rows: Vec<u64> = self.rows.iter().map(|word| word.reverse_bits()).collect();
        if words == 1 {
            rows.sort_unstable();
            let same = rows.chunk_by(|a, b| a == b);
            return same.map(|same| (self.text(&same[..1]), same.len() as u64)).collect();
        }
        let mut rows: Vec<&[u64]> = rows.chunks_exact(words).collect();
        rows.sort_unstable();
        rows.chunk_by(|a, b| a == b).map(|same| (self.text(same[0]), same.len() as u64)).collect()
    }

    /// Of a row whose words are turned around.
    fn text(&self, row: &[u64]) -> String {
        let mut digits = Vec::with_capacity(self.width);
        for (word, first) in row.iter().zip((0..self.width).step_by(64)) {
            let bits = (self.width - first).min(64);
            digits.extend((0..bits).map(|bit| b'0' + u8::from(word << bit >> 63 == 1)));
        }
        String::from_utf8(digits).unwrap_or_default()
    }
}
