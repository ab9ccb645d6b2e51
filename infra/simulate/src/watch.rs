//! What is seen of every write while it happens: states that move back, jobs taken from who has them, second names.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::Arc,
    time::Duration,
};

use domain::Moment;
use serde_json::Value;

use crate::{
    executor::lock,
    fate::{named, place_of},
    hub::LEASE,
    lambda::Invocation,
    network::Call,
    table::puts,
};

/// What must not happen to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// It was accepted and never ended, or is not there.
    Lost,
    DuplicateTask,
    /// One request made two jobs.
    DuplicateJob,
    DoubleBilled,
    Unbilled,
    /// Another amount than its end and its price make.
    WrongCharge,
    MovedBack,
    KeyOverdrawn,
    /// Uses that a key has are not those its jobs left.
    UsesOff,
    HoldLeft,
    /// Taken while another executor's lease ran.
    SideBySide,
    /// Written to by an executor that had lost it.
    StaleWrite,
    /// The provider was shown two tokens for it.
    SecondToken,
    /// Two attempts to charge it named two charges.
    SecondChargeId,
    /// The provider ran a task that its job knows nothing of.
    StrayTask,
    /// Equal requests got different answers.
    OtherAnswer,
}

impl Wrong {
    pub const ALL: [Self; 16] = [
        Self::Lost,
        Self::DuplicateTask,
        Self::DuplicateJob,
        Self::DoubleBilled,
        Self::Unbilled,
        Self::WrongCharge,
        Self::MovedBack,
        Self::KeyOverdrawn,
        Self::UsesOff,
        Self::HoldLeft,
        Self::SideBySide,
        Self::StaleWrite,
        Self::SecondToken,
        Self::SecondChargeId,
        Self::StrayTask,
        Self::OtherAnswer,
    ];
}

/// One wrong, of one job where it is one job's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    pub wrong: Wrong,
    pub job: String,
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {} {}", self.wrong, self.job, self.what)
    }
}

#[derive(Default)]
pub(crate) struct Watch {
    violations: BTreeSet<Violation>,
    /// Jobs that a request of a client made, by the request's number.
    pub made: BTreeMap<u32, Vec<String>>,
    /// Job and price that a client was told, by the request's number.
    pub told: BTreeMap<u32, BTreeSet<(String, String)>>,
    jobs: HashMap<String, Seen>,
    charges: HashMap<String, BTreeSet<String>>,
    tokens: HashMap<String, BTreeSet<String>>,
    open: BTreeSet<String>,
}

#[derive(Clone)]
struct Seen {
    place: u64,
    status: String,
    fence: u64,
    lease_until: Option<Moment>,
    task_arn: Option<String>,
}

const ORDER: [&str; 4] = ["PROVISIONING", "QUEUED", "RUNNING", "CANCELLING"];

/// All three ends are the last place.
fn rank(status: &str) -> usize {
    ORDER.iter().position(|name| *name == status).unwrap_or(ORDER.len())
}

pub(crate) fn is_end(status: &str) -> bool {
    rank(status) == ORDER.len()
}

impl Watch {
    pub(crate) fn wrong(&mut self, wrong: Wrong, job: &str, what: impl Into<String>) {
        self.violations.insert(Violation { wrong, job: job.to_owned(), what: what.into() });
    }

    /// Whether every job that was written has ended.
    pub(crate) fn all_ended(&self) -> bool {
        self.open.is_empty()
    }

    /// How many jobs there were, and what went wrong with them.
    pub(crate) fn sum_up(&mut self) -> (u64, BTreeSet<Violation>) {
        (self.jobs.len() as u64, std::mem::take(&mut self.violations))
    }

    /// Where what happens to a job happens, whatever its id is.
    pub(crate) fn place_of_job(&self, job: &str) -> u64 {
        self.jobs.get(job).map_or(0, |seen| seen.place)
    }

