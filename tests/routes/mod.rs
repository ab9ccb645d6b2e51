//! What each route group promises its callers.

mod projects;
