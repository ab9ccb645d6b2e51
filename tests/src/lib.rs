//! What the tests stand on: the functions in this process, real stores beside them, and users as values.

mod answer;
mod catalogue;
mod dynamodb;
mod event;
mod functions;
mod local_braket;
mod packages;
mod queues;
mod services;
mod stack;
mod state;
mod storage;
mod user;

pub use answer::Received;
pub use catalogue::{GHZ, Published, money};
pub use dynamodb::DynamoDb;
pub use functions::{LEASE, SEARCH_GRACE};
pub use local_braket::LocalBraket;
pub use packages::{Folder, Released, announced, notification};
pub use services::{config, services};
pub use stack::Stack;
pub use state::state;
pub use storage::{make_bucket, remove_object};
pub use user::User;
