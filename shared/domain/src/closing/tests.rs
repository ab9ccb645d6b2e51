//! Does every entry of any history stand on one bill, to the millionth?

mod calendar;
mod history;

use proptest::prelude::*;

use self::{
    calendar::{day, expected_days, fee_days},
    history::{History, step},
};
use super::*;
use crate::{
    Money,
    bill::items,
    hardware::Platform,
    job::tests::{at, job},
    settlement::{Outcome, settle},
};

fn user() -> UserId {
    job(Platform::Braket).user_id
}

/// Oldest first.
fn entries(count: usize) -> Vec<BillingItem> {
    let charged = |n| {
        let mut job = job(Platform::Braket);
        job.id = crate::JobId::new(at(n), [u8::try_from(n % 251).expect("small"); 10]);
        items(&settle(&job, Outcome::Cancelled { billed_shots: Some(9) }, at(n)).charge)
    };
    (0..).flat_map(charged).take(count).collect()
}

/// What the entries make of a bill when they are added up in pages of that size.
pub(super) fn added_up(
    of: UserId,
    period: Period,
    entries: &[BillingItem],
    page: usize,
) -> ClosedBill {
    let mut bill = ClosedBill::begin(of, period);
    let mut rest = entries;
    while !bill.is_closed() {
        let (now, behind) = rest.split_at(page.min(rest.len()));
        bill.add(now, behind.first().map(|next| next.id()));
        rest = behind;
    }
    bill
}

fn bytes(bill: &ClosedBill) -> String {
    serde_json::to_string(bill).expect("a bill is JSON")
}

#[test]
fn a_bill_says_what_its_entries_come_to_and_when_it_is_due() {
    let entries = entries(5);
    let bill = added_up(user(), at(0).period(), &entries, 2);
    assert_eq!(bill.amount, entries.iter().map(|entry| entry.amount).sum::<Money>());
    assert_eq!((bill.items, bill.jobs, bill.payment_status), (5, 3, PaymentStatus::Pending));
    assert_eq!(bill.billing_date, at(0).period().ends_at());
    assert_eq!(bill.due_date.since(bill.billing_date).as_secs(), 14 * 24 * 3600);
    assert_eq!((bill.status, &bill.added_up_to), (BillStatus::Closed, &None));
}

#[test]
fn a_bill_is_open_until_all_of_its_entries_are_added_up() {
    let mut bill = ClosedBill::begin(user(), at(0).period());
    bill.add(&entries(1), Some("more".to_owned()));
    assert_eq!((bill.is_closed(), bill.added_up_to.as_deref()), (false, Some("more")));
}

#[test]
fn a_month_is_closed_an_hour_after_its_end() {
    for (now, open) in [
        ("2028-02-29T23:59:59.999Z", "2028-02"),
        ("2028-03-01T00:59:59.999Z", "2028-02"),
        ("2028-03-01T01:00:00.000Z", "2028-03"),
        ("2029-01-01T01:00:00.000Z", "2029-01"),
    ] {
        assert_eq!(first_open(now.parse().expect("a time")).to_string(), open);
    }
}

#[test]
fn a_bill_tells_entries_apart_that_come_to_the_same() {
    let entries = entries(2);
    let of = |entries: &[BillingItem]| added_up(user(), at(0).period(), entries, 9).sha256;
    let mut other = entries.clone();
    other[1].description.push('!');
    assert_ne!(of(&entries), of(&other));
    assert_ne!(of(&entries), of(&[entries[1].clone(), entries[0].clone()]));
    assert_ne!(of(&[]), added_up(user(), at(0).period().next(), &[], 9).sha256);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 8_000, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens_each_entry_stands_on_one_bill(steps in prop::collection::vec(step(), 1..40)) {
        let mut history = History::new();
        for step in steps {
            history.take(step);
        }
        history.check();
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn however_they_are_paged_the_same_entries_make_the_same_bytes(
        count in 0_usize..12, pages in (1_usize..13, 1_usize..13),
    ) {
        let entries = entries(count);
        let of = |page| bytes(&added_up(user(), at(0).period(), &entries, page));
        prop_assert_eq!(of(pages.0), of(pages.1));
    }

    #[test]
    fn terms_begin_on_the_day_the_subscription_began(
        days in 0_u32..20_000, annual in any::<bool>(), terms in 1_usize..30,
    ) {
        let begun = day(days);
        prop_assert_eq!(fee_days(begun, annual, terms), expected_days(&begun.date(), annual, terms));
    }
}
