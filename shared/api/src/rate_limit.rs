//! Whether a request fits its caller's limit, and how the caller is told where they stand.

use std::{
    collections::HashMap,
    future::Future,
    net::IpAddr,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::rate_limit::{Counted, Limit, Limits, Micros, Requester, Standing};
use http::{HeaderMap, HeaderName, HeaderValue};
use secrets::KeyedHash;
use store::{Table, rate_limit::bucket};

use crate::{Caller, Problem};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The most callers a process remembers.
const MOST_SEEN: usize = 1024;

/// Counts requests in the table, and remembers of whom it did.
#[derive(Clone)]
pub(crate) struct Limiter {
    table: Table,
    limits: Limits,
    addresses: KeyedHash,
    seen: Arc<Mutex<HashMap<Requester, Seen>>>,
}

/// What this process knows of a caller. It saves calls; what is decided does not depend on it.
#[derive(Clone, Copy)]
struct Seen {
    limit: Limit,
    full_at: Option<Micros>,
}

impl Limiter {
    pub(crate) fn new(table: Table, limits: Limits, addresses: KeyedHash) -> Self {
        Self { table, limits, addresses, seen: Arc::default() }
    }

    /// Who has an IPv6 address has at least the 2^64 that begin alike, so that they count as one.
    pub(crate) fn address(&self, source: Option<IpAddr>) -> Requester {
        let hash = match source {
            Some(IpAddr::V4(address)) => self.addresses.hex(&address.octets()),
            Some(IpAddr::V6(address)) => self.addresses.hex(&address.octets()[..8]),
            None => self.addresses.hex(&[]),
        };
        Requester::Address(hash)
    }

    /// The limit that is to hold for this caller, before anyone is looked up: of a key only where it was found before.
    pub(crate) fn limit(&self, requester: &Requester) -> Option<Limit> {
        match requester {
            Requester::User(_) => Some(self.limits.user),
            Requester::Address(_) => Some(self.limits.address),
            Requester::Key(_) => self.seen().get(requester).map(|seen| seen.limit),
        }
    }

    /// The limit of a caller who was found, remembered for their next request.
    pub(crate) fn learn(&self, requester: &Requester, caller: &Caller) -> Limit {
        let limit = caller.key().map_or(self.limits.user, |key| self.limits.of_plan(key.plan));
        self.remember(requester, limit, None);
        limit
    }

    pub(crate) fn address_limit(&self) -> Limit {
        self.limits.address
    }

    /// Counts a request; its caller must be known, or be an address.
    pub(crate) async fn count(&self, requester: &Requester, limit: Limit) -> Count {
        let mut known = self.seen().get(requester).and_then(|seen| seen.full_at);
        let counted = self.table.count_request(&bucket(requester), limit, &mut known).await;
        self.remember(requester, limit, known);
        match counted {
            Ok(counted) => Count::Told(counted),
            Err(cause) => Count::Failed { limit, cause },
        }
    }

    /// Counts a request that is refused anyway, with `problem` unless it does not even fit.
    pub(crate) async fn refuse<T>(
        &self,
        requester: &Requester,
        problem: Problem,
    ) -> (Count, Result<T, Problem>) {
        let limit = self.limit(requester).unwrap_or(self.limits.address);
        let count = self.count(requester, limit).await;
        let problem = match &count {
            Count::Told(Counted::Refused(standing)) => standing.refusal().into(),
            _ => problem,
        };
        (count, Err(problem))
    }

    fn remember(&self, requester: &Requester, limit: Limit, full_at: Option<Micros>) {
        let mut seen = self.seen();
        if seen.len() >= MOST_SEEN && !seen.contains_key(requester) {
            seen.clear();
        }
        let known = seen.entry(requester.clone()).or_insert(Seen { limit, full_at });
        *known = Seen { limit, full_at: known.full_at.max(full_at) };
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<Requester, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of counting a request.
pub(crate) enum Count {
    Told(Counted),
    /// The table did not answer.
    Failed {
        limit: Limit,
        cause: store::Error,
    },
}

impl Count {
    /// Whether the request may go on. While nobody can count, those that only read may.
    pub(crate) fn check(&self, reads: bool) -> Result<(), Problem> {
        match self {
            Self::Told(Counted::Admitted(_)) => Ok(()),
            Self::Told(Counted::Refused(standing)) => Err(standing.refusal().into()),
            Self::Failed { cause, .. } if reads => {
                tracing::error!(%cause, "a request was let through uncounted");
                Ok(())
            }
            Self::Failed { cause, .. } => Err(Problem::unavailable(cause)),
        }
    }

    /// The headers of draft-ietf-httpapi-ratelimit-headers-10, as far as they are known.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let (limit, standing) = match self {
            Self::Told(counted) => (counted.standing().limit, Some(counted.standing())),
            Self::Failed { limit, .. } => (*limit, None),
        };
        let mut set = |name, value: String| {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        };
        set(RATE_LIMIT_POLICY, format!("\"requests\";q={};w={}", limit.burst(), limit.window()));
        if let Some(Standing { remaining, seconds, .. }) = standing {
            set(RATE_LIMIT, format!("\"requests\";r={remaining};t={seconds}"));
        }
    }
}

/// Counts a request while `work` is under way, which is dropped where the request may not go on.
///
/// So `work` must have no effect.
pub(crate) async fn beside<T>(
    count: impl Future<Output = Count>,
    reads: bool,
    work: impl Future<Output = T>,
) -> (Count, Result<T, Problem>) {
    let (mut count, mut work) = (pin!(count), pin!(work));
    let (count, done) = tokio::select! {
        // The count first: where a refusal is known beforehand, the work does not even begin.
        biased;
        count = &mut count => (count, None),
        done = &mut work => (count.await, Some(done)),
    };
    let done = match (count.check(reads), done) {
        (Err(problem), _) => Err(problem),
        (Ok(()), Some(done)) => Ok(done),
        (Ok(()), None) => Ok(work.await),
    };
    (count, done)
}
