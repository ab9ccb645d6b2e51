//! What must hold of jobs that have ended, whatever was killed meanwhile; read through the doors and Braket's API alone.

use std::collections::{BTreeMap, BTreeSet};

use domain::Money;
use journey::{
    Off,
    money::{amount, billed, check_once},
};
use serde_json::Value;

use crate::{
    book::{Book, Entry},
    braket::tasks_by_job,
    market::{App, Customer},
    purse::Purse,
    stack::Outside,
    watch::all_jobs,
};

/// Lines and tasks by the job they name.
type ByJob = BTreeMap<String, Vec<Value>>;

/// Checks the ended jobs of one round, which began `since`.
pub(crate) async fn of_round(
    book: &Book,
    customer: &Customer,
    outside: &Outside,
    round: usize,
    since: &str,
) -> Result<(), Off> {
    let entries = book.of_round(round);
    let lines = lines_since(customer, since).await?;
    let tasks = tasks_by_job(outside, Some(since)).await?;
    for entry in &entries {
        if let Some(job) = entry.job() {
            let path = format!("/jobs/{job}/result");
            let result = customer.signed_in().await.door().get(&path).await?;
            tell(book, entry, "counts are those of the program", counts(entry, &result));
        }
    }
    check(book, &entries, &lines, &tasks);
    Ok(())
}

/// Checks everything once more when nothing moves any longer: what no round knows of would show now.
pub(crate) async fn of_all(book: &Book, customer: &Customer, outside: &Outside) -> Result<(), Off> {
    let entries = book.all();
    let person = customer.signed_in().await;
    let lines = by_job(billed(&person, false).await?);
    let tasks = tasks_by_job(outside, None).await?;
    check(book, &entries, &lines, &tasks);

    let ours: BTreeSet<&str> = entries.iter().filter_map(Entry::job).collect();
    let jobs = all_jobs(customer).await?;
    let theirs: BTreeSet<&str> = jobs.iter().filter_map(|job| job["id"].as_str()).collect();
    let unknown = |of: &mut dyn Iterator<Item = &str>, rule: &str| {
        for job in of {
            book.breaks(rule, job);
        }
    };
    unknown(&mut ours.difference(&theirs).copied(), "an accepted job is not lost");
    unknown(&mut theirs.difference(&ours).copied(), "no request makes a job nobody was told of");
    let named = |by: &ByJob| by.keys().cloned().collect::<Vec<_>>();
    let strays = |by: &ByJob| {
        named(by).into_iter().filter(|job| !ours.contains(job.as_str())).collect::<Vec<_>>()
    };
    for job in strays(&lines) {
        book.breaks("nothing is billed but jobs", &job);
    }
    for job in strays(&tasks) {
        book.breaks("no quantum task but of a job", &job);
    }
    for job in &jobs {
        book.saw(job);
    }
    for open in book.all().iter().filter(|entry| entry.is_open()) {
        book.breaks("nothing stays open", &open.history());
    }
    charged(book, customer, ours.len()).await
}

/// The running totals count each job once, charged or not.
async fn charged(book: &Book, customer: &Customer, jobs: usize) -> Result<(), Off> {
    let bills = customer.signed_in().await.door().get("/bills").await?;
    let counted = bills["items"].as_array().into_iter().flatten();
    let counted: u64 = counted.filter_map(|bill| bill["jobs"].as_u64()).sum();
    if counted != jobs as u64 {
        book.breaks(
            "each job is charged once",
            &format!("{jobs} jobs, {counted} charges on the bills"),
        );
    }
    Ok(())
}

