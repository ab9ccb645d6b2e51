//! One world from its first job to the last thing that happens in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use domain::Moment;
use secrets::HashKey;

use crate::{
    client,
    executor::lock,
    fate::{Fault, Plan, Site, named, place_of},
    hub::{Hub, SWEEP_EVERY, SWEEP_LIMIT, Step},
    lambda::{Event, PointCount, PointName, invoke},
    queues::{self, purge},
    scene::{self, Buyer},
    watch::Violation,
    world::World,
};

/// Virtual time a world may take: a job that has not ended by then never does.
const LONGEST: Duration = Duration::from_secs(12 * 3600);
/// Of the queues, in each world.
const PURGES: u64 = 3;
const PURGED_AT: u64 = 51;
/// Uses of each key; the first one's subscription is a trial.
const USES: [u64; 4] = [10, 8, 40, 60];

/// Which world it is.
#[derive(Clone, Debug)]
pub struct Setting {
    pub seed: u64,
    /// Requests of clients, by their numbers; each makes one job unless its key is used up.
    pub requests: BTreeSet<u32>,
    pub plan: Plan,
    /// Whether to write down what happens.
    pub history: bool,
}

impl Setting {
    /// Everything the seed has, with so many requests.
    pub fn new(seed: u64, requests: u32) -> Self {
        Self { seed, requests: (0..requests).collect(), plan: Plan::default(), history: false }
    }
}

/// A world that is over.
#[derive(Debug)]
pub struct Ended {
    pub jobs: u64,
    pub violations: BTreeSet<Violation>,
    pub faults: BTreeMap<Fault, u64>,
    /// Where faults struck.
    pub sites: BTreeSet<Site>,
    pub points: BTreeMap<PointName, PointCount>,
    pub dead_letters: u64,
    pub virtual_time: Duration,
    pub history: Vec<String>,
}

/// Runs it to its end, on this thread.
pub fn run(setting: &Setting) -> Ended {
    inhabited(setting, &USES, |world, buyers| begin_clients(world, buyers, setting))
}

/// The same, with what `begin` starts in it in place of the usual clients.
pub(crate) fn inhabited(
    setting: &Setting,
    uses: &[u64],
    begin: impl FnOnce(&Arc<World>, &[Buyer]),
) -> Ended {
    // The SDK's jitter, which is the thread's.
    fastrand::seed(setting.seed);
    let world = World::new(setting.seed, setting.plan.clone(), setting.history);
    let began = world.executor().now();
    let key = HashKey::new(&[42; 32]).expect("long enough");
    let hub = Arc::new(Hub::new(&world, &key));
    world.inhabit(hub.clone());
    let buyers = settle_in(&world, &hub, uses);
    begin(&world, &buyers);
    begin_sweeps(&world);
    begin_purges(&world);
    let over = || world.is_idle() && world.watch().all_ended();
    world.executor().run(began.plus(LONGEST), over);
    verdict(&world, &buyers, began)
}

fn begin_clients(world: &Arc<World>, buyers: &[Buyer], setting: &Setting) {
    for number in &setting.requests {
        let buyer =
            buyers[place_of(&[named("buyer"), u64::from(*number)]) as usize % buyers.len()].clone();
        let (life, busy) = (client::live(world.clone(), buyer, *number), world.occupy());
        world.executor().spawn(None, async move {
            life.await;
            drop(busy);
        });
    }
}

fn settle_in(world: &Arc<World>, hub: &Arc<Hub>, uses: &[u64]) -> Vec<Buyer> {
    let buyers = Arc::new(std::sync::Mutex::new(None));
    let (place, setting) = (buyers.clone(), (world.clone(), hub.clone(), uses.to_vec()));
    world.executor().spawn(None, async move {
        let (world, hub, uses) = setting;
        *lock(&place) = Some(scene::set(&world, &hub, &uses).await);
    });
    let end = world.executor().now().plus(LONGEST);
    world.executor().run(end, || lock(&buyers).is_some());
    lock(&buyers).take().expect("nothing goes wrong before the first job")
}

fn begin_sweeps(world: &Arc<World>) {
    let sweeping = world.clone();
    world.executor().spawn(None, async move {
        for tick in 0_u64.. {
            sweeping.executor().sleep(SWEEP_EVERY).await;
            let Some(hub) = sweeping.hub() else { return };
            let place = place_of(&[named("sweep"), tick]);
            if sweeping.fate().strikes(place, Fault::SweepDoubled) {
                let (world, hub) = (sweeping.clone(), hub.clone());
                let again = async move { sweep(&world, hub, place_of(&[place, 1])).await };
                sweeping.executor().spawn(None, again);
            }
            sweep(&sweeping, hub, place).await;
        }
    });
}

async fn sweep(world: &Arc<World>, hub: Arc<Hub>, place: u64) {
    let function = "reconcile-jobs";
    let event = Event { function, place, limit: SWEEP_LIMIT, request: None };
    invoke(world, event, async move { hub.sweep().await }).await;
}

fn begin_purges(world: &Arc<World>) {
    for nth in 0..PURGES {
        let place = place_of(&[named("purge"), nth]);
        if !world.fate().strikes(place, Fault::QueuePurged) {
            continue;
        }
        let at = Duration::from_secs(world.fate().number(place, PURGED_AT, 60, 1_200));
        let step = Step::ALL[nth as usize % Step::ALL.len()];
        let purging = world.clone();
        world.executor().spawn(None, async move {
            purging.executor().sleep(at).await;
            purge(&purging, step);
        });
    }
}

fn verdict(world: &Arc<World>, buyers: &[Buyer], began: Moment) -> Ended {
    crate::verdict::judge(world, buyers);
    let struck = world.fate().struck();
    let (jobs, violations) = world.watch().sum_up();
    let ended = Ended {
        jobs,
        violations,
        faults: struck.times,
        sites: struck.sites.into_iter().filter(|site| site.fault.is_chosen()).collect(),
        points: std::mem::take(&mut *lock(&world.points)),
        dead_letters: queues::dead_letters(world),
        virtual_time: world.executor().now().since(began),
        history: world.history(),
    };
    world.end();
    ended
}
