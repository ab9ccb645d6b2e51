//! Every test that needs more than one crate: through HTTP, against real stores.

mod contract;
mod deployed;
mod edges;
mod flows;
mod referee;
mod refusals;
mod routes;
