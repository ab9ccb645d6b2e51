//! What `/users` is sent and answers.

mod account;
mod activity;
mod avatar;
mod profile;
mod session;

pub use account::{NameRequest, PeopleQuery, ProviderRequest, ReasonRequest, RolesRequest};
pub use activity::{Activity, ActivityBy, AuditBy, AuditEntry, AuditPage};
pub use avatar::{Avatar, AvatarForm, AvatarImage, AvatarReason, AvatarRequest, PictureType};
pub use profile::{Preferences, Profile, ProfileRequest};
pub use session::Session;