/// What a key admitted is what it had, but for what came back; its jobs have ended.
pub(crate) async fn of_purse(book: &Book, customer: &Customer, purse: &Purse) -> Result<(), Off> {
    let of_it = book.of_purse(purse.number);
    let (said, left) = (customer.left(purse).await?, purse.left(&of_it));
    if said != Some(left) || left < 0 {
        let jobs: Vec<String> = of_it.iter().map(Entry::history).collect();
        let what = format!(
            "purse {} had {} uses, {left} should be left, the hub says {said:?}\n    {}",
            purse.number,
            purse.uses,
            jobs.join("\n    ")
        );
        book.breaks("no key is overdrawn and each use comes back once", &what);
    }
    Ok(())
}

fn check(book: &Book, entries: &[Entry], lines: &ByJob, tasks: &ByJob) {
    for entry in entries {
        let Some(job) = entry.job() else { continue };
        let none = Vec::new();
        let (lines, tasks) = (lines.get(job).unwrap_or(&none), tasks.get(job).unwrap_or(&none));
        tell(book, entry, "each job is charged once, what fits its end", charge(entry, lines));
        tell(
            book,
            entry,
            "a job has one quantum task at most, and ends as it did",
            task(entry, tasks),
        );
        tell(book, entry, "a job ends as it was told to", end(entry));
    }
}

fn tell(book: &Book, entry: &Entry, rule: &str, holds: Result<(), Off>) {
    if let Err(off) = holds {
        book.breaks(rule, &format!("{off}\n    {}", entry.history()));
    }
}

fn charge(entry: &Entry, lines: &[Value]) -> Result<(), Off> {
    let Some(job) = &entry.last else { return Err(Off::wrong("it was never read")) };
    check_once(lines, job)?;
    let (cost, held) = (amount(&job["actual_cost"])?, amount(&job["estimated_cost"])?);
    let due = if entry.status() == "COMPLETED" { held } else { Money::ZERO };
    journey::ensure(cost == due, || format!("{} for {cost} where {due} is due", entry.status()))
}

fn task(entry: &Entry, tasks: &[Value]) -> Result<(), Off> {
    let known = entry.last.as_ref().and_then(|job| job["platform_job_id"].as_str());
    let on_braket = entry.device() != "hub-simulator";
    let one = match tasks {
        [] if known.is_none() && (entry.status() != "COMPLETED" || !on_braket) => return Ok(()),
        [one] => one,
        many => {
            return Err(Off::wrong(format!(
                "{} tasks, the job knows {known:?}: {many:?}",
                many.len()
            )));
        }
    };
    let same = known.is_none_or(|arn| one["quantumTaskArn"] == arn);
    // a task that was found too late is cancelled, its job has failed at no charge
    let fits = one["status"] == entry.status() || (known.is_none() && entry.status() == "FAILED");
    journey::ensure(same && fits, || format!("its task is {one}"))
}

fn end(entry: &Entry) -> Result<(), Off> {
    let reason = entry.last.as_ref().map(|job| job["failure"]["reason"].clone());
    let fits = match entry.status() {
        "COMPLETED" => true,
        "CANCELLED" => entry.cancelled,
        "FAILED" => reason.as_ref().is_some_and(|reason| *reason == "SYSTEM_ERROR"),
        _ => false,
    };
    journey::ensure(fits, || format!("it is {}", entry.status()))
}

fn counts(entry: &Entry, result: &Value) -> Result<(), Off> {
    let Some(job) = &entry.last else { return Err(Off::wrong("it was never read")) };
    let app = if entry.order.body["tags"][0] == "long" { App::Long } else { App::Short };
    let shots = if entry.status() == "COMPLETED" { job["shots"].as_u64() } else { Some(0) };
    let count = |bit: &str| result["counts"][bit.repeat(app.qubits())].as_u64().unwrap_or_default();
    let counted = count("0") + count("1");
    journey::ensure(Some(counted) == shots && result["status"] == entry.status(), || {
        format!("its result is {result}")
    })
}

