//! What can go wrong with a state vector?

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    OutOfMemory {
        bytes: u64,
    },
    TooManyPositions {
        positions: usize,
        most: usize,
    },
    /// The caller stopped the run: the state is neither the old nor the new one, until it is reset.
    Cancelled,
    /// A plan made for another width or layout than the state has.
    PlanMismatch,
    /// States of different widths, or an index or a number of amplitudes beyond the state's.
    OutOfRange,
    /// A branch that has no probability cannot be chosen.
    Impossible,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidOperation {
    Position { position: usize, positions: usize },
    RepeatedPosition { position: usize },
    TooManyTargets { targets: usize, most: usize },
    WrongSize { entries: usize, expected: usize },
    NotFinite,
    NotAPermutation,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfMemory { bytes } => write!(f, "there is no memory for {bytes} bytes"),
            Self::TooManyPositions { positions, most } => {
                write!(f, "{positions} positions are more than {most}")
            }
            Self::Cancelled => f.write_str("the run was cancelled"),
            Self::PlanMismatch => f.write_str("the plan was made for another state"),
            Self::OutOfRange => f.write_str("an index or a size is beyond the state"),
            Self::Impossible => f.write_str("the chosen branch has no probability"),
        }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for InvalidOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Position { position, positions } => {
                write!(f, "position {position} is not one of the {positions} positions")
            }
            Self::RepeatedPosition { position } => {
                write!(f, "position {position} is named more than once")
            }
            Self::TooManyTargets { targets, most } => {
                write!(f, "{targets} targets are more than {most}")
            }
            Self::WrongSize { entries, expected } => {
                write!(f, "{entries} entries where {expected} are expected")
            }
            Self::NotFinite => f.write_str("an entry is not a finite number"),
            Self::NotAPermutation => f.write_str("the images are not a permutation"),
        }
    }
}

impl std::error::Error for InvalidOperation {}
