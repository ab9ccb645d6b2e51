//! Does a copy of the table hold transactions whole? A job's items change together; a copy that holds half of that is torn.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    JobId, Money,
    bill::BillingItem,
    job::Job,
    settlement::{Charge, JobResult},
};
use journey::Off;
use serde::de::DeserializeOwned;
use store::{Item, jobs::Hold, ledger::PeriodTotal};

use super::{attribute::from_json, snapshot::Snapshot};
use crate::stack::wrong;

/// What belongs to one job.
#[derive(Default)]
struct Whole {
    job: Option<Job>,
    hold: bool,
    result: bool,
    charge: Option<Charge>,
    lines: Vec<Money>,
}

/// What the jobs of a copy are.
pub(super) struct Jobs {
    pub(super) ended: usize,
    pub(super) open: usize,
    /// Each with what does not fit.
    pub(super) torn: Vec<String>,
}

/// Jobs that know their quantum task, or need none any more.
pub(super) fn know_their_task(snapshot: &Snapshot) -> Result<BTreeSet<String>, Off> {
    let jobs = items::<Job>(snapshot)?.into_iter();
    let known = jobs.filter(|job| job.task_arn.is_some() || job.status.is_terminal());
    Ok(known.map(|job| job.id.to_string()).collect())
}

pub(super) fn jobs(snapshot: &Snapshot) -> Result<Jobs, Off> {
    let mut all: BTreeMap<String, Whole> = BTreeMap::new();
    let mut of = |id: JobId, change: &mut dyn FnMut(&mut Whole)| {
        change(all.entry(id.to_string()).or_default())
    };
    for job in items::<Job>(snapshot)? {
        of(job.id, &mut |whole| whole.job = Some(job.clone()));
    }
    for hold in items::<Hold>(snapshot)? {
        of(hold.job_id, &mut |whole| whole.hold = true);
    }
    for result in items::<JobResult>(snapshot)? {
        of(result.job_id, &mut |whole| whole.result = true);
    }
    let mut billed = Money::ZERO;
    for line in items::<BillingItem>(snapshot)? {
        billed = billed + line.amount;
        // A refund is not part of the charge that it counters.
        if let Some(job) = line.job_id.filter(|_| line.counters.is_none()) {
            of(job, &mut |whole| whole.lines.push(line.amount));
        }
    }
    let mut charges = 0;
    for charge in items::<Charge>(snapshot)? {
        charges += 1;
        of(charge.job_id, &mut |whole| whole.charge = Some(charge.clone()));
    }
    let totals = items::<PeriodTotal>(snapshot)?;
    let total: Money = totals.iter().map(|total| total.amount).sum();
    let counted: u64 = totals.iter().map(|total| total.jobs).sum();

    let mut found = Jobs { ended: 0, open: 0, torn: Vec::new() };
    for (id, whole) in &all {
        match &whole.job {
            Some(job) if job.status.is_terminal() => found.ended += 1,
            _ => found.open += 1,
        }
        found.torn.extend(whole.fault().map(|fault| format!("job {id}: {fault}")));
    }
    if (total, counted) != (billed, charges) {
        let fault = format!(
            "totals say {counted} charges and {total}, there are {charges} and lines of {billed}"
        );
        found.torn.push(fault);
    }
    Ok(found)
}

impl Whole {
    fn fault(&self) -> Option<&'static str> {
        let Some(job) = &self.job else {
            return Some("it is missing, what belongs to it is there");
        };
        if !job.status.is_terminal() {
            let unsettled =
                self.hold && !self.result && self.charge.is_none() && self.lines.is_empty();
            return (!unsettled).then_some("it is open, and has no hold or was settled");
        }
        let Some(charge) = &self.charge else { return Some("it has ended without a charge") };
        let paid = self.lines.iter().copied().sum::<Money>() == charge.amount
            && self.lines.len() == charge.lines.len()
            && job.actual_cost == Some(charge.amount);
        match (self.hold, self.result, paid) {
            (true, ..) => Some("it has ended, and its hold is there"),
            (_, false, _) => Some("it has ended without a result"),
            (.., false) => Some("it cost another amount than stands on the bill"),
            _ => None,
        }
    }
}

fn items<T: Item + DeserializeOwned>(snapshot: &Snapshot) -> Result<Vec<T>, Off> {
    let read = |item| {
        let attributes = from_json(item).ok_or_else(|| Off::wrong(format!("no item: {item}")))?;
        serde_dynamo::from_item(attributes).map_err(wrong)
    };
    snapshot.of_type(T::TYPE).map(read).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{super::snapshot::tests::snapshot, *};

    const ID: &str = "01a1f866-0d00-71c8-9a7e-6dab3f8c5e93";

    fn hold() -> Value {
        json!({
            "pk": {"S": "a"}, "sk": {"S": "hold"}, "type": {"S": "Hold"}, "job_id": {"S": ID}, "user_id": {"S": ID},
            "subscription_id": {"NULL": true}, "amount": {"N": "50000"}, "created_at": {"S": "2026-11-20T10:00:00.000Z"}
        })
    }

    fn total(jobs: u32) -> Value {
        json!({"pk": {"S": "b"}, "sk": {"S": "total"}, "type": {"S": "PeriodTotal"}, "amount": {"N": "0"},
            "jobs": {"N": jobs.to_string()}})
    }

    #[test]
    fn what_has_lost_its_other_half_is_torn() {
        let torn = |items: &[Value]| jobs(&snapshot(items)).expect("it is read").torn;
        assert_eq!(torn(&[]), [""; 0]);
        assert_eq!(torn(&[total(0)]), [""; 0]);
        assert!(torn(&[hold()])[0].contains("it is missing"));
        assert!(torn(&[total(1)])[0].contains("totals say 1 charges"));
    }
}
