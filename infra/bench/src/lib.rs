//! What do the functions cost: to start, to call, and in what they ask of AWS?

pub mod aws;
pub mod costs;
pub mod functions;
pub mod hub;
pub mod load;
pub mod measure;
pub mod price;
pub mod process;
pub mod report;
pub mod routes;
pub mod rows;
pub mod runtime_api;
pub mod scene;
pub mod stats;

/// Why there is nothing to report; a sentence for whoever asked for it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
