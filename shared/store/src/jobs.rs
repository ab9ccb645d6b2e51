//! Where jobs lie, which of them are due, and the one write that ends a job.

use std::{fmt, time::Duration};

use domain::{
    JobId, Moment, Money, SubscriptionId, UserId, bill,
    job::{Claim, Job, JobStatus, Unclaimed},
    settlement::{self, JobResult, Outcome},
};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Indexes, Item, Key, Query, Stored, Table, Write, add, create, delete, ledger,
    query::Index,
    read::Leniently,
    subscriptions::{REMAINING, key_uses, subscription_uses},
    update,
};
use telemetry::{Fact, count};

/// Partitions of the `due` index.
pub const DUE_SHARDS: u8 = 4;
/// Decisions to end a job before its contention is an error.
const SETTLE_TRIES: u32 = 8;

pub fn job(id: JobId) -> Key<Job> {
    Key::new(format!("job#{id}"), "job")
}

/// Newest first.
pub fn of_user(user: UserId) -> Query<Job> {
    Query::new(Index::Gsi1, format!("user#{user}#jobs")).newest_first()
}

impl Item for Job {
    const TYPE: &'static str = "Job";
    const MADE: Option<Fact> = Some(Fact::JobSubmitted);

    fn key(&self) -> Key<Self> {
        job(self.id)
    }

    fn indexes(&self) -> Indexes {
        let due = self
            .due_at
            .map(|at| (due_partition(self.id.shard(DUE_SHARDS)), format!("{at}#{}", self.id)));
        Indexes {
            gsi1: Some((format!("user#{}#jobs", self.user_id), self.id.to_string())),
            due,
            expires_at: None,
        }
    }
}

fn due_partition(shard: u8) -> String {
    format!("due#{shard}")
}

/// Lists a job under its subscription: what a subscription key sees.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SubscriptionJob {
    pub subscription_id: SubscriptionId,
    pub job_id: JobId,
}

/// Newest first.
pub fn of_subscription(subscription: SubscriptionId) -> Query<SubscriptionJob> {
    Query::new(Index::Table, format!("subscription#{subscription}")).prefix("job#").newest_first()
}

impl Item for SubscriptionJob {
    const TYPE: &'static str = "SubscriptionJob";

    fn key(&self) -> Key<Self> {
        Key::new(format!("subscription#{}", self.subscription_id), format!("job#{}", self.job_id))
    }
}

/// The price set aside for a job until it ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hold {
    pub job_id: JobId,
    pub user_id: UserId,
    pub subscription_id: Option<SubscriptionId>,
    pub amount: Money,
    pub created_at: Moment,
}

pub fn hold(job: JobId) -> Key<Hold> {
    Key::new(format!("job#{job}"), "hold")
}

impl Item for Hold {
    const TYPE: &'static str = "Hold";

    fn key(&self) -> Key<Self> {
        hold(self.job_id)
    }
}

pub fn result(job: JobId) -> Key<JobResult> {
    Key::new(format!("job#{job}"), "result")
}

impl Item for JobResult {
    const TYPE: &'static str = "JobResult";

    fn key(&self) -> Key<Self> {
        result(self.job_id)
    }
}

/// What accepting a job writes; its caller adds the answer for a repeat of the request.
pub fn submit(job: &Job) -> Vec<Write> {
    let hold = Hold {
        job_id: job.id,
        user_id: job.user_id,
        subscription_id: job.subscription_id,
        amount: job.quote.total(),
        created_at: job.created_at,
    };
    let mut writes = vec![create(job), create(&hold)];
    if let Some(subscription_id) = job.subscription_id {
        writes.push(create(&SubscriptionJob { subscription_id, job_id: job.id }));
    }
    writes.extend(take_uses(job));
    writes
}

fn take_uses(job: &Job) -> Vec<Write> {
    let one = |key| add(&key, &[(REMAINING, -1)]).at_least(0);
    let mut writes = Vec::new();
    if let Some(key) = counted_subscription(job) {
        writes.push(one(subscription_uses(key)).or(domain::subscription::no_uses_left()));
    }
    if let Some(key) = job.counted_as {
        writes.push(one(key_uses(job.user_id, key)).or(domain::subscription::key_used_up()));
    }
    writes
}

fn counted_subscription(job: &Job) -> Option<SubscriptionId> {
    job.subscription_id
        .filter(|_| job.subscription_type == domain::subscription::SubscriptionType::Trial)
}

/// The jobs of one shard that are due, the longest waiting first, at most a page; each read for itself, so that
/// one that cannot be read keeps no other waiting.
pub async fn due(
    table: &Table,
    shard: u8,
    now: Moment,
) -> Result<Vec<Result<Stored<Job>, Error>>, Error> {
    let query: Query<Job> = Query::new(Index::Due, due_partition(shard)).up_to(now.to_string());
    let found = table.addresses(&query).await?;
    let id = |pk: &str| pk.strip_prefix("job#")?.parse().ok();
    let ids = found.iter().filter_map(|item| id(item.get("pk")?.as_s().ok()?));
    let keys: Vec<_> = ids.map(|id| Leniently(job(id))).collect();
    Ok(table.read(keys).await?.into_iter().flatten().collect())
}

