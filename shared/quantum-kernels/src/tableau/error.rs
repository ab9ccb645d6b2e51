//! Why did a stabilizer simulation not finish?

use std::{error, fmt};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableauError {
    /// The machine did not give the memory that the formula asks for.
    OutOfMemory,
    /// The caller's report said stop.
    Cancelled,
}

impl fmt::Display for TableauError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OutOfMemory => "there is not enough memory for a stabilizer state of this width",
            Self::Cancelled => "the simulation was cancelled",
        })
    }
}

impl error::Error for TableauError {}
