//! Who wins when many want the same at once: one of them, and everybody is told the same.

use std::collections::BTreeMap;

use domain::subscription::TRIAL_USES;
use simulate::{Answer, Crowd, Ended, Fault, Setting, crowd, run};

/// A world in which transactions meet others at every second try.
fn busy(seed: u64, requests: u32) -> Setting {
    busier(seed, requests, 0.5)
}

fn busier(seed: u64, requests: u32, conflicts: f64) -> Setting {
    let mut setting = Setting::new(seed, requests);
    setting.plan.chances = Some(BTreeMap::from([(Fault::TransactionConflict, conflicts)]));
    setting
}

fn accepted(answers: &[Answer]) -> usize {
    let refused = answers.iter().filter(|answer| answer.status != 202);
    for answer in refused {
        let code = answer.body["code"].as_str().unwrap_or_default();
        assert!(matches!(code, "key_used_up" | "no_uses_left"), "{answer:?}");
        assert_eq!(answer.status, 402);
    }
    answers.iter().filter(|answer| answer.status == 202).count()
}

fn nothing_is_wrong(ended: &Ended) {
    assert!(ended.violations.is_empty(), "{:?}", ended.violations);
}

#[test]
fn a_thousand_creates_with_one_idempotency_key_make_one_job_and_get_one_answer() {
    let (answers, ended) = crowd(&busier(1, 0, 0.9), Crowd::OneRequest, 1_000);
    assert_eq!((answers.len(), ended.jobs), (1_000, 1));
    assert_eq!(answers[0].status, 202, "{:?}", answers[0]);
    let other = answers.iter().find(|answer| **answer != answers[0]);
    assert_eq!(other, None, "the others got {:?}", answers[0]);
    assert!(ended.faults[&Fault::TransactionConflict] > 300, "{:?}", ended.faults);
    nothing_is_wrong(&ended);
}

#[test]
fn the_last_use_of_a_key_goes_to_one_of_many() {
    for seed in 1..=10 {
        let (answers, ended) = crowd(&busy(seed, 0), Crowd::OneKey { uses: 1 }, 20);
        assert_eq!((answers.len(), accepted(&answers), ended.jobs), (20, 1, 1), "seed {seed}");
        nothing_is_wrong(&ended);
    }
}

#[test]
fn a_trial_has_its_ten_uses_however_many_come_at_once() {
    for seed in 1..=5 {
        let (answers, ended) = crowd(&busy(seed, 0), Crowd::OneTrial, 25);
        let uses = usize::try_from(TRIAL_USES).expect("few");
        assert_eq!((answers.len(), accepted(&answers)), (25, uses), "seed {seed}");
        nothing_is_wrong(&ended);
    }
}

#[test]
fn whatever_comes_twice_at_once_has_one_winner() {
    let twice =
        [Fault::MessageDoubled, Fault::EventDoubled, Fault::SweepDoubled, Fault::RequestDoubled];
    for seed in 1..=6 {
        let mut setting = busy(seed, 30);
        let chances = setting.plan.chances.get_or_insert_default();
        chances.extend(twice.map(|fault| (fault, 1.0)));
        // So that sweepers have something to send again.
        chances.insert(Fault::MessageLost, 0.3);
        let ended = run(&setting);
        nothing_is_wrong(&ended);
        assert!(twice.iter().all(|fault| ended.faults[fault] > 5), "{:?}", ended.faults);
    }
}
