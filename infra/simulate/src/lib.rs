//! The job path under everything that can go wrong: real handlers and the real SDK, one thread, virtual time, one seed.

mod campaign;
mod client;
mod crowd;
mod executor;
mod fate;
mod hub;
mod lambda;
mod machine;
mod network;
mod objects;
mod provider;
mod queues;
mod run;
mod scene;
mod shrink;
mod table;
mod verdict;
mod watch;
mod world;

pub use campaign::{Campaign, REQUESTS, Wanted, campaign};
pub use client::Answer;
pub use crowd::{Crowd, crowd};
pub use fate::{Fault, Plan, Site};
pub use lambda::{PointCount, PointName};
pub use run::{Ended, Setting, run};
pub use shrink::{Shrunk, shrink};
pub use watch::{Violation, Wrong};
