//! Are the bills of two years right: every entry on one of them, to the millionth, however often they are closed?
//!
//! The clock goes from one 31 December over a leap day to the 1 December after the next; all else is the hub itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{Moment, Period};
use serde_json::{Value, json};
use tests::{Stack, User, money};

use crate::flows::scene::message;

const MONTHS: usize = 24;
const PER_JOB: i64 = 50_001;
const PER_MONTH: i64 = 9_000_000;
const PER_YEAR: i64 = 99_999_999;
const GIVEN_BACK: i64 = 20_001;
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// What a month of a user comes to, as the test has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Told {
    micros: i64,
    jobs: u64,
    items: usize,
}

struct Years {
    stack: Stack,
    admin: User,
    users: BTreeMap<&'static str, User>,
    subscriptions: BTreeMap<&'static str, String>,
    app: String,
    told: BTreeMap<(&'static str, Period), Told>,
}

/// The last day of the year before the next leap year.
fn beginning(now: Moment) -> Moment {
    let leap = (1970_u32..).filter(|year| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    let days = leap.map(|year| format!("{}-12-31T09:00:00Z", year - 1).parse().expect("a time"));
    days.into_iter().find(|day| *day > now).expect("one of them is to come")
}

impl Years {
    async fn begin() -> Self {
        let stack = Stack::start().await;
        stack.devices().await;
        let ada = stack.provider("ada").await;
        let app = stack.released(&ada, "Bell pairs", "1.0.0").await.app;
        let usd = |amount: &str| json!({"amount": amount, "currency": "USD"});
        let terms = json!({
            "price": usd("0.050001"), "monthly_price": usd("9"), "annual_price": usd("99.999999"), "trial_enabled": false
        });
        ada.post(&format!("{app}/publish-marketplace"), terms).await.expect(201);
        let mut users = BTreeMap::new();
        for name in ["bob", "eve", "ann"] {
            users.insert(name, stack.user(name).await);
        }
        let admin = stack.admin("grace").await;
        let app = app.replace("quantum-apps", "marketplace");
        let years = Self {
            admin,
            users,
            subscriptions: BTreeMap::new(),
            app,
            told: BTreeMap::new(),
            stack,
        };
        years.go_to(beginning(years.now()));
        years
    }

    fn now(&self) -> Moment {
        self.stack.clock().now()
    }

    fn go_to(&self, at: Moment) {
        assert!(at > self.now(), "{at} has passed");
        self.stack.clock().advance(at.since(self.now()));
    }

    fn tell(&mut self, who: &'static str, period: Period, micros: i64, jobs: u64) {
        let told = self.told.entry((who, period)).or_default();
        told.micros += micros;
        told.jobs += jobs;
        told.items += 1;
    }

    async fn subscribe(&mut self, who: &'static str, kind: &str) {
        let path = format!("{}/subscribe", self.app);
        let begun = self.users[who].post(&path, json!({"subscription_type": kind})).await;
        let id = begun.expect(201)["id"].as_str().expect("an id").to_owned();
        self.subscriptions.insert(who, id);
    }

    async fn submit(&self, who: &'static str) -> Value {
        let job = json!({
            "subscription_id": self.subscriptions[who], "device_id": "hub-simulator", "shots": 10,
            "input": {"theta": 0.7}, "run_mode": "NON_BLOCKING"
        });
        self.users[who].post("/jobs", job).await.expect(202)
    }

    /// One that ends in the month it is submitted in.
    async fn run(&mut self, who: &'static str, micros: i64) {
        let job = self.submit(who).await;
        self.stack.work("small", message(&job)).await;
        self.tell(who, self.now().period(), micros, 1);
    }

    async fn tick(&self, function: &str) {
        assert_eq!(self.stack.tick(function).await, Some(true), "{function}");
    }

    /// Several at once, as where a tick comes before the one before it has ended.
    async fn race(&self, function: &str) {
        tokio::join!(self.tick(function), self.tick(function), self.tick(function));
        self.tick(function).await;
    }

    /// The usage of a month, its end included.
    async fn live_through(&mut self, period: Period, number: usize) {
        if number > 0 {
            self.go_to(period.starts_at().plus(14 * 24 * HOUR));
            self.race("renew-subscriptions").await;
            for _ in 0..=number % 3 {
                self.run("bob", PER_JOB).await;
            }
            self.run("eve", 0).await;
        }
        if period.to_string().ends_with("-02") && !self.subscriptions.contains_key("ann") {
            self.go_to(period.ends_at().minus(12 * HOUR));
            self.subscribe("ann", "ANNUAL").await;
            self.run("ann", 0).await;
        }
        self.go_to(period.ends_at().minus(2 * MINUTE));
        self.race("renew-subscriptions").await;
        // Begun on the 31st, it is paid on the last day of every month.
        self.tell("eve", period, PER_MONTH, 0);
        if period.to_string().ends_with("-02") {
            self.tell("ann", period, PER_YEAR, 0);
        }
        self.run("bob", PER_JOB).await;
    }

    /// What is still under way at midnight ends in the next month; then the bill is closed.
    async fn turn(&mut self, period: Period, number: usize) {
        let under_way = if number % 2 == 1 { Some(self.submit("bob").await) } else { None };
        self.go_to(period.ends_at().plus(MINUTE));
        if let Some(job) = under_way {
            self.stack.work("small", message(&job)).await;
            self.tell("bob", period.next(), PER_JOB, 1);
        }
        self.race("close-bills").await;
        assert_eq!(self.bill("bob", period).await["status"], "OPEN", "it is not time yet");
        self.go_to(period.ends_at().plus(HOUR + MINUTE));
        self.race("close-bills").await;
        assert_eq!(self.bill("bob", period).await["status"], "CLOSED");
        assert_eq!(self.bill("bob", period.next()).await["status"], "OPEN");
    }

    async fn bill(&self, who: &str, period: Period) -> Value {
        let answer = self.users[who].get(&format!("/bills/{period}")).await;
        if answer.status == 404 { json!({"status": "OPEN"}) } else { answer.expect(200) }
    }

    async fn items(&self, who: &str, period: Period) -> Vec<Value> {
        let page =
            self.users[who].get(&format!("/bills/{period}/items?limit=100")).await.expect(200);
        assert!(page["next_cursor"].is_null(), "all on one page");
        page["items"].as_array().expect("items").clone()
    }

    /// Of a bill that is closed, on the one that is open; once, whatever is asked after that.
    async fn refund(&mut self, who: &'static str, kind: &str, micros: i64, of: Period) {
        let items = self.items(who, of).await;
        let item = items.iter().find(|item| item["kind"] == kind).expect("one of that kind");
        let path = format!("/bills/{of}/items/{}/refund", item["id"].as_str().expect("an id"));
        let amount = domain::Money::from_micros(micros).to_string();
        let asked = json!({"amount": {"amount": amount, "currency": "USD"}, "reason": "A gift."});
        let first = self.admin.post(&path, asked.clone()).key("k").await.expect(200);
        assert_eq!(first["bill_id"], self.now().period().to_string());
        assert_eq!(self.admin.post(&path, asked.clone()).key("k").await.expect(200), first);
        self.admin.post(&path, asked).await.refused(409, "already_refunded");
        self.tell(who, self.now().period(), -micros, 0);
    }

    async fn check(&self, who: &'static str, period: Period, status: &str) -> BTreeSet<String> {
        let Some(told) = self.told.get(&(who, period)) else {
            self.users[who].get(&format!("/bills/{period}")).await.refused(404, "not_found");
            return BTreeSet::new();
        };
        let (bill, items) = (self.bill(who, period).await, self.items(who, period).await);
        let sum = items.iter().map(|item| money(&item["amount"]).micros()).sum();
        let jobs = bill["jobs"].as_u64().expect("a number");
        let found =
            Told { micros: money(&bill["pending_amount"]).micros(), jobs, items: items.len() };
        assert_eq!((found, sum), (*told, told.micros), "{who} {period} {items:#?}");
        assert_eq!((&bill["status"], &bill["payment_status"]), (&json!(status), &json!("PENDING")));
        assert_eq!(bill["billing_date"], period.ends_at().to_string());
        assert_eq!(bill["due_date"], period.ends_at().plus(14 * 24 * HOUR).to_string());
        items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// All bills of the list, which is more than a page.
    async fn billed(&self, who: &str) -> i64 {
        let (mut billed, mut next) = (0, "/bills?limit=12".to_owned());
        loop {
            let page = self.users[who].get(&next).await.expect(200);
            let bills = page["items"].as_array().expect("bills");
            billed += bills.iter().map(|bill| money(&bill["pending_amount"]).micros()).sum::<i64>();
            let Some(cursor) = page["next_cursor"].as_str() else { return billed };
            next = format!("/bills?limit=12&cursor={cursor}");
        }
    }

    /// As they lie in the table.
    async fn closed(&self) -> BTreeSet<String> {
        let all = self.stack.items().await;
        all.into_iter().filter(|item| item.contains("\"type\":\"ClosedBill\"")).collect()
    }
}

#[tokio::test]
async fn two_years_of_bills_are_right_to_the_millionth() {
    let mut years = Years::begin().await;
    years.subscribe("bob", "PAY_PER_USE").await;
    years.subscribe("eve", "MONTHLY").await;
    let mut period = years.now().period();
    let (mut periods, mut closed) = (Vec::new(), BTreeSet::new());
    for number in 0..MONTHS {
        years.live_through(period, number).await;
        years.turn(period, number).await;
        for who in ["bob", "eve", "ann"] {
            years.check(who, period, "CLOSED").await;
        }
        let now = years.closed().await;
        assert!(closed.is_subset(&now), "what was closed stays as it was");
        closed = now;
        match number % 4 {
            1 => years.refund("bob", "APP_FEE", GIVEN_BACK, period).await,
            3 => years.refund("eve", "SUBSCRIPTION", PER_MONTH, period).await,
            _ => {}
        }
        periods.push(period);
        period = period.next();
    }
    periods.push(period);
    assert!(periods.iter().any(|one| one.to_string().ends_with("-02")), "{periods:?}");

    let (mut ids, mut items) = (BTreeSet::new(), 0);
    for who in ["bob", "eve", "ann"] {
        for at in &periods {
            let status = if *at == period { "OPEN" } else { "CLOSED" };
            ids.extend(years.check(who, *at, status).await);
        }
        let told = years.told.iter().filter(|((of, _), _)| *of == who).map(|(_, told)| told);
        items += told.clone().map(|told| told.items).sum::<usize>();
        let owed: i64 = told.map(|told| told.micros).sum();
        assert_eq!(years.billed(who).await, owed, "{who}: closed and open");
    }
    assert_eq!(ids.len(), items, "each entry on one bill");
    assert_eq!(years.closed().await.len(), closed.len());
    // Each was handed over by hand, as a queue that is read at once would.
    years.stack.lose_messages().await;
}
