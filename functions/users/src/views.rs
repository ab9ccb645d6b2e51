//! What `/users` is sent and answers.

mod account;
mod activity;
mod profile;
mod session;

pub use account::{NameRequest, PeopleQuery, ProviderRequest, ReasonRequest, RolesRequest};
pub use activity::{Activity, ActivityBy, AuditBy, AuditEntry, AuditPage};
pub use profile::{Preferences, Profile, ProfileRequest};
pub use session::Session;
