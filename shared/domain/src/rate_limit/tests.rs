//! Do limits hold whatever comes in whichever order, and are callers told the truth?

use proptest::prelude::*;

use super::*;

/// A day in 2026.
const NOW: i64 = 1_795_000_000_000_000;

fn limit(per_second: u64, burst: u64) -> Limit {
    Limit::new(per_second, burst).expect("within bounds")
}

fn at(seconds: f64) -> Micros {
    #[expect(clippy::cast_possible_truncation, reason = "small numbers of a test")]
    let micros = (seconds * 1e6).round() as i64;
    Micros(NOW + micros)
}

#[test]
fn limits_are_positive_and_bounded() {
    for (per_second, burst, good) in [
        (1, 1, true),
        (1_000_000, 1_000_000, true),
        (0, 1, false),
        (1, 0, false),
        (1_000_001, 1, false),
        (1, u64::MAX, false),
    ] {
        assert_eq!(Limit::new(per_second, burst).is_some(), good, "{per_second} {burst}");
    }
    for (interval, good) in [
        (Duration::ZERO, false),
        (Duration::from_nanos(999), false),
        (Duration::from_micros(1), true),
        (SLOWEST, true),
        (Duration::MAX, false),
    ] {
        assert_eq!(Limit::every(interval, 1).is_some(), good, "{interval:?}");
    }
    assert_eq!(limit(3, 1).interval(), 333_334);
}

#[test]
fn the_window_is_the_time_in_which_a_bucket_fills() {
    for ((per_second, burst), window) in
        [((20, 100), 5), ((50, 250), 5), ((5, 10), 2), ((20, 1), 1), ((3, 10), 4), ((1, 60), 60)]
    {
        assert_eq!(limit(per_second, burst).window(), window, "{per_second} {burst}");
    }
}

#[test]
fn what_is_tried_follows_from_what_is_known() {
    // ten a second, three at once: a tenth of a second each
    let limit = limit(10, 3);
    for (known, next) in [
        (None, Next::Begin),
        (Some(-50.0), Next::Begin),
        (Some(0.0), Next::Begin),
        (Some(0.000_001), Next::Add),
        (Some(0.2), Next::Add),
        (Some(0.200_001), Next::Refuse),
        (Some(0.3), Next::Refuse),
    ] {
        assert_eq!(limit.next(known.map(at), at(0.0)), next, "{known:?}");
    }
    assert_eq!(limit.begun(at(0.0)), at(0.1));
}

#[test]
fn a_caller_is_told_how_they_stand() {
    let limit = limit(10, 30);
    for (full_at, remaining, seconds) in
        [(0.1, 29, 1), (1.0, 20, 1), (1.05, 19, 2), (2.9, 1, 3), (3.0, 0, 3), (0.0, 30, 0)]
    {
        let standing = Standing { limit, remaining, seconds };
        assert_eq!(limit.admitted(at(full_at), at(0.0)), Counted::Admitted(standing));
    }
    for (full_at, seconds) in [(2.900_001, 1), (3.0, 1), (3.9, 1), (4.0, 2), (9.0, 7)] {
        let standing = Standing { limit, remaining: 0, seconds };
        let refused = limit.refused(at(full_at), at(0.0));
        assert_eq!(refused, Counted::Refused(standing));
        assert_eq!(
            refused.refusal().map(|refusal| refusal.kind),
            Some(Kind::TooManyRequests { retry_after: seconds })
        );
    }
}

#[test]
fn plans_have_limits_of_their_own() {
    let (user, address) = (limit(1, 2), limit(3, 4));
    let limits = Limits::new(user, address);
    assert!((limits.user, limits.address) == (user, address));
    for (plan, per_second, burst) in
        [(Plan::Free, 5, 10), (Plan::Standard, 50, 100), (Plan::Premium, 200, 400)]
    {
        let quota = Some(plan.monthly_quota());
        assert_eq!(limits.of_plan(plan), Allowance { limit: limit(per_second, burst), quota });
    }
    assert_eq!(Limits::all(user).of_plan(Plan::Premium).limit, user);
}

/// One request by someone who knows of the bucket what it was once, as the conditional writes have it.
fn send(bucket: &mut Option<Micros>, limit: Limit, mut known: Option<Micros>, now: Micros) -> bool {
    for _ in 0..4 {
        let is = bucket.unwrap_or(Micros(i64::MIN));
        match limit.next(known, now) {
            Next::Refuse => return false,
            Next::Begin if is <= now => {
                *bucket = Some(limit.begun(now));
                return true;
            }
            Next::Add if is > now && is <= limit.latest(now) => {
                *bucket = Some(Micros(is.0 + limit.interval()));
                return true;
            }
            Next::Begin | Next::Add => known = *bucket,
        }
    }
    panic!("undecided");
}

