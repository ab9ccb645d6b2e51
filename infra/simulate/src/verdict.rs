//! Was every job of a world that is over run once, charged once and given back what it did not use?

use std::collections::BTreeMap;

use domain::Money;
use serde_json::Value;

use crate::{
    scene::Buyer,
    watch::{Watch, Wrong, is_end, text},
    world::World,
};

/// All that the table says of one job.
#[derive(Default)]
struct Account {
    status: String,
    on_provider: bool,
    key: String,
    by_caller: bool,
    task_arn: Option<String>,
    charges: Vec<Money>,
    lines: Money,
    results: usize,
    holds: usize,
}

/// Adds what is wrong with the table to what was seen on the way.
pub(crate) fn judge(world: &World, buyers: &[Buyer]) {
    let items = world.table.items();
    let accounts = accounts(&items);
    let mut watch = world.watch();
    for (job, account) in &accounts {
        one(&mut watch, job, account);
        tasks(world, &mut watch, job, account);
    }
    told(&mut watch, &accounts);
    strays(world, &mut watch, &accounts);
    totals(&mut watch, &items, &accounts);
    for buyer in buyers {
        uses(&mut watch, &items, &accounts, buyer);
    }
}

fn accounts(items: &[Value]) -> BTreeMap<String, Account> {
    let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
    for item in items {
        let kind = text(&item["type"]);
        let job = text(if kind == "Job" { &item["id"] } else { &item["job_id"] });
        if job.is_empty() || kind == "SubscriptionJob" {
            continue;
        }
        let account = accounts.entry(job.to_owned()).or_default();
        match kind {
            "Job" => {
                account.status = text(&item["status"]).to_owned();
                account.on_provider = text(&item["platform"]) == "BRAKET";
                account.key = text(&item["key_id"]).to_owned();
                account.by_caller = text(&item["sub_status"]) == "USER_ERROR";
                account.task_arn = item["task_arn"]["S"].as_str().map(str::to_owned);
            }
            "Charge" => account.charges.push(money(&item["amount"])),
            "BillingItem" => account.lines = account.lines + money(&item["amount"]),
            "JobResult" => account.results += 1,
            "Hold" => account.holds += 1,
            _ => {}
        }
    }
    accounts
}

fn money(value: &Value) -> Money {
    Money::from_micros(value["N"].as_str().and_then(|micros| micros.parse().ok()).unwrap_or(0))
}

fn one(watch: &mut Watch, job: &str, account: &Account) {
    if !is_end(&account.status) {
        watch.wrong(Wrong::Lost, job, format!("still {}", account.status));
        return;
    }
    if account.holds > 0 {
        watch.wrong(Wrong::HoldLeft, job, "");
    }
    match account.charges.as_slice() {
        [] => watch.wrong(Wrong::Unbilled, job, "it has no charge"),
        [charge] if *charge != account.lines => {
            let what = format!("charge {charge}, bill {}", account.lines);
            watch.wrong(Wrong::DoubleBilled, job, what);
        }
        [_] => {}
        several => watch.wrong(Wrong::DoubleBilled, job, format!("{} charges", several.len())),
    }
    if account.results != 1 {
        watch.wrong(Wrong::Lost, job, format!("{} results", account.results));
    }
}

/// At most one task, and what it cost us is on the bill.
fn tasks(world: &World, watch: &mut Watch, job: &str, account: &Account) {
    let tasks: Vec<_> = world.provider.tasks().into_iter().filter(|task| task.job == job).collect();
    if tasks.len() > 1 {
        watch.wrong(Wrong::DuplicateTask, job, format!("{} tasks", tasks.len()));
    }
    let ran = tasks.iter().any(|task| task.successful_shots > 0);
    let charged = account.charges.iter().copied().sum::<Money>() > Money::ZERO;
    if account.on_provider && is_end(&account.status) && ran != charged {
        let what = format!("the provider ran it: {ran}, it was charged: {charged}");
        watch.wrong(if ran { Wrong::Unbilled } else { Wrong::WrongCharge }, job, what);
    }
}

/// Who was told of a job has it, at no more than the price that was told.
fn told(watch: &mut Watch, accounts: &BTreeMap<String, Account>) {
    for (job, price) in watch.told.values().flatten().cloned().collect::<Vec<_>>() {
        let Some(account) = accounts.get(&job).filter(|account| !account.status.is_empty()) else {
            watch.wrong(Wrong::Lost, &job, "it is not there");
            continue;
        };
        let price = price.parse::<Money>().unwrap_or(Money::ZERO);
        let charge: Money = account.charges.iter().copied().sum();
        let right = match account.status.as_str() {
            "COMPLETED" => charge == price,
            _ if account.on_provider => charge < price || price == Money::ZERO,
            _ => charge == Money::ZERO,
        };
        if !right && is_end(&account.status) {
            let what = format!("{} at {charge} of {price}", account.status);
            watch.wrong(Wrong::WrongCharge, &job, what);
        }
    }
}

fn strays(world: &World, watch: &mut Watch, accounts: &BTreeMap<String, Account>) {
    for task in world.provider.tasks() {
        let known = accounts.get(&task.job).and_then(|account| account.task_arn.as_deref());
        if known != Some(&task.arn) {
            watch.wrong(Wrong::StrayTask, &task.job, &task.arn);
        }
    }
}

fn totals(watch: &mut Watch, items: &[Value], accounts: &BTreeMap<String, Account>) {
    let of_kind = |kind: &'static str| items.iter().filter(move |item| text(&item["type"]) == kind);
    let total: Money = of_kind("PeriodTotal").map(|item| money(&item["amount"])).sum();
    let charged: Money = accounts.values().flat_map(|account| &account.charges).copied().sum();
    if total != charged {
        watch.wrong(Wrong::DoubleBilled, "", format!("bills {total}, charges {charged}"));
    }
}

/// A key's remaining uses are those it had, less the jobs that kept theirs.
fn uses(watch: &mut Watch, items: &[Value], accounts: &BTreeMap<String, Account>, buyer: &Buyer) {
    let key = buyer.key_id.to_string();
    let kept = accounts.values().filter(|one| one.key == key && keeps_its_use(one)).count() as u64;
    if kept > buyer.uses {
        watch.wrong(Wrong::KeyOverdrawn, "", format!("{kept} jobs on {} uses", buyer.uses));
    }
    let left = items
        .iter()
        .find(|item| text(&item["sk"]) == format!("uses#{key}"))
        .and_then(|item| item["remaining"]["N"].as_str()?.parse::<i64>().ok());
    let expected = i64::try_from(buyer.uses).unwrap_or(i64::MAX) - i64::try_from(kept).unwrap_or(0);
    if left != Some(expected) {
        let wrong =
            if left.is_some_and(|left| left < 0) { Wrong::KeyOverdrawn } else { Wrong::UsesOff };
        watch.wrong(wrong, "", format!("{left:?} uses left of {}, {kept} kept", buyer.uses));
    }
}

fn keeps_its_use(account: &Account) -> bool {
    let charged = account.charges.iter().copied().sum::<Money>() > Money::ZERO;
    !is_end(&account.status) || account.status == "COMPLETED" || charged || account.by_caller
}
