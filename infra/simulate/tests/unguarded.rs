//! Each guard is there for something: without it the simulation finds what it guards against, and which it is.

use guards::{Guard, take_away};
use simulate::{Setting, Wrong, run, shrink};

/// Worlds in which it must come up.
const WORLDS: u64 = 60;
const REQUESTS: u32 = 40;
const MOST_TRIES: u32 = 30;

/// What goes wrong in so many worlds without a guard, and with it does not.
fn check(guard: Guard, expected: Wrong) {
    take_away(Some(guard));
    let worlds = 1..=WORLDS;
    let found = worlds.map(|seed| Setting::new(seed, REQUESTS)).find(|setting| {
        run(setting).violations.iter().any(|violation| violation.wrong == expected)
    });
    let setting = found.unwrap_or_else(|| panic!("{WORLDS} worlds without {guard:?} show nothing"));
    let small = shrink(&setting, expected, MOST_TRIES);
    let wrongs: Vec<_> = small.ended.violations.iter().map(|violation| violation.wrong).collect();
    assert!(wrongs.contains(&expected), "{wrongs:?}");
    assert!(small.setting.requests.len() < REQUESTS as usize, "nothing was left out");
    take_away(None);
    let guarded = run(&small.setting);
    assert!(guarded.violations.is_empty(), "{guard:?}: {:?}", guarded.violations);
}

#[test]
fn without_the_sweeper_jobs_are_lost() {
    check(Guard::Sweeper, Wrong::Lost);
}

#[test]
fn without_the_lease_two_work_on_one_job() {
    check(Guard::Lease, Wrong::SideBySide);
}

#[test]
fn without_the_fence_who_lost_a_job_still_writes_it() {
    check(Guard::Fence, Wrong::StaleWrite);
}

#[test]
fn without_the_client_token_the_provider_is_asked_for_two_tasks() {
    check(Guard::ClientToken, Wrong::SecondToken);
}

#[test]
fn without_the_ledger_id_a_job_has_two_charges_to_choose_from() {
    check(Guard::LedgerId, Wrong::SecondChargeId);
}

#[test]
fn without_the_idempotency_record_a_repeated_request_makes_two_jobs() {
    check(Guard::IdempotencyRecord, Wrong::DuplicateJob);
}

#[test]
fn without_the_task_search_the_provider_runs_two_tasks() {
    check(Guard::TaskSearch, Wrong::DuplicateTask);
}
