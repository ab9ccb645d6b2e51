//! Which of the job path's guards stand: all of them, unless a simulation takes one away to see what it is for.

/// What keeps a job from being lost, run twice or charged twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guard {
    /// What is due is sent to its next step again.
    Sweeper,
    /// A job that somebody works on is nobody else's until the lease ends.
    Lease,
    /// Who has lost a job writes nothing about it any more.
    Fence,
    /// A provider that is asked once more is asked for the same task.
    ClientToken,
    /// A job has one charge, however often it is settled.
    LedgerId,
    /// A request that is repeated has one effect.
    IdempotencyRecord,
    /// A task that may exist is looked for, never made again.
    TaskSearch,
}

impl Guard {
    pub const ALL: [Self; 7] = [
        Self::Sweeper,
        Self::Lease,
        Self::Fence,
        Self::ClientToken,
        Self::LedgerId,
        Self::IdempotencyRecord,
        Self::TaskSearch,
    ];
}

/// Whether this build can take a guard away. What runs in Lambda refuses to compile with it.
pub const SWITCHABLE: bool = cfg!(feature = "switchable");

#[cfg(not(feature = "switchable"))]
pub const fn stands(_: Guard) -> bool {
    true
}

#[cfg(feature = "switchable")]
mod switch {
    use std::cell::Cell;

    use super::Guard;

    thread_local! { static AWAY: Cell<Option<Guard>> = const { Cell::new(None) }; }

    pub fn stands(guard: Guard) -> bool {
        AWAY.get() != Some(guard)
    }

    /// Takes this guard away on this thread, in place of another one.
    pub fn take_away(guard: Option<Guard>) {
        AWAY.set(guard);
    }
}

#[cfg(feature = "switchable")]
pub use switch::{stands, take_away};