/// The lines of the bill that were written since then: newest come first.
async fn lines_since(customer: &Customer, since: &str) -> Result<ByJob, Off> {
    let person = customer.signed_in().await;
    let door = person.door();
    let mut lines = Vec::new();
    let bills = door.get("/bills").await?;
    for bill in bills["items"].as_array().into_iter().flatten() {
        let path = format!("/bills/{}/items?limit=100", bill["id"].as_str().unwrap_or_default());
        let mut next = Some(path.clone());
        while let Some(here) = next.take() {
            let page = door.get(&here).await?;
            let items = page["items"].as_array().cloned().unwrap_or_default();
            let reached =
                items.iter().any(|item| item["created_at"].as_str().is_none_or(|at| at < since));
            lines.extend(items);
            let cursor = page["next_cursor"].as_str().filter(|_| !reached);
            next = cursor.map(|cursor| format!("{path}&cursor={cursor}"));
        }
    }
    Ok(by_job(lines))
}

fn by_job(lines: Vec<Value>) -> ByJob {
    let mut by_job = ByJob::new();
    for line in lines {
        let job = line["job_id"].as_str().unwrap_or_default().to_owned();
        by_job.entry(job).or_default().push(line);
    }
    by_job
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::book::{Answer, Order};

    fn ended(device: &str, status: &str, cost: &str, cancelled: bool) -> Entry {
        let book = Book::new();
        let money = |amount: &str| json!({"amount": amount, "currency": "USD"});
        let body = json!({"device_id": device});
        book.order(Order { round: 1, request: "r".to_owned(), body, purse: 0 });
        book.answered("r", false, Answer::Accepted(json!({"id": "j"})));
        if cancelled {
            book.cancel("r");
        }
        book.saw(&json!({"id": "j", "status": status, "estimated_cost": money("0.05"),
            "actual_cost": money(cost), "platform_job_id": (device != "hub-simulator").then_some("arn")}));
        book.entry("r").expect("it was ordered")
    }

    fn line(number: u32, amount: &str) -> Value {
        json!({"job_id": "j", "line": number, "amount": {"amount": amount, "currency": "USD"}})
    }

    #[test]
    fn a_job_is_charged_once_and_what_fits_its_end() {
        let completed = ended("hub-simulator", "COMPLETED", "0.05", false);
        assert!(charge(&completed, &[line(0, "0.05")]).is_ok());
        assert!(charge(&completed, &[line(0, "0.03"), line(1, "0.02")]).is_ok());
        assert!(charge(&completed, &[]).is_err(), "unbilled");
        assert!(charge(&completed, &[line(0, "0.05"), line(0, "0.05")]).is_err(), "billed twice");
        let cancelled = ended("hub-simulator", "CANCELLED", "0.05", true);
        assert!(charge(&cancelled, &[line(0, "0.05")]).is_err(), "nothing ran");
        let free = ended("hub-simulator", "COMPLETED", "0.00", false);
        assert!(charge(&free, &[line(0, "0.00")]).is_err(), "completed and not paid");
    }

    #[test]
    fn a_job_has_one_task_that_ended_as_it_did() {
        let here = ended("hub-simulator", "COMPLETED", "0.05", false);
        assert!(task(&here, &[]).is_ok());
        let there = ended("amazon-sv1", "COMPLETED", "0.05", false);
        let one = |status: &str| json!({"quantumTaskArn": "arn", "status": status});
        assert!(task(&there, &[one("COMPLETED")]).is_ok());
        assert!(task(&there, &[]).is_err(), "it completed without");
        assert!(task(&there, &[one("COMPLETED"), one("COMPLETED")]).is_err(), "paid for twice");
        assert!(task(&there, &[one("FAILED")]).is_err(), "ends differ");
    }

    #[test]
    fn nobody_elses_wish_cancels_a_job() {
        assert!(end(&ended("hub-simulator", "CANCELLED", "0.00", true)).is_ok());
        assert!(end(&ended("hub-simulator", "CANCELLED", "0.00", false)).is_err());
        assert!(end(&ended("hub-simulator", "RUNNING", "0.00", false)).is_err());
    }
}
