//! What happens to jobs when the processes under them are killed at random, round after round?

mod plan;
mod report;
mod round;
mod strike;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use journey::{Off, random::Random};
use tokio::{sync::Semaphore, task::JoinSet, time::timeout};

use crate::{
    book::Book,
    locked,
    market::{self, App, Customer},
    purse::Purse,
    rules, setting,
    stack::{Outside, Stack, state_of},
    watch,
};
use report::Tally;

/// Rounds whose jobs have not all ended: a kill meets the stragglers of those before too.
const OPEN_ROUNDS: usize = 6;
/// Every so many rounds the stack stops and starts instead of a kill.
const RESTART_EVERY: usize = 20;
/// Seen broken so often, nothing new is learned.
const ENOUGH: usize = 20;
/// For all rounds to end, once the last has begun.
const LAST_ROUNDS: Duration = Duration::from_secs(600);
/// Short, so that what was killed is picked up while one watches.
const PARAMETERS: [(&str, &str); 7] = [
    ("LeaseSeconds", "10"),
    ("TaskLookSeconds", "5"),
    ("TaskSearchGraceSeconds", "20"),
    ("RequestsPerSecond", "10000"),
    ("RequestBurst", "100000"),
    ("AddressRequestsPerSecond", "10000"),
    ("AddressRequestBurst", "100000"),
];

/// What a round needs of all.
#[derive(Clone)]
struct Scene {
    book: Book,
    customer: Customer,
    outside: Outside,
    purses: Arc<Mutex<Purses>>,
    tally: Arc<Mutex<Tally>>,
    sweeps: Arc<Mutex<watch::Sweeps>>,
}

/// Those that were opened; the last of each app is in use.
#[derive(Default)]
struct Purses {
    all: Vec<Purse>,
    checked: Vec<usize>,
}

/// Runs the drill on a stack of its own; prints what was done, and what was seen broken.
///
/// # Errors
/// A rule was broken, or the drill could not be run.
pub async fn run() -> Result<(), Off> {
    let seed: u64 = setting("SEED", journey::random_seed())?;
    let rounds: usize = setting("ROUNDS", 200)?;
    let state = state_of("kill9", seed);
    println!("seed {seed}, {rounds} rounds; the stack lives in {}", state.display());
    let started = Instant::now();
    let mut stack = Stack::start(state.clone(), &PARAMETERS).await?;
    let broken = match drill(&mut stack, seed, rounds).await {
        Ok(scene) => {
            locked(&scene.tally).print(
                &scene.book.all(),
                &locked(&scene.sweeps),
                started.elapsed(),
            );
            scene.book.broken()
        }
        Err(off) => vec![off.to_string()],
    };
    if broken.is_empty() {
        stack.throw_away().await?;
        println!("\nNo rule was broken.");
        return Ok(());
    }
    stack.stop().await;
    for what in &broken {
        println!("\nBROKEN  {what}");
    }
    Err(Off::wrong(format!(
        "{} times a rule was broken; SEED={seed}, the stack's data and logs stay in {}",
        broken.len(),
        state.display()
    )))
}

