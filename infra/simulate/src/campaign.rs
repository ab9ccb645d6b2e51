//! Many worlds on all processors: how many jobs, which faults, which ways to die, and what went wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZero,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use clock::Stopwatch;

use crate::{
    executor::lock,
    fate::{Fault, Site},
    lambda::{PointCount, PointName},
    run::{Ended, Setting, run},
    watch::Violation,
};

/// Requests of one world.
pub const REQUESTS: u32 = 100;
/// Rounds of worlds that are run for points where nobody has died yet.
const ROUNDS: u32 = 5;

/// What many worlds came to.
#[derive(Debug, Default)]
pub struct Campaign {
    pub worlds: u64,
    pub jobs: u64,
    /// Each with the world it happened in.
    pub violations: Vec<(Setting, Violation)>,
    pub faults: BTreeMap<Fault, u64>,
    pub points: BTreeMap<PointName, PointCount>,
    pub dead_letters: u64,
    pub virtual_time: Duration,
    pub elapsed: Duration,
}

impl Campaign {
    fn add(&mut self, setting: &Setting, ended: Ended) {
        self.worlds += 1;
        self.jobs += ended.jobs;
        let wrongs = ended.violations.into_iter().map(|violation| (setting.clone(), violation));
        self.violations.extend(wrongs);
        for (fault, times) in ended.faults {
            *self.faults.entry(fault).or_default() += times;
        }
        for (name, count) in ended.points {
            self.points.entry(name).or_default().add(&count);
        }
        self.dead_letters += ended.dead_letters;
        self.virtual_time += ended.virtual_time;
    }

    pub fn times(&self, fault: Fault) -> u64 {
        self.faults.get(&fault).copied().unwrap_or(0)
    }

    /// The fault that struck least often.
    pub fn rarest(&self) -> u64 {
        Fault::ALL.into_iter().map(|fault| self.times(fault)).min().unwrap_or(0)
    }

    /// Ways to die at a point that was come to, which never came up.
    pub fn uncovered(&self) -> Vec<(PointName, PointCount, Fault)> {
        let of = |(name, count): (&PointName, &PointCount)| {
            let (name, count) = (name.clone(), *count);
            let missing = count.missing(&name);
            missing.into_iter().map(move |fault| (name.clone(), count, fault))
        };
        self.points.iter().flat_map(of).collect()
    }
}

/// How much is wanted of a campaign.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub first_seed: u64,
    pub jobs: u64,
    /// Of each fault.
    pub faults: u64,
    /// Whether somebody has to die at every point that anybody comes to.
    pub deaths: bool,
}

/// Runs worlds of the seeds from the first one on until there were enough jobs and faults, or one went wrong; then,
/// where deaths are wanted, once more those in which somebody comes to a point where nobody has died yet.
pub fn campaign(wanted: Wanted, progress: impl Fn(&Campaign) + Sync) -> Campaign {
    let watch = Stopwatch::start();
    let seeds = AtomicU64::new(wanted.first_seed);
    let next = |so_far: &Campaign| {
        let enough = so_far.jobs >= wanted.jobs && so_far.rarest() >= wanted.faults;
        let hopeless = so_far.jobs >= wanted.jobs.saturating_mul(3);
        let over = enough || hopeless || !so_far.violations.is_empty();
        (!over).then(|| Setting::new(seeds.fetch_add(1, Ordering::Relaxed), REQUESTS))
    };
    let mut campaign = side_by_side(Campaign::default(), next, &progress);
    for _ in 0..ROUNDS {
        if !wanted.deaths || !campaign.violations.is_empty() {
            break;
        }
        let settings: Vec<Setting> = campaign.uncovered().into_iter().map(dying).collect();
        if settings.is_empty() {
            break;
        }
        let left = Mutex::new(settings);
        campaign = side_by_side(campaign, |_| lock(&left).pop(), &progress);
    }
    campaign.elapsed = watch.elapsed();
    campaign
}

/// The world in which somebody came there, with their death in it.
fn dying((_, count, fault): (PointName, PointCount, Fault)) -> Setting {
    let (seed, place) = count.example;
    let mut setting = Setting::new(seed, REQUESTS);
    setting.plan.besides = BTreeSet::from([Site { place, fault }]);
    setting
}

fn side_by_side(
    campaign: Campaign,
    next: impl Fn(&Campaign) -> Option<Setting> + Sync,
    progress: &(impl Fn(&Campaign) + Sync),
) -> Campaign {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let campaign = Mutex::new(campaign);
    let work = || {
        loop {
            let setting = next(&lock(&campaign));
            let Some(setting) = setting else { return };
            let ended = run(&setting);
            let mut campaign = lock(&campaign);
            campaign.add(&setting, ended);
            progress(&campaign);
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    campaign.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}