/// Takes a job for one executor; what it answers is as it now stands.
pub async fn claim(table: &Table, id: JobId, lease: Duration) -> Result<Option<Claimed>, Error> {
    table
        .attempt(SETTLE_TRIES, || async {
            let Some(mut job) = table.get(&job(id)).await? else { return Ok(None) };
            telemetry::adopt(job.traceparent.as_deref());
            match job.claim(table.clock().now(), lease) {
                Ok(claim) => Ok(Some(Claimed::Taken(Box::new(table.save(job).await?), claim))),
                Err(why) => Ok(Some(Claimed::Not(why))),
            }
        })
        .await
}

/// What a claim led to.
#[derive(Clone, Debug)]
pub enum Claimed {
    Taken(Box<Stored<Job>>, Claim),
    Not(Unclaimed),
}

/// Changes a job that has not ended, again if others write meanwhile; `None` where it is missing.
pub async fn change<R>(
    table: &Table,
    id: JobId,
    mut step: impl FnMut(&mut Job, Moment) -> R,
) -> Result<Option<(Stored<Job>, R)>, Error> {
    let mut tried = 1;
    loop {
        let Some(mut job) = table.get(&job(id)).await? else { return Ok(None) };
        let before = job.clone().into_inner();
        let done = step(&mut job, table.clock().now());
        if *job == before {
            return Ok(Some((job, done)));
        }
        match table.save(job).await {
            Err(Error::Contended) if tried < SETTLE_TRIES => table.pause(tried).await,
            saved => return saved.map(|job| Some((job, done))),
        }
        tried += 1;
    }
}

/// On whose word a job ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The executor that holds it.
    Claim(Claim),
    /// The provider that ran its task: counts whoever holds the job.
    Provider,
    /// Its owner, while nobody has begun it.
    Owner,
}

impl By {
    fn may_end(self, job: &Job) -> bool {
        match self {
            Self::Claim(claim) => job.held_by(claim).is_ok(),
            Self::Provider => true,
            Self::Owner => job.status == JobStatus::Provisioning,
        }
    }
}

/// How an attempt to end a job ended.
#[derive(Clone, Debug)]
pub enum Settled {
    Now(Job),
    /// It had ended before, as it says.
    Before(Job),
    /// Who asked has no say any more.
    Lost,
    Missing,
}

impl fmt::Display for Settled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now(job) => write!(f, "ended {:?}", job.status),
            Self::Before(job) => write!(f, "had ended {:?}", job.status),
            Self::Lost => f.write_str("somebody else has it"),
            Self::Missing => f.write_str("there is no such job"),
        }
    }
}

/// Ends a job: state, result, charge, hold, totals and uses in one write, or nothing.
pub async fn settle(table: &Table, id: JobId, by: By, outcome: &Outcome) -> Result<Settled, Error> {
    table
        .attempt(SETTLE_TRIES, || async {
            let (job, hold) = table.read((job(id), hold(id))).await?;
            let Some(mut job) = job else { return Ok(Settled::Missing) };
            // An owner's request goes on in its own trace.
            if by != By::Owner {
                telemetry::adopt(job.traceparent.as_deref());
            }
            if job.status.is_terminal() {
                return Ok(Settled::Before(job.into_inner()));
            }
            if !by.may_end(&job) {
                return Ok(Settled::Lost);
            }
            let mut ended = settlement::settle(&job, outcome.clone(), table.clock().now());
            *job = ended.job.clone();
            let entries = bill::items(&ended.charge);
            ledger::enter(table, &entries, |period| {
                ended.charge.period = period;
                let mut writes = vec![update(&job), create(&ended.result), create(&ended.charge)];
                writes.extend(hold.iter().map(delete));
                if ended.return_use {
                    writes.extend(return_uses(&ended.job));
                }
                Ok::<_, Error>((writes, ()))
            })
            .await?;
            count_end(&ended);
            Ok(Settled::Now(ended.job))
        })
        .await
}

fn count_end(ended: &settlement::Settlement) {
    match ended.job.status {
        JobStatus::Completed => count(Fact::JobCompleted, 1),
        JobStatus::Cancelled => count(Fact::JobCancelled, 1),
        _ => count(Fact::JobFailed, 1),
    }
    count(Fact::MicroUsdCharged, u64::try_from(ended.charge.amount.micros()).unwrap_or(0));
}

fn return_uses(job: &Job) -> Vec<Write> {
    let subscription = counted_subscription(job).map(subscription_uses);
    let key = job.counted_as.map(|key| key_uses(job.user_id, key));
    subscription.iter().chain(&key).map(|key| add(key, &[(REMAINING, 1)])).collect()
}