    /// A request came to the table, whatever is made of it.
    pub(crate) fn asked(&mut self, call: &Call) {
        for item in puts(call).filter(|item| item["type"]["S"] == "Charge") {
            let job = text(&item["job_id"]).to_owned();
            let name = format!("{} {}", text(&item["pk"]), text(&item["sk"]));
            let names = self.charges.entry(job.clone()).or_default();
            names.insert(name);
            if names.len() > 1 {
                self.wrong(Wrong::SecondChargeId, &job, "");
            }
        }
    }

    pub(crate) fn asked_for_task(&mut self, request: &Value) {
        let job = request["tags"]["job"].as_str().unwrap_or_default().to_owned();
        let token = request["clientToken"].as_str().unwrap_or_default().to_owned();
        let tokens = self.tokens.entry(job.clone()).or_default();
        tokens.insert(token);
        if tokens.len() > 1 {
            self.wrong(Wrong::SecondToken, &job, "");
        }
    }

    /// The table has written this.
    pub(crate) fn wrote(&mut self, call: &Call, by: Option<&Arc<Invocation>>) {
        for item in puts(call).filter(|item| item["type"]["S"] == "Job") {
            self.job(item, by);
        }
    }

    fn job(&mut self, item: &Value, by: Option<&Arc<Invocation>>) {
        let id = text(&item["id"]).to_owned();
        let lease_until: Option<Moment> = text(&item["lease_until"]).parse().ok();
        let mut new = Seen {
            place: 0,
            status: text(&item["status"]).to_owned(),
            fence: item["fence"]["N"].as_str().and_then(|fence| fence.parse().ok()).unwrap_or(0),
            lease_until,
            task_arn: item["task_arn"]["S"].as_str().map(str::to_owned),
        };
        let Some(old) = self.jobs.get(&id).cloned() else { return self.begun(id, new, by) };
        new.place = old.place;
        let moved = format!("{} to {}", old.status, new.status);
        if is_end(&old.status) || rank(&new.status) < rank(&old.status) {
            self.wrong(Wrong::MovedBack, &id, moved);
        }
        if let Some(by) = by {
            self.held(&id, &old, &new, by);
        }
        if is_end(&new.status) {
            self.open.remove(&id);
        }
        self.jobs.insert(id, new);
    }

    fn begun(&mut self, id: String, mut new: Seen, by: Option<&Arc<Invocation>>) {
        let request = by.and_then(|by| by.request).unwrap_or(u32::MAX);
        let jobs = self.made.entry(request).or_default();
        jobs.push(id.clone());
        let nth = jobs.len();
        new.place = place_of(&[named("job"), u64::from(request), nth as u64]);
        if nth > 1 {
            self.wrong(Wrong::DuplicateJob, &id, format!("of request {request}"));
        }
        self.open.insert(id.clone());
        self.jobs.insert(id, new);
    }

    fn held(&mut self, id: &str, old: &Seen, new: &Seen, by: &Arc<Invocation>) {
        if new.fence == old.fence + 1 {
            let decided = new.lease_until.map(|until| before(until, LEASE));
            if let (Some(until), Some(decided)) = (old.lease_until, decided)
                && until > decided
            {
                self.wrong(Wrong::SideBySide, id, format!("{} took it", by.function));
            }
            lock(&by.claimed).insert(id.to_owned(), new.fence);
            return;
        }
        let claimed = lock(&by.claimed).get(id).copied();
        let tells_task = new.task_arn != old.task_arn;
        if claimed.is_some_and(|fence| fence != old.fence) && !tells_task {
            self.wrong(Wrong::StaleWrite, id, format!("{} wrote it", by.function));
        }
    }
}

fn before(moment: Moment, time: Duration) -> Moment {
    let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    let at = i64::try_from(moment.unix_millis()).unwrap_or(i64::MAX);
    Moment::from_unix_millis(at - millis)
}

pub(crate) fn text(value: &Value) -> &str {
    value["S"].as_str().unwrap_or_default()
}
