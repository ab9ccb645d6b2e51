//! Which codes there are, and what a caller is told with each: the examples of the API's description.
//!
//! A text with names in it shows them as in the description's story.

/// A code with its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Known {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) detail: &'static str,
}

/// What each status means, whatever the code.
pub(super) fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be read.",
        401 => "No valid credentials.",
        402 => "Nothing is left to spend.",
        403 => "The caller may not do this.",
        404 => "There is no such thing for this caller.",
        409 => "The state of things does not allow it.",
        412 => "The resource was changed since it was read.",
        413 => "The request is too large.",
        415 => "The body is not said to be JSON.",
        422 => "The request breaks a rule.",
        428 => "The request must say which version it changes.",
        429 => "Too many requests; try again after the seconds in `Retry-After`.",
        500 => "Our failure; it may be tried again.",
        503 => "Nothing was done; try again after the seconds in `Retry-After`.",
        504 => "The answer did not come in time.",
        _ => "The request is refused.",
    }
}

pub(super) fn known(code: &str) -> Option<Known> {
    KNOWN.lines().filter_map(read).find(|known| known.code == code)
}

/// `409 job_ended This job has ended already; there is nothing to cancel.`
const KNOWN: &str = include_str!("refusals.txt");

fn read(line: &'static str) -> Option<Known> {
    let mut parts = line.splitn(3, ' ');
    let (status, code, detail) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Known { status: status.parse().ok()?, code, detail })
}
