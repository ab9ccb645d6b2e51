//! What may happen to a ledger, and a table's promises about it: an item is made once, a closed month takes none.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{added_up, bytes, calendar::expected_days};
use crate::{
    JobId, ListingId, Moment, Money, Period, SubscriptionId, UserId,
    bill::{BillingItem, items, refund},
    closing::ClosedBill,
    hardware::Platform,
    job::{
        Stage,
        tests::{at, job},
    },
    listing::{Listing, Terms},
    price::LineKind,
    settlement::{Outcome, Output, settle},
    subscription::{Subscription, SubscriptionType},
};

const USERS: u32 = 2;
const WRITERS: usize = 3;
const HOUR: i64 = 3_600_000;
/// 31 December 2026.
const BEGUN: i64 = 1_798_700_000_000;

/// What happens, and a number that says to whom, when or how much.
pub(super) type Step = (u8, u32);

pub(super) fn step() -> impl Strategy<Value = Step> {
    (0_u8..16, any::<u32>())
}

pub(super) struct History {
    /// True time, and by how much each writer's clock is off.
    now: i64,
    off: [i64; WRITERS],
    price: Money,
    made: u32,
    subscriptions: Vec<Subscription>,
    entries: Vec<BillingItem>,
    ids: BTreeSet<String>,
    /// Months that take no more entries, with what was added up so far.
    bills: BTreeMap<(UserId, Period), ClosedBill>,
    /// As they were when they were closed.
    closed: BTreeMap<(UserId, Period), String>,
    /// What each user owes, told by what happened.
    owed: BTreeMap<UserId, i128>,
}

fn user(number: u32) -> UserId {
    UserId::new(at(0), [u8::try_from(number % USERS).expect("small"); 10])
}

impl History {
    pub(super) fn new() -> Self {
        Self {
            now: BEGUN,
            off: [0; WRITERS],
            price: Money::from_micros(50_000),
            made: 0,
            subscriptions: Vec::new(),
            entries: Vec::new(),
            ids: BTreeSet::new(),
            bills: BTreeMap::new(),
            closed: BTreeMap::new(),
            owed: BTreeMap::new(),
        }
    }

    pub(super) fn take(&mut self, (kind, number): Step) {
        let jump = i64::from(number >> 8);
        match kind {
            0..=3 => self.run(number),
            4 => self.refund(number),
            5 => self.price = Money::from_micros(i64::from(number % 1_000_003)),
            6 => self.subscribe(number),
            7 => self.cancel(number),
            8 | 9 => self.renew(number),
            10 => self.now += jump % (2 * HOUR),
            11 => self.now += jump * 160, // up to a month
            12 => self.off[number as usize % WRITERS] = jump * 16 % (80 * HOUR) - 40 * HOUR,
            13 => self.now -= jump % HOUR, // everyone's clock is set back
            _ => self.close(number),
        }
    }

    fn at(&self, number: u32) -> Moment {
        Moment::from_unix_millis(self.now + self.off[number as usize % WRITERS])
    }

    fn new_id(&mut self) -> [u8; 10] {
        self.made += 1;
        let mut random = [0; 10];
        random[6..].copy_from_slice(&self.made.to_be_bytes());
        random
    }

    /// As the store does: on the first bill from its month on that takes entries; not what was entered before.
    fn enter(&mut self, entries: Vec<BillingItem>) {
        if entries.iter().any(|entry| self.ids.contains(&entry.id())) {
            return;
        }
        for entry in entries {
            let (user, mut period) = (entry.user_id, entry.period());
            while self.bills.contains_key(&(user, period)) {
                period = period.next();
            }
            self.ids.insert(entry.id());
            self.entries.push(entry.on(period));
        }
    }

    fn owes(&mut self, user: UserId, amount: Money) {
        *self.owed.entry(user).or_default() += i128::from(amount.micros());
    }

    fn run(&mut self, number: u32) {
        let now = self.at(number);
        let mut job = job(Platform::Braket);
        job.id = JobId::new(now, self.new_id());
        job.user_id = user(number >> 2);
        job.quote.app_fee = self.price;
        let outcome = match (number >> 4) % 4 {
            0 | 1 => Outcome::Completed(Output {
                counts: BTreeMap::new(),
                measured_qubits: Vec::new(),
                execution_millis: 1,
                result_types: Vec::new(),
                stored_at: None,
            }),
            2 => Outcome::Cancelled { billed_shots: Some(number >> 24) },
            _ => Outcome::system_error(Stage::Execute, "down"),
        };
        let charge = settle(&job, outcome, now).charge;
        assert!(charge.amount <= job.quote.total());
        self.owes(job.user_id, charge.amount);
        self.enter(items(&charge));
        // Another end of the same job, which comes too late.
        let other = Outcome::Cancelled { billed_shots: Some(7) };
        self.enter(items(&settle(&job, other, self.at(number + 1)).charge));
    }

    fn refund(&mut self, number: u32) {
        if self.entries.is_empty() {
            return;
        }
        let of = self.entries[(number >> 2) as usize % self.entries.len()].clone();
        let amount = Money::from_micros(i64::from(number % 1_000_000));
        let Ok(refunded) = refund(&of, amount, "asked for", self.at(number)) else { return };
        if !self.ids.contains(&refunded.id()) {
            self.owes(of.user_id, -amount);
        }
        self.enter(vec![refunded]);
    }