async fn drill(stack: &mut Stack, seed: u64, rounds: usize) -> Result<Scene, Off> {
    let outside = stack.outside();
    println!("a developer publishes, a customer subscribes");
    let customer = market::open(&outside.hub).await?;
    let trial = Purse {
        number: 0,
        key: None,
        subscription: customer.trial.clone(),
        uses: plan::TRIAL_USES,
    };
    let scene = Scene {
        book: Book::new(),
        customer,
        outside,
        purses: Arc::new(Mutex::new(Purses { all: vec![trial], checked: vec![] })),
        tally: Arc::default(),
        sweeps: Arc::default(),
    };
    let mut beside = JoinSet::new();
    beside.spawn(watch::sweep(scene.outside.clone(), Arc::clone(&scene.sweeps)));
    beside.spawn(watch::watch(scene.book.clone(), scene.customer.clone()));

    let places = Arc::new(Semaphore::new(OPEN_ROUNDS));
    let mut open = JoinSet::new();
    for number in 1..=rounds {
        let place = Arc::clone(&places).acquire_owned().await.map_err(|_| Off::wrong("closed"))?;
        let random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
        let mut plan = plan::Plan::of(number, random, number.is_multiple_of(RESTART_EVERY));
        scene.furnish(&mut plan).await?;
        let (struck, strike) = tokio::sync::oneshot::channel();
        let (of_round, of_strike) = (scene.clone(), scene.clone());
        let target = plan.strike.clone();
        open.spawn(async move {
            round::run(of_round, plan, strike).await;
            drop(place);
        });
        strike::strike(&of_strike, stack, target).await?;
        // a round that has broken down says so itself
        let _told = struck.send(());
        scene.progress(number, rounds);
        if scene.book.broken().len() >= ENOUGH {
            break;
        }
    }
    println!("the last rounds end");
    if timeout(LAST_ROUNDS, async { while open.join_next().await.is_some() {} }).await.is_err() {
        scene.book.breaks("every round ends", "some did not within ten minutes");
    }
    scene.close_purses(true).await?;
    rules::of_all(&scene.book, &scene.customer, &scene.outside).await?;
    Ok(scene)
}

impl Scene {
    /// Gives each order of the plan the purse of its app, a new one where the last is used up.
    async fn furnish(&self, plan: &mut plan::Plan) -> Result<(), Off> {
        for app in [App::Short, App::Long] {
            let last = self.purse_in_use(app);
            let is_spent = |purse: &Purse| {
                let of_it = self.book.of_purse(purse.number);
                of_it.iter().any(|entry| entry.answers.contains(&crate::book::Answer::UsedUp))
            };
            let purse = match last.filter(|purse| !is_spent(purse)) {
                Some(purse) => purse,
                None => self.open_purse(app, plan.uses).await?,
            };
            plan.pay(app, purse.number);
        }
        plan.try_out(&self.customer.trial);
        self.close_purses(false).await
    }

    fn purse_in_use(&self, app: App) -> Option<Purse> {
        let subscription = self.customer.subscription(app).to_owned();
        let purses = locked(&self.purses);
        let found = purses.all.iter().rev().find(|purse| purse.subscription == subscription);
        found.cloned()
    }

    async fn open_purse(&self, app: App, uses: u64) -> Result<Purse, Off> {
        let number = locked(&self.purses).all.len();
        let purse = self.customer.purse(number, app, uses).await?;
        locked(&self.purses).all.push(purse.clone());
        Ok(purse)
    }

    /// Checks those that no order can come to any more and whose jobs have ended; `all` at the end.
    async fn close_purses(&self, all: bool) -> Result<(), Off> {
        let in_use: Vec<usize> = [App::Short, App::Long]
            .into_iter()
            .filter_map(|app| self.purse_in_use(app))
            .map(|purse| purse.number)
            .chain([0])
            .collect();
        let due: Vec<Purse> = {
            let purses = locked(&self.purses);
            let of = purses.all.iter().filter(|purse| !purses.checked.contains(&purse.number));
            of.filter(|purse| all || !in_use.contains(&purse.number)).cloned().collect()
        };
        for purse in due {
            let of_it = self.book.of_purse(purse.number);
            let settled =
                |entry: &crate::book::Entry| !entry.answers.is_empty() && !entry.is_open();
            if all || of_it.iter().all(settled) {
                rules::of_purse(&self.book, &self.customer, &purse).await?;
                self.customer.put_away(&purse).await?;
                locked(&self.purses).checked.push(purse.number);
            }
        }
        Ok(())
    }

    fn purse(&self, number: usize) -> Option<Purse> {
        locked(&self.purses).all.get(number).cloned()
    }

    fn progress(&self, number: usize, rounds: usize) {
        let entries = self.book.all();
        let open = entries.iter().filter(|entry| entry.is_open()).count();
        let struck = locked(&self.tally).last.clone();
        println!(
            "{:>7.1} s  round {number:>3} of {rounds}: {struck}; {} jobs so far, {open} open",
            self.book.seconds(),
            entries.iter().filter(|entry| entry.job().is_some()).count(),
        );
    }
}
