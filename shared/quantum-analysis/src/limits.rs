//! How much is looked at, and how much is said?

/// Bytes of a capabilities document; those of real devices stay under a tenth of it.
pub const MAX_DOCUMENT_BYTES: usize = 4_000_000;
/// Reasons given why a device does not run a program; one more says that there are others.
pub const MAX_MISFITS: usize = 50;
/// Qubits of a written-out matrix that is looked at for being Clifford: the work grows as 8^qubits.
pub const MAX_CLASSIFIED_QUBITS: usize = 4;