    fn subscribe(&mut self, number: u32) {
        let now = self.at(number);
        let kind =
            if number & 16 == 0 { SubscriptionType::Monthly } else { SubscriptionType::Annual };
        let id = SubscriptionId::new(now, self.new_id());
        let listing = listing(now, self.price);
        let begun = Subscription::by_term(kind, id, user(number >> 5), &listing, "Bell", now);
        self.subscriptions.extend(begun);
        self.renew(number);
    }

    fn cancel(&mut self, number: u32) {
        let (count, now) = (self.subscriptions.len(), self.at(number));
        if let Some(one) = self.subscriptions.get_mut(number as usize % count.max(1)) {
            one.cancel(now);
        }
    }

    fn renew(&mut self, number: u32) {
        let now = self.at(number);
        for at in 0..self.subscriptions.len() {
            while let Some(fee) = self.subscriptions[at].renew(now) {
                self.owes(fee.user_id, fee.amount);
                self.enter(vec![fee.clone()]);
                // Another sweep that read the subscription before.
                self.enter(vec![fee]);
            }
        }
    }

    /// A closer reads one page of a month, which by its own clock has ended, and saves what it adds up to.
    fn close(&mut self, number: u32) {
        let (user, mut period) = (user(number), self.at(number >> 4).period());
        for _ in 0..=(number >> 8) % 3 {
            let before = period.starts_at().unix_millis().saturating_sub(1);
            period = Moment::from_unix_millis(before.cast_signed()).period();
        }
        let entries = self.on(user, period);
        if entries.is_empty() || self.closed.contains_key(&(user, period)) {
            return;
        }
        let begin = || ClosedBill::begin(user, period);
        let bill = self.bills.entry((user, period)).or_insert_with(begin);
        let done = usize::try_from(bill.items).expect("few");
        let end = entries.len().min(done + 1 + (number >> 12) as usize % 8);
        bill.add(&entries[done..end], entries.get(end).map(BillingItem::id));
        if bill.is_closed() {
            let bytes = bytes(bill);
            self.closed.insert((user, period), bytes);
        }
    }

    /// In the order of the table.
    fn on(&self, user: UserId, period: Period) -> Vec<BillingItem> {
        let on = self.entries.iter().filter(|one| (one.user_id, one.period()) == (user, period));
        let mut entries: Vec<_> = on.cloned().collect();
        entries.sort_by_cached_key(|entry| (entry.created_at, entry.id()));
        entries
    }

    pub(super) fn check(&self) {
        for number in 0..USERS {
            self.check_bills(user(number));
        }
        assert_eq!(self.ids.len(), self.entries.len(), "each entered once");
        self.check_refunds();
        self.check_fees();
    }

    fn check_bills(&self, user: UserId) {
        let of_user: Vec<_> = self.entries.iter().filter(|one| one.user_id == user).collect();
        let months: BTreeSet<_> = of_user.iter().map(|entry| entry.period()).collect();
        let (mut open, mut closed, mut counted) = (0, 0, 0);
        for period in months {
            let entries = self.on(user, period);
            counted += entries.len();
            let again = added_up(user, period, &entries, 7);
            match self.closed.get(&(user, period)) {
                Some(written) => {
                    assert_eq!(*written, bytes(&again), "no entry came after it was closed");
                    closed += i128::from(self.bills[&(user, period)].amount.micros());
                }
                None => open += entries.iter().map(micros).sum::<i128>(),
            }
            let refunds = entries.iter().any(|entry| entry.kind == LineKind::Refund);
            assert!(refunds || !again.amount.is_negative(), "nothing but a refund is negative");
        }
        assert_eq!(counted, of_user.len(), "each on one bill");
        assert_eq!(self.owed.get(&user).copied().unwrap_or_default(), open + closed);
    }

    fn check_refunds(&self) {
        let by_id: BTreeMap<_, _> = self.entries.iter().map(|entry| (entry.id(), entry)).collect();
        for entry in &self.entries {
            match &entry.counters {
                Some(countered) => {
                    assert!(entry.amount.is_negative());
                    assert!(!(entry.amount + by_id[countered].amount).is_negative());
                }
                None => assert!(!entry.amount.is_negative()),
            }
        }
    }

    fn check_fees(&self) {
        for one in &self.subscriptions {
            let is_fee = |entry: &&BillingItem| {
                entry.subscription_id == Some(one.id) && entry.kind == LineKind::Subscription
            };
            let fees: Vec<_> = self.entries.iter().filter(is_fee).collect();
            let mut days: Vec<_> = fees.iter().map(|fee| fee.created_at.date()).collect();
            days.sort_unstable();
            let annual = one.subscription_type == SubscriptionType::Annual;
            assert_eq!(days, expected_days(&one.starts_at.date(), annual, fees.len()));
            assert!(fees.iter().all(|fee| fee.amount == one.rate), "as agreed, whatever is asked");
        }
    }
}

fn micros(entry: &BillingItem) -> i128 {
    i128::from(entry.amount.micros())
}

/// Where a month costs as much as a job, and a year as much as ten months.
pub(super) fn listing(now: Moment, price: Money) -> Listing {
    let terms = Terms {
        rate: price,
        monthly_rate: Some(price),
        annual_rate: Some(price.times(10)),
        trial_enabled: false,
        support_email: None,
        support_url: None,
    };
    let job = job(Platform::Hub);
    Listing::new(ListingId::new(now, [1; 10]), job.app_id, job.user_id, terms, now)
}
