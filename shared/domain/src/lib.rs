//! What is true of the business, decided without touching anything outside.

pub mod access_key;
pub mod account;
pub mod app;
pub mod attempts;
pub mod audit;
pub mod avatar;
pub mod bill;
pub mod closing;
pub mod dead_letter;
pub mod field;
pub mod hardware;
pub mod id;
pub mod job;
mod json_text;
pub mod listing;
pub mod moment;
pub mod money;
pub mod package;
pub mod people;
pub mod preferences;
pub mod price;
pub mod profile;
pub mod project;
pub mod rate_limit;
pub mod refusal;
pub mod schema;
pub mod session;
pub mod settlement;
pub mod shape;
pub mod simulation_size;
pub mod submission;
pub mod subscription;
pub mod tally;
pub mod version;

pub use id::{
    AppId, AvatarId, BadId, DeadLetterId, JobId, KeyId, ListingId, ProjectId, SubscriptionId,
    UserId, VersionId,
};
pub use moment::{Moment, Period};
pub use money::Money;
pub use refusal::{Kind, Refusal, Violation};
