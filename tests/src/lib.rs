//! What the tests stand on: the functions in this process, real stores beside them, and users as values.

mod answer;
mod catalogue;
mod dynamodb;
mod event;
mod functions;
mod packages;
mod queues;
mod services;
mod stack;
mod user;

pub use answer::Received;
pub use catalogue::{GHZ, Published, money};
pub use dynamodb::DynamoDb;
pub use packages::{Folder, Released, announced, notification};
pub use services::services;
pub use stack::Stack;
pub use user::User;
