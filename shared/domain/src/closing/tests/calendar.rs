//! On which days do terms begin?

use std::time::Duration;

use super::{history::listing, user};
use crate::{
    Moment, Money, SubscriptionId,
    subscription::{Subscription, SubscriptionType},
};

/// So many days after 1970.
pub(super) fn day(number: u32) -> Moment {
    Moment::from_unix_millis(0).plus(Duration::from_secs(u64::from(number) * 86_400))
}

/// By the rules of the calendar, written anew.
pub(super) fn expected_days(begun: &str, annual: bool, terms: usize) -> Vec<String> {
    let numbers: Vec<u32> = begun.split('-').map(|part| part.parse().expect("a number")).collect();
    let (mut year, mut month, mut days) = (numbers[0], numbers[1], Vec::new());
    for _ in 0..terms {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        days.push(format!("{year:04}-{month:02}-{:02}", numbers[2].min(last)));
        match (annual, month) {
            (true, _) => year += 1,
            (false, 12) => (year, month) = (year + 1, 1),
            (false, _) => month += 1,
        }
    }
    days
}

/// As a subscription is renewed.
pub(super) fn fee_days(begun: Moment, annual: bool, terms: usize) -> Vec<String> {
    let kind = if annual { SubscriptionType::Annual } else { SubscriptionType::Monthly };
    let listing = listing(begun, Money::from_micros(1));
    let id = SubscriptionId::new(begun, [1; 10]);
    let of = Subscription::by_term(kind, id, user(), &listing, "Bell", begun);
    let (mut of, end) = (of.expect("offered"), Moment::from_unix_millis(i64::MAX));
    let fees = std::iter::from_fn(|| of.renew(end));
    fees.take(terms).map(|fee| fee.created_at.date()).collect()
}
