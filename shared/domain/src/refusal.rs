//! How the business says no, in words its caller can act on.

/// What sort of no it is; the HTTP edge gives each its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The message cannot be read.
    Malformed,
    Unauthenticated,
    /// Nothing left to spend: uses, trial, credit.
    PaymentRequired,
    Forbidden,
    /// Absent, or another's: the caller cannot tell which.
    NotFound,
    Conflict,
    PreconditionFailed,
    TooLarge,
    UnsupportedMediaType,
    /// Readable, yet against a rule.
    Invalid,
    PreconditionRequired,
    /// Seconds after which it may be tried again, at least 1.
    TooManyRequests {
        retry_after: u32,
    },
}

/// A no that is the caller's doing: shown, never retried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Refusal {
    pub kind: Kind,
    /// Stable, snake_case, for programs.
    pub code: &'static str,
    /// One sentence for people that says what to do.
    pub detail: String,
    pub violations: Vec<Violation>,
}

/// One field that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer into the request, such as `/tags/3/name`.
    pub pointer: String,
    pub detail: String,
}

impl Refusal {
    pub fn new(kind: Kind, code: &'static str, detail: impl Into<String>) -> Self {
        Self { kind, code, detail: detail.into(), violations: Vec::new() }
    }

    pub fn invalid(violations: Vec<Violation>) -> Self {
        let detail =
            "The request breaks the rules listed in `violations`; correct them and send it again.";
        Self { violations, ..Self::new(Kind::Invalid, "validation_failed", detail) }
    }

    /// For what does not exist and for what belongs to another, alike.
    pub fn not_found(what: &str) -> Self {
        let detail = format!("There is no such {what} for you; check the id and who is signed in.");
        Self::new(Kind::NotFound, "not_found", detail)
    }

    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, code, detail)
    }
}
