//! What `/quantum-apps` is sent and answers.

mod apps;
mod listing;
mod versions;

pub use apps::{AppTag, QuantumApp, QuantumAppRequest};
pub use listing::{AppListing, ListingRequest};
use serde::Deserialize;
use utoipa::ToSchema;
pub use versions::{
    AppVersion, AppVersionRequest, AppVersionSummary, PackageFinding, UploadForm, UploadRequest,
};

/// Nothing more is to be said: `{}`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct EmptyRequest {}
