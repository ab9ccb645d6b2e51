//! Whether a request fits its caller's limit, and how the caller is told where they stand.

use std::{
    collections::HashMap,
    future::Future,
    net::IpAddr,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{
    access_key::Plan,
    rate_limit::{Allowance, Counted, Limits, OverQuota, Requester, Standing},
};
use http::{HeaderMap, HeaderName, HeaderValue};
use secrets::KeyedHash;
use store::{Table, rate_limit::Known};

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
#[derive(Clone)]
struct Seen {
    allowance: Allowance,
    /// Whether it is a key that opens something at some addresses alone.
    bound: bool,
    known: Known,
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

    /// What is to hold for this caller, before anyone is looked up: of a key only where it was found before, and is not
    /// bound to addresses.
    pub(crate) fn allowance(&self, requester: &Requester) -> Option<Allowance> {
        match requester {
            Requester::User(_) => Some(self.of_users()),
            Requester::Address(_) => Some(self.of_addresses()),
            Requester::Key(_) => {
                self.seen().get(requester).filter(|seen| !seen.bound).map(|seen| seen.allowance)
            }
        }
    }

    /// What holds for a caller who was found, remembered for their next request.
    pub(crate) fn learn(&self, requester: &Requester, caller: &Caller) -> Allowance {
        let allowance = caller.key().map_or(self.of_users(), |key| self.of_plan(key.plan));
        let bound = caller.key().is_some_and(|key| !key.allowed_addresses.is_empty());
        self.remember(requester, Seen { allowance, bound, known: Known::default() });
        allowance
    }

    pub(crate) fn of_addresses(&self) -> Allowance {
        Allowance { limit: self.limits.address, quota: None }
    }

    fn of_users(&self) -> Allowance {
        Allowance { limit: self.limits.user, quota: None }
    }

    pub(crate) fn of_plan(&self, plan: Plan) -> Allowance {
        self.limits.of_plan(plan)
    }

    /// Counts a request; its caller must be known, or be an address.
    pub(crate) async fn count(&self, requester: &Requester, allowance: Allowance) -> Count {
        let seen = self.seen().get(requester).cloned();
        let (bound, mut known) = seen.map(|seen| (seen.bound, seen.known)).unwrap_or_default();
        let counted = self.table.count_request(requester, allowance, &mut known).await;
        self.remember(requester, Seen { allowance, bound, known });
        match counted {
            Ok(counted) => Count::Told(counted),
            Err(cause) => Count::Failed { allowance, cause },
        }
    }

    /// Counts a request that is refused anyway, with `problem` unless it does not even fit.
    pub(crate) async fn refuse<T>(
        &self,
        requester: &Requester,
        problem: Problem,
    ) -> (Count, Result<T, Problem>) {
        let allowance = self.allowance(requester).unwrap_or(self.of_addresses());
        let count = self.count(requester, allowance).await;
        let refusal = match &count {
            Count::Told(counted) => counted.refusal(),
            Count::Failed { .. } => None,
        };
        (count, Err(refusal.map_or(problem, Problem::from)))
    }

    fn remember(&self, requester: &Requester, now: Seen) {
        let mut seen = self.seen();
        if seen.len() >= MOST_SEEN && !seen.contains_key(requester) {
            seen.clear();
        }
        match seen.get_mut(requester) {
            Some(before) => {
                before.known.merge(&now.known);
                (before.allowance, before.bound) = (now.allowance, now.bound);
            }
            None => drop(seen.insert(requester.clone(), now)),
        }
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
        allowance: Allowance,
        cause: store::Error,
    },
}

impl Count {
    /// Whether the request may go on. While nobody can count, those that only read may.
    pub(crate) fn check(&self, reads: bool) -> Result<(), Problem> {
        match self {
            Self::Told(counted) => counted.refusal().map_or(Ok(()), |refusal| Err(refusal.into())),
            Self::Failed { cause, .. } if reads => {
                tracing::error!(%cause, "a request was let through uncounted");
                Ok(())
            }
            Self::Failed { cause, .. } => Err(Problem::unavailable(cause)),
        }
    }

    /// The headers of draft-ietf-httpapi-ratelimit-headers-10, as far as they are known.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let requests = |standing: &Standing| {
            let limit = standing.limit;
            let policy = ("requests", limit.burst().into(), limit.window());
            (policy, Some((standing.remaining, standing.seconds)))
        };
        let ((name, quota, window), left): ((_, u64, _), _) = match self {
            Self::Told(Counted::Admitted(standing) | Counted::Refused(standing)) => {
                requests(standing)
            }
            Self::Told(Counted::OverQuota(OverQuota { quota, window, seconds })) => {
                (("month", *quota, *window), Some((0, *seconds)))
            }
            Self::Failed { allowance: Allowance { limit, .. }, .. } => {
                (("requests", limit.burst().into(), limit.window()), None)
            }
        };
        let mut set = |name, value: String| {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        };
        set(RATE_LIMIT_POLICY, format!("\"{name}\";q={quota};w={window}"));
        if let Some((remaining, seconds)) = left {
            set(RATE_LIMIT, format!("\"{name}\";r={remaining};t={seconds}"));
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
