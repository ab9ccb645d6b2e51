//! The HTTP edge: who calls, what they may, what they sent, and how they are answered.

mod answer;
mod authorizer;
mod body;
mod caller;
mod context;
mod document;
mod guard;
mod idempotency;
mod if_match;
mod misfit;
mod observe;
mod operations;
mod page;
mod path;
mod problem;
mod query;
mod rate_limit;
mod serve;
pub mod views;

pub use answer::Answer;
pub use authorizer::{KeyedRequest, Verdict, authorize};
pub use body::{Json, MAX_BODY, object, object_or_none, objects};
pub use caller::{Access, Caller};
pub use context::{Context, InitError, api_keys};
pub use document::document;
pub use idempotency::{IdempotencyHeader, Submission};
pub use if_match::{IfMatch, IfMatchHeader};
pub use lambda_http::Error as LambdaError;
pub use page::{Cursor, Limit, ListQuery, Page, Params};
pub use path::Path;
pub use problem::Problem;
pub use serve::{App, serve, service};
