//! Every test that needs more than one crate: through HTTP, against real stores.

mod contract;
mod referee;
mod routes;
