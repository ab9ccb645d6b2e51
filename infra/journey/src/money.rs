//! What stands on a user's bills, read page by page.

use domain::Money;
use serde_json::Value;

use crate::{
    http::{Off, ensure, text},
    people::Person,
    picture,
};

/// All items of all bills; each bill's total is that of its items.
pub async fn billed(person: &Person, show: bool) -> Result<Vec<Value>, Off> {
    let bills = person.door().get("/bills").await?;
    let mut all = Vec::new();
    for bill in bills["items"].as_array().into_iter().flatten() {
        let path = format!("/bills/{}", text(bill, "/id")?);
        let bill = person.door().get(&path).await?;
        let items = items(person, &path).await?;
        let sum: Money =
            items.iter().map(|item| amount(&item["amount"])).sum::<Result<Money, Off>>()?;
        let total = amount(&bill["pending_amount"])?;
        ensure(sum == total, || format!("the items add up to {sum}, the bill says {total}"))?;
        if show {
            picture::bill(&bill, &items);
        }
        all.extend(items);
    }
    Ok(all)
}

async fn items(person: &Person, bill: &str) -> Result<Vec<Value>, Off> {
    let mut items = Vec::new();
    let mut path = format!("{bill}/items?limit=100");
    loop {
        let page = person.door().get(&path).await?;
        items.extend(page["items"].as_array().into_iter().flatten().cloned());
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("{bill}/items?limit=100&cursor={cursor}"),
            None => return Ok(items),
        }
    }
}

pub fn amount(money: &Value) -> Result<Money, Off> {
    let amount = text(money, "/amount")?;
    ensure(money["currency"] == "USD", || format!("not in dollars: {money}"))?;
    amount
        .parse()
        .map_err(|error: domain::money::BadAmount| Off::wrong(format!("{amount}: {error}")))
}

/// The job's part of the bill is what the job says it cost, and stands there once.
pub fn check_once(items: &[Value], job: &Value) -> Result<(), Off> {
    let mut lines: Vec<(u64, Money)> = Vec::new();
    for item in items.iter().filter(|item| item["job_id"] == job["id"]) {
        lines.push((item["line"].as_u64().unwrap_or_default(), amount(&item["amount"])?));
    }
    lines.sort_unstable();
    let numbered = lines.iter().map(|(line, _)| *line).eq(0..lines.len() as u64);
    ensure(!lines.is_empty() && numbered, || {
        format!("job {} stands on the bill {} times", job["id"], lines.len())
    })?;
    let sum: Money = lines.iter().map(|(_, amount)| *amount).sum();
    let cost = amount(&job["actual_cost"])?;
    ensure(sum == cost, || format!("job {} cost {cost}, billed {sum}", job["id"]))?;
    let held = amount(&job["estimated_cost"])?;
    ensure(cost <= held, || {
        format!("job {} cost {cost}, more than the {held} that were held", job["id"])
    })
}
