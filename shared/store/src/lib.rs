//! The one DynamoDB table: where each record lies, how it is read, and how it is written at once.

pub mod access_keys;
pub mod accounts;
pub mod apps;
pub mod attempts;
pub mod audit;
pub mod closing;
pub mod dead_letters;
pub mod google;
pub mod hardware;
pub mod idempotency;
mod item;
pub mod jobs;
pub mod ledger;
pub mod links;
pub mod listings;
pub mod mailings;
pub mod mfa;
pub mod people;
pub mod profiles;
pub mod projects;
mod query;
pub mod rate_limit;
mod read;
pub mod renewals;
pub mod sessions;
pub mod subscriptions;
mod table;
pub mod versions;
mod write;

pub use item::{Indexes, Item, Key, Stored};
pub use query::{MAX_PAGE, Page, Query};
pub use read::Wanted;
pub use table::{Attempted, Error, Table};
pub use write::{Write, add, create, delete, exists, replace, unchanged, update};
