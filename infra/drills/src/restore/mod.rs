//! Is a table that was exported with jobs in flight worth anything once it is restored into a new one?

mod attribute;
mod operator;
mod snapshot;
mod torn;

use std::{
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use clock::Clock;
use journey::{Off, ensure, random::Random, random_hex};
use serde_json::json;
use tokio::{task::JoinSet, time::sleep};

use crate::{
    book::{Book, Order},
    braket::tasks_by_job,
    market::{self, App, Customer},
    placing::{cancel, place},
    purse::Purse,
    rules, setting,
    stack::{Outside, Stack, state_of},
    watch,
};
use snapshot::Snapshot;

const PARAMETERS: [(&str, &str); 5] = [
    ("LeaseSeconds", "10"),
    ("TaskLookSeconds", "5"),
    ("TaskSearchGraceSeconds", "20"),
    ("RequestsPerSecond", "10000"),
    ("RequestBurst", "100000"),
];
/// QPUs last.
const DEVICES: [&str; 3] = ["hub-simulator", "amazon-sv1", "iqm-garnet"];
/// Jobs on Braket's devices that are accepted and not yet handed over when the export is made.
const WAITING: usize = 6;
/// Of each app; more than are asked for.
const USES: u64 = 1000;
/// The export is made when so many jobs of a hundred have ended.
const ENDED_PERCENT: usize = 30;
const LOOK: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(420);

/// Runs the drill on a stack of its own.
///
/// # Errors
/// Something was lost, torn or paid twice, or the drill could not be run.
pub async fn run() -> Result<(), Off> {
    let seed: u64 = setting("SEED", journey::random_seed())?;
    let jobs: usize = setting("JOBS", 60)?;
    let state = state_of("restore-drill", seed);
    let gap: u64 = setting("GAP", 5)?;
    println!("seed {seed}, {jobs} jobs; the stack lives in {}", state.display());
    let mut stack = Stack::start(state.clone(), &PARAMETERS).await?;
    let ended = drill(&stack.outside(), seed, jobs, gap).await;
    if ended.is_ok() {
        stack.throw_away().await?;
        println!("\nNothing was lost and nothing paid twice.");
        return Ok(());
    }
    stack.stop().await;
    println!("the stack's data, the export and the logs stay in {}", state.display());
    ended
}

/// Looks at the table that `TABLE` names, wherever the environment says AWS is.
///
/// # Errors
/// It cannot be read, was written to meanwhile, or holds half of what one transaction wrote.
pub async fn check() -> Result<(), Off> {
    let table: String = setting("TABLE", String::new())?;
    ensure(!table.is_empty(), || "TABLE= says which table".to_owned())?;
    let client = aws_sdk_dynamodb::Client::new(&environment::aws());
    let (found, _) = snapshot::of_one_moment(&client, &table).await?;
    for (kind, many) in found.counts() {
        println!("  {kind:<24} {many:>8}");
    }
    let jobs = torn::jobs(&found)?;
    println!(
        "  ledger  {}\n  {} jobs ended, {} in flight",
        found.ledger_hash(),
        jobs.ended,
        jobs.open
    );
    ensure(jobs.torn.is_empty(), || format!("torn:\n  {}", jobs.torn.join("\n  ")))
}

async fn drill(outside: &Outside, seed: u64, jobs: usize, gap: u64) -> Result<(), Off> {
    println!("a developer publishes, a customer subscribes");
    let customer = market::open(&outside.hub).await?;
    let book = Book::new();
    let purses =
        [customer.purse(0, App::Short, USES).await?, customer.purse(1, App::Long, USES).await?];
    let mut beside = JoinSet::new();
    beside.spawn(watch::sweep(outside.clone(), Arc::default()));
    let watching = beside.spawn(watch::watch(book.clone(), customer.clone()));
    submit(&book, &customer, &purses, seed, 0..jobs, jobs, &DEVICES).await;
    wait_until(&book, "some jobs have ended", || ended(&book) * 100 >= jobs * ENDED_PERCENT)
        .await?;

    let client = operator::client(outside);
    let source = outside.named("Table")?;
    while_written(&client, source).await?;
    operator::stop_writer(outside, outside.named("SubmitQuantumTaskFunction")?).await?;
    submit(&book, &customer, &purses, seed, jobs..jobs + WAITING, jobs, &DEVICES[1..]).await;
    let killed = operator::stop_writers(outside).await?;
    println!("writers stopped: every function throttled, {killed} processes killed at work");
    let export = export(outside, &client, source).await?;
    operator::start_writers(outside).await?;
    sleep(Duration::from_secs(gap)).await;
    let unknown = made_since(outside, &book, &export).await?;

    watching.abort();
    operator::stop_writers(outside).await?;
    let lost = Instant::now();
    let last = snapshot::scan(&client, source).await?;
    println!(
        "then the table is lost; {} items had changed since the export, which knows nothing of {unknown} quantum tasks",
        export.differences(&last)
    );
    let restored = format!("{source}-restored");
    restore(outside, &client, &export, &restored).await?;
    let purged = operator::purge_queues(outside).await?;
    operator::repoint(outside, &restored).await?;
    println!("{purged} queues purged, functions repointed to {restored}");
    let told = adopt(outside, &client, &restored).await?;
    operator::start_writers(outside).await?;
    println!(
        "{told} quantum tasks made known to their jobs; the hub is back {:.1} s after the loss",
        seconds(lost)
    );

    book.goes_back();
    beside.spawn(watch::watch(book.clone(), customer.clone()));
    wait_until(&book, "every job has ended", || book.all().iter().all(|entry| !entry.is_open()))
        .await?;
    println!("every job has ended {:.1} s after the loss", seconds(lost));
    rules::of_all(&book, &customer, outside).await?;
    for purse in &purses {
        rules::of_purse(&book, &customer, purse).await?;
    }
    beside.abort_all();
    at_rest(&client, source, &restored, &last).await?;
    let broken = book.broken();
    ensure(broken.is_empty(), || broken.join("\n"))
}

async fn submit(
    book: &Book,
    customer: &Customer,
    purses: &[Purse; 2],
    seed: u64,
    jobs: Range<usize>,
    cancellable: usize,
    devices: &[&str],
) {
    let mut random = Random::new(seed);
    let mut asking = JoinSet::new();
    for number in jobs {
        let long = random.below(4) == 0;
        // a long program fits no QPU
        let fitting = devices.iter().filter(|device| !long || !device.starts_with("iqm")).count();
        let device = devices[random.below(fitting)];
        let body = json!({
            "device_id": device, "shots": 100, "input": {"theta": 1.0}, "run_mode": "NON_BLOCKING",
            "tags": [if long { "long" } else { "short" }]
        });
        let purse = purses[usize::from(long)].clone();
        let order = Order { round: 0, request: random_hex(), body, purse: purse.number };
        book.order(order.clone());
        // What is awaited as a task of its own is left alone.
        let cancelled = number % 10 == 9 && number < cancellable;
        let (book, customer) = (book.clone(), customer.clone());
        asking.spawn(async move {
            place(&book, &customer, &purse, &order).await;
            if cancelled {
                let person = customer.signed_in().await;
                // no answer: whether the job was cancelled shows in its end
                let _asked = cancel(&book, &person.door(), &order.request).await;
            }
        });
    }
    while asking.join_next().await.is_some() {}
}

fn ended(book: &Book) -> usize {
    book.all().iter().filter(|entry| entry.job().is_some() && !entry.is_open()).count()
}

async fn wait_until(book: &Book, what: &str, holds: impl Fn() -> bool) -> Result<(), Off> {
    let started = Instant::now();
    while !holds() {
        ensure(started.elapsed() < PATIENCE, || {
            let open = book.all().into_iter().filter(crate::book::Entry::is_open);
            let open: Vec<String> = open.map(|entry| entry.history()).collect();
            format!("it did not come to that {what}:\n{}", open.join("\n"))
        })?;
        sleep(LOOK).await;
    }
    Ok(())
}

/// Shows what a scan is worth while everybody writes.
async fn while_written(client: &aws_sdk_dynamodb::Client, table: &str) -> Result<(), Off> {
    let (first, second) =
        (snapshot::scan(client, table).await?, snapshot::scan(client, table).await?);
    println!(
        "while functions write: two scans in a row differ in {} of {} items, {} of their jobs are torn; no export is made of that",
        first.differences(&second),
        second.len(),
        torn::jobs(&first)?.torn.len() + torn::jobs(&second)?.torn.len(),
    );
    Ok(())
}

async fn export(
    outside: &Outside,
    client: &aws_sdk_dynamodb::Client,
    table: &str,
) -> Result<Snapshot, Off> {
    let started = Instant::now();
    let (snapshot, scans) = snapshot::of_one_moment(client, table).await?;
    let folder = outside.state().join("export");
    snapshot.write(&folder, table, &Clock::system().now().to_string())?;
    let took = seconds(started);
    let jobs = torn::jobs(&snapshot)?;
    ensure(jobs.torn.is_empty(), || format!("the export is torn: {}", jobs.torn.join("; ")))?;
    ensure(jobs.open > 0, || {
        "no job was in flight when the export was made; take more JOBS".to_owned()
    })?;
    println!(
        "exported {} items in {took:.2} s by {scans} scans: {} jobs ended, {} in flight, none torn",
        snapshot.len(),
        jobs.ended,
        jobs.open
    );
    Snapshot::read(&folder)
}

async fn restore(
    outside: &Outside,
    client: &aws_sdk_dynamodb::Client,
    export: &Snapshot,
    table: &str,
) -> Result<(), Off> {
    let started = Instant::now();
    operator::create_table(outside, table).await?;
    operator::fill(client, table, export).await?;
    let took = seconds(started);
    let found = snapshot::scan(client, table).await?;
    let now = Clock::system().now().unix_millis() / 1000;
    let (wanted, found) = (export.without_expired(now), found.without_expired(now));
    println!(
        "restored into {table} in {took:.2} s\n\n  {:<24} {:>8} {:>8}",
        "items", "export", "restored"
    );
    for (kind, many) in wanted.counts() {
        println!("  {kind:<24} {many:>8} {:>8}", found.counts().get(kind).unwrap_or(&0));
    }
    println!("  ledger  {}\n          {}\n", wanted.ledger_hash(), found.ledger_hash());
    ensure(wanted.counts() == found.counts(), || "the counts differ".to_owned())?;
    ensure(wanted.ledger_hash() == found.ledger_hash(), || "the ledgers differ".to_owned())?;
    ensure(wanted == found, || format!("{} items differ", wanted.differences(&found)))
}

/// How many tasks are those of jobs that the export does not know to have one; waits until those of the jobs that
/// were kept waiting have ended: of what still runs, Braket's own events would tell.
async fn made_since(outside: &Outside, book: &Book, export: &Snapshot) -> Result<usize, Off> {
    let known = torn::know_their_task(export)?;
    let started = Instant::now();
    loop {
        let tasks = tasks_by_job(outside, None).await?;
        let unknown = book.all().into_iter().filter(|entry| {
            let job = entry.job().unwrap_or_default();
            !entry.is_open() && tasks.contains_key(job) && !known.contains(job)
        });
        let unknown = unknown.count();
        if unknown >= WAITING {
            return Ok(unknown);
        }
        let what = || format!("{unknown} tasks were made and ended after the export");
        ensure(started.elapsed() < PATIENCE, what)?;
        sleep(LOOK).await;
    }
}

/// Has every job know the task that Braket made for it, after the export too; answers how many tasks those are.
async fn adopt(
    outside: &Outside,
    client: &aws_sdk_dynamodb::Client,
    table: &str,
) -> Result<usize, Off> {
    let tasks = tasks_by_job(outside, None).await?;
    let arns: Vec<String> = tasks
        .values()
        .flatten()
        .filter_map(|task| task["quantumTaskArn"].as_str().map(str::to_owned))
        .collect();
    operator::tell_of_tasks(outside, &arns).await?;
    let started = Instant::now();
    loop {
        let known = torn::know_their_task(&snapshot::scan(client, table).await?)?;
        let unknown: Vec<&String> = tasks.keys().filter(|job| !known.contains(*job)).collect();
        if unknown.is_empty() {
            return Ok(arns.len());
        }
        ensure(started.elapsed() < PATIENCE, || {
            format!("jobs that do not know their task: {unknown:?}")
        })?;
        sleep(LOOK).await;
    }
}

/// Nothing is due, held or torn in the new table, and nobody wrote to the old one.
async fn at_rest(
    client: &aws_sdk_dynamodb::Client,
    source: &str,
    restored: &str,
    lost: &Snapshot,
) -> Result<(), Off> {
    let now = Clock::system().now().unix_millis() / 1000;
    let left = snapshot::scan(client, source).await?.without_expired(now);
    let touched = left.differences(&lost.without_expired(now));
    ensure(touched == 0, || format!("{touched} items of the old table were written to"))?;
    let (last, _) = snapshot::of_one_moment(client, restored).await?;
    let jobs = torn::jobs(&last)?;
    let holds = last.counts().get("Hold").copied().unwrap_or_default();
    ensure(jobs.torn.is_empty(), || jobs.torn.join("\n"))?;
    ensure(jobs.open == 0 && holds == 0, || format!("{} jobs open, {holds} holds", jobs.open))?;
    println!(
        "{} jobs, each ended with one charge; no hold is left, nothing is due, nobody wrote to the lost table",
        jobs.ended
    );
    Ok(())
}

fn seconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64()
}
