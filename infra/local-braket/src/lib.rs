//! A Braket of one's own: its REST API on a local port, over the hub's own simulation.
//!
//! Speaks the operations the hub uses with Braket's codes and shapes, keeps tasks on disk, writes `results.json`
//! to the local S3 and sends task-state events to the local EventBridge.

mod admin;
mod cloud;
mod create;
mod delivery;
mod devices;
mod documents;
mod engine;
mod fault;
mod ledger;
mod lifecycle;
mod options;
mod reads;
mod record;
mod request;
mod search;
mod server;
mod world;

pub use cloud::Cloud;
pub use options::{BadOption, Options, Settings, USAGE};
pub use server::{Server, StartError};
