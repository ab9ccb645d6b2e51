//! Whether the hub's Braket edge and the local Braket agree, over HTTP, with results and events leaving it.

mod protocol;
mod sink;
mod stage;
mod tasks;
