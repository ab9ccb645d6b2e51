//! Is everything that is wrong with a request told in words one can act on, and nothing half-done?
//!
//! Cases are made from what the hub's own API description says of each operation, so that a new one is covered by
//! being described; one that nobody knows how to call well fails the table.

mod bodies;
mod call;
mod callers;
pub(crate) mod document;
mod headers;
mod itself;
mod jobs;
mod keys;
mod paths;
mod people;
mod queries;
pub(crate) mod scene;
mod strangers;
mod table;
mod traces;
