//! What the tests stand on: the functions in this process, real stores beside them, and users as values.

mod answer;
mod catalogue;
mod dead_letters;
mod described;
mod dynamodb;
mod event;
mod functions;
mod held;
mod local_braket;
mod packages;
mod prepared;
mod queues;
mod sample;
mod services;
mod stack;
mod state;
mod storage;
mod table_door;
mod trouble;
mod user;

pub use answer::Received;
pub use catalogue::{GHZ, Published, money};
pub use dead_letters::{dead_letter, delivery};
pub use dynamodb::DynamoDb;
pub use functions::{LEASE, SEARCH_GRACE, user_pool_at};
pub use held::{Coming, Held};
pub use local_braket::LocalBraket;
pub use packages::{Folder, Released, announced, notification};
pub use prepared::{Answer, Prepared, nobody};
pub use services::{config, services};
pub use stack::Stack;
pub use state::state;
pub use storage::{make_bucket, put_object, remove_object};
pub use table_door::TableDoor;
pub use trouble::{Met, Trouble};
pub use user::User;