proptest! {
    #[test]
    fn the_parts_of_a_limit_add_up_to_it(
        (per_second, burst) in (1..=MOST, 1..=MOST), quota in 0..10_000_000_u64,
    ) {
        let limit = limit(per_second, burst);
        let shards = limit.shards();
        let parts: Vec<Limit> = (0..shards).map(|shard| limit.part(shard)).collect();
        prop_assert_eq!(parts.iter().map(|part| part.burst()).sum::<u32>(), limit.burst());
        prop_assert!(parts.iter().all(|part| part.burst() >= 1));
        // so many parts, each refilling so much slower
        prop_assert!(parts.iter().all(|part| part.interval() == limit.interval() * i64::from(shards)));
        let quotas = (0..shards).map(|shard| quota_part(quota, limit, shard)).sum::<u64>();
        prop_assert_eq!(quotas, quota);
    }

    #[test]
    fn a_shard_tells_how_all_of_them_stand(
        (per_second, burst) in (1..=MOST, 1..=MOST), sent in 1..100_i64,
    ) {
        let limit = limit(per_second, burst);
        let part = limit.part(0);
        let sent = sent.min(i64::from(part.burst()));
        let told = part.admitted(Micros(NOW + sent * part.interval()), Micros(NOW));
        let Counted::Admitted(told) = limit.of_all_shards(told, |_| None, Micros(NOW)) else { unreachable!() };
        prop_assert_eq!(told.limit, limit);
        prop_assert!(told.remaining <= limit.burst());
        let left = i64::from(limit.burst()) - sent * i64::from(limit.shards());
        prop_assert!((i64::from(told.remaining) - left).abs() <= i64::from(limit.shards()));
    }

    #[test]
    fn never_more_are_admitted_than_burst_and_rate_allow(
        (per_second, burst) in (1..2_000_u64, 1..200_u64),
        pauses in prop::collection::vec((0..400_000_i64, 0..4_usize), 1..300),
    ) {
        let limit = limit(per_second, burst);
        let (mut bucket, mut now, mut was) = (None, NOW, vec![None]);
        let mut admitted = Vec::new();
        for (pause, back) in pauses {
            now += pause / 7;
            let known = was[was.len().saturating_sub(1 + back)];
            let has_room = bucket.is_none_or(|full_at| full_at <= limit.latest(Micros(now)));
            let fits = send(&mut bucket, limit, known, Micros(now));
            prop_assert_eq!(fits, has_room, "what has room is never refused");
            prop_assert!(bucket >= *was.last().expect("not empty"), "it never goes back");
            was.push(bucket);
            admitted.extend(fits.then_some(now));
            // of any stretch of time that ends now
            for (before, start) in admitted.iter().rev().enumerate() {
                let most = i64::try_from(burst).expect("small") + (now - start) * i64::try_from(per_second).expect("small") / SECOND;
                prop_assert!(i64::try_from(before).expect("small") < most, "{} since {}", before + 1, now - start);
            }
        }
    }

    #[test]
    fn who_waits_as_told_is_admitted(
        (per_second, burst) in (1..2_000_u64, 1..200_u64), ahead in 1..1_000_000_i64,
    ) {
        let limit = limit(per_second, burst);
        let full_at = Micros(limit.latest(Micros(NOW)).0 + ahead.min(limit.interval()));
        let wait = limit.refused(full_at, Micros(NOW)).seconds();
        prop_assert!(wait >= 1);
        prop_assert_ne!(limit.next(Some(full_at), Micros(NOW + i64::from(wait) * SECOND)), Next::Refuse);
    }

    #[test]
    fn as_many_fit_as_are_said_to_remain(
        (per_second, burst) in (1..2_000_u64, 1..200_u64), sent in 1..200_usize,
    ) {
        let limit = limit(per_second, burst);
        let (now, mut bucket) = (Micros(NOW), None);
        let sent = (0..sent).filter(|_| send(&mut bucket, limit, None, now)).count();
        let Counted::Admitted(standing) = limit.admitted(bucket.expect("begun"), now) else { unreachable!() };
        let more = (0..burst + 1).filter(|_| send(&mut bucket, limit, None, now)).count();
        prop_assert_eq!(u64::from(standing.remaining), more as u64);
        prop_assert_eq!(sent as u64 + more as u64, burst);
    }
}

#[test]
fn a_limit_is_spread_over_as_many_items_as_bear_it() {
    for ((per_second, burst), shards) in [
        ((5, 10), 1),
        ((20, 100), 1),
        ((200, 400), 1),
        ((400, 400), 1),
        ((400, 401), 2),
        ((1_000, 600), 2),
        ((1_000, 1), 1),
        ((2_000, 3), 3),
        ((2_000, 4_000), 8),
        ((1_000_000, 1_000_000), 8),
    ] {
        assert_eq!(limit(per_second, burst).shards(), shards, "{per_second} {burst}");
    }
    let limits = Limits::new(limit(20, 100), limit(50, 250));
    for plan in Plan::ALL {
        assert_eq!(limits.of_plan(plan).limit.shards(), 1, "a key's usage is read in one item");
    }
}

#[test]
fn a_month_is_over_when_its_last_day_is() {
    let over = |now: &str| OverQuota::at(now.parse().expect("a time"), 10_000);
    for (now, window, seconds) in [
        ("2026-11-01T00:00:00Z", 30 * 86_400, 30 * 86_400 + 1),
        ("2026-12-31T23:59:58.500Z", 31 * 86_400, 2),
        ("2028-02-29T00:00:00Z", 29 * 86_400, 86_401),
    ] {
        assert_eq!(over(now), OverQuota { quota: 10_000, window, seconds }, "{now}");
        let refusal = Counted::OverQuota(over(now)).refusal().expect("refused");
        assert_eq!(refusal.kind, Kind::TooManyRequests { retry_after: seconds });
    }
}

#[test]
fn of_two_that_did_not_fit_the_sooner_is_told() {
    let limit = limit(1, 10);
    let refused = |seconds| Counted::Refused(Standing { limit, remaining: 0, seconds });
    let over = Counted::OverQuota(OverQuota { quota: 1, window: 60, seconds: 50 });
    assert_eq!(refused(3).or_sooner(refused(2)), refused(2));
    assert_eq!(refused(2).or_sooner(refused(3)), refused(2));
    assert_eq!(over.or_sooner(refused(2)), refused(2));
}
