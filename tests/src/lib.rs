//! What the tests stand on: the functions in this process, real stores beside them, and users as values.

mod answer;
mod dynamodb;
mod event;
mod services;
mod stack;
mod user;

pub use answer::Received;
pub use dynamodb::DynamoDb;
pub use services::services;
pub use stack::Stack;
pub use user::User;
