//! Is a limit that no single item bears still held to when it is spread over several, and its caller told the truth?

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use clock::{Clock, Machine, Waiting};
use domain::{
    Moment,
    rate_limit::{Counted, Limit, Requester},
};
use store::{Table, rate_limit::Known};
use tests::DynamoDb;
use tokio::{sync::Semaphore, task::JoinSet};

use super::at_once;

/// What may be let through beyond the burst, in hundredths of it, beside what refills meanwhile.
const OVER_ON_ONE: u64 = 1;
const OVER_ON_MANY: u64 = 5;
/// What may be missing of the burst on many: some requests find no room in those few that they look in.
const SHORT: u64 = 5;

/// As many as a busy machine connects in time.
const AT_ONCE: usize = 200;

/// On which no time passes, so that nothing refills.
#[derive(Debug)]
struct Still(Moment);

impl Machine for Still {
    fn now(&self) -> Moment {
        self.0
    }

    fn fill(&self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(16) {
            part.copy_from_slice(&uuid::Uuid::new_v4().as_bytes()[..part.len()]);
        }
    }

    fn sleep(&self, time: Duration) -> Waiting {
        Box::pin(tokio::time::sleep(time))
    }

    fn beside(&self, work: Box<dyn FnOnce() + Send>) -> Waiting {
        Box::pin(async move { work() })
    }
}

fn limit(per_second: u64, burst: u64) -> Limit {
    Limit::new(per_second, burst).expect("within bounds")
}

fn someone() -> Requester {
    Requester::Address(uuid::Uuid::new_v4().to_string())
}

fn table(dynamodb: &DynamoDb, clock: Clock) -> Table {
    Table::new(&dynamodb.config, DynamoDb::TABLE, clock)
}

/// Sent at once by processes that know nothing of each other, through the real wire: how many were let through, and how
/// many requests refill in the time between the first one and the last.
async fn sent_at_once(table: &Table, limit: Limit, sent: u64) -> (u64, u64) {
    let (mut requests, who) = (JoinSet::new(), someone());
    let connections = Arc::new(Semaphore::new(AT_ONCE));
    for _ in 0..sent {
        let (table, who, connections) = (table.clone(), who.clone(), connections.clone());
        requests.spawn(async move {
            let _place = connections.acquire().await.expect("open");
            let (at, mut known) = (table.clock().now(), Known::default());
            let counted = table.count_request(&who, at_once(limit), &mut known).await;
            (at, counted.expect("counted"))
        });
    }
    let counted = requests.join_all().await;
    let admitted = counted.iter().filter(|(_, one)| matches!(one, Counted::Admitted(_))).count();
    let times = || counted.iter().map(|(at, _)| *at);
    let apart = times().max().expect("one").since(times().min().expect("one"));
    let refilled = apart.as_micros().div_ceil(limit.interval().unsigned_abs().into());
    (admitted as u64, u64::try_from(refilled).expect("small"))
}

fn bounds(burst: u64, refilled: u64, over: u64, short: u64) -> RangeInclusive<u64> {
    burst - burst * short / 100..=burst + burst * over / 100 + refilled
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_lets_no_more_through_than_fit_and_refill() {
    let dynamodb = DynamoDb::start().await;
    let (admitted, refilled) =
        sent_at_once(&table(&dynamodb, Clock::system()), limit(10, 200), 300).await;
    println!("1 item: {admitted} of 200 and {refilled} that refilled");
    assert!(admitted <= *bounds(200, refilled, OVER_ON_ONE, 0).end(), "{admitted}");
    let still = table(&dynamodb, Clock::of(Arc::new(Still(Clock::system().now()))));
    for (per_second, burst, shards, over, short) in [
        (10, 200, 1, OVER_ON_ONE, 0),
        (1_000, 200, 2, OVER_ON_MANY, SHORT),
        (6_000, 800, 8, OVER_ON_MANY, SHORT),
    ] {
        let limit = limit(per_second, burst);
        assert_eq!(limit.shards(), shards);
        for sent in [burst * 3 / 2, burst] {
            let (admitted, refilled) = sent_at_once(&still, limit, sent).await;
            println!("{shards} items: {admitted} of {burst} when {sent} came");
            let allowed = bounds(burst, refilled, over, short);
            assert!(allowed.contains(&admitted), "{shards}: {admitted} of {allowed:?}");
        }
    }
}

#[tokio::test]
async fn a_caller_is_never_told_that_more_are_left_than_are() {
    let dynamodb = DynamoDb::start().await;
    let still = table(&dynamodb, Clock::of(Arc::new(Still(Clock::system().now()))));
    let (limit, who, mut known) = (limit(6_000, 800), someone(), Known::default());
    let mut short = Vec::new();
    for sent in 1..=400 {
        let counted = still.count_request(&who, at_once(limit), &mut known).await;
        let Counted::Admitted(standing) = counted.expect("counted") else { panic!("{sent} fit") };
        assert_eq!(standing.limit, limit, "the policy is the whole one");
        let left = limit.burst() - sent;
        assert!(standing.remaining <= left, "{} told of {left}", standing.remaining);
        short.push(left - standing.remaining);
    }
    let mean = short.iter().sum::<u32>() / 400;
    println!("told {mean} too few in the mean");
    assert!(mean <= limit.burst() / 10, "{mean}");
}
