//! With all its guards the job path loses nothing and does nothing twice; and the simulation says so reliably.

use std::collections::BTreeSet;

use simulate::{Fault, Setting, Wanted, campaign, run};

const JOBS: u64 = 2_000;

#[test]
fn no_job_is_lost_run_twice_or_charged_wrongly_whatever_fails() {
    let told = campaign(Wanted { first_seed: 1, jobs: JOBS, faults: 1, deaths: false }, |_| ());
    let wrongs: Vec<_> = told.violations.iter().map(|(world, wrong)| (world.seed, wrong)).collect();
    assert!(
        wrongs.is_empty(),
        "`SEED={} JOBS=1 make simulate` explains it: {wrongs:?}",
        wrongs[0].0
    );
    for fault in Fault::ALL {
        assert!(told.times(fault) > 0, "{fault:?} never struck");
    }
}

#[test]
fn a_world_is_the_same_each_time_it_is_run() {
    let setting = Setting { history: true, ..Setting::new(3, 30) };
    let (first, second) = (run(&setting), run(&setting));
    assert!(first.history.len() > 500, "{}", first.history.len());
    assert_eq!(first.history, second.history);
    assert_eq!((first.jobs, &first.sites), (second.jobs, &second.sites));
    let other = run(&Setting { history: true, ..Setting::new(4, 30) });
    assert_ne!(first.history, other.history);
}

#[test]
fn a_world_without_faults_has_none() {
    let mut setting = Setting::new(5, 20);
    setting.plan.only = Some(BTreeSet::new());
    let ended = run(&setting);
    assert!(ended.violations.is_empty() && ended.sites.is_empty() && ended.jobs > 10);
}
