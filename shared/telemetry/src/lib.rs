//! What a function tells its operators: log lines and metrics, each with the request and the trace it belongs to.

mod line;
mod metrics;
mod trace;
mod work;

pub use line::{FIELDS, start};
pub use metrics::Ended;
pub use trace::Trace;
pub use work::{
    Fact, Work, adopt, called, carry, consumed_reads, consumed_writes, count, traceparent, within,
};
