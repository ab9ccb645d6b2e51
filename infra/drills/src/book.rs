//! What was asked for, what was answered, and what was seen of each job since: all that the rules are checked against.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Arc, Mutex, MutexGuard},
    time::Instant,
};

use serde_json::Value;

use crate::locked;

/// A job as it is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) round: usize,
    /// The `Idempotency-Key` of every time it is sent.
    pub(crate) request: String,
    pub(crate) body: Value,
    pub(crate) purse: usize,
}

/// How an order was answered for good.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// The job, as the first answer showed it.
    Accepted(Value),
    /// Nothing is left to take it from.
    UsedUp,
}

/// An order with everything that became of it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) order: Order,
    /// Every answer, of every time it was sent, as it came.
    pub(crate) answers: Vec<Answer>,
    pub(crate) cancelled: bool,
    pub(crate) seen: Vec<Seen>,
    /// The job as it was last read.
    pub(crate) last: Option<Value>,
}

#[derive(Clone, Debug)]
pub(crate) struct Seen {
    seconds: f64,
    pub(crate) status: String,
    sub_status: String,
}

impl Entry {
    /// The job's id, once it was accepted.
    pub(crate) fn job(&self) -> Option<&str> {
        self.answers.iter().find_map(|answer| match answer {
            Answer::Accepted(job) => job["id"].as_str(),
            Answer::UsedUp => None,
        })
    }

    pub(crate) fn status(&self) -> &str {
        self.seen.last().map_or("", |seen| &seen.status)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.job().is_some() && !is_terminal(self.status())
    }

    pub(crate) fn device(&self) -> &str {
        self.order.body["device_id"].as_str().unwrap_or_default()
    }

    /// For a person who asks what happened.
    pub(crate) fn history(&self) -> String {
        let job = self.job().unwrap_or("no job");
        let mut text = format!(
            "{job} (round {}, {}, request {}, answered {} times{})",
            self.order.round,
            self.device(),
            self.order.request,
            self.answers.len(),
            if self.cancelled { ", cancel asked for" } else { "" },
        );
        for Seen { seconds, status, sub_status } in &self.seen {
            // writing into a String cannot fail
            let _written = write!(text, "\n      {seconds:>8.1} s  {status} {sub_status}");
        }
        if let Some(last) = &self.last {
            let _written = write!(text, "\n      {last}");
        }
        text
    }
}

pub(crate) fn is_terminal(status: &str) -> bool {
    matches!(status, "COMPLETED" | "FAILED" | "CANCELLED")
}

/// States in the order in which a job may pass through them.
fn rank(status: &str) -> Option<usize> {
    let order = ["PROVISIONING", "QUEUED", "RUNNING", "CANCELLING"];
    let before = order.iter().position(|each| *each == status);
    before.or_else(|| is_terminal(status).then_some(order.len()))
}

/// Shared by all who ask and look.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    started: Instant,
    pages: Arc<Mutex<Pages>>,
}

#[derive(Debug, Default)]
pub(crate) struct Pages {
    /// By request.
    pub(crate) entries: BTreeMap<String, Entry>,
    requests: BTreeMap<String, String>,
    broken: Vec<String>,
}

impl Book {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), pages: Arc::default() }
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    pub(crate) fn pages(&self) -> MutexGuard<'_, Pages> {
        locked(&self.pages)
    }

    pub(crate) fn order(&self, order: Order) {
        let request = order.request.clone();
        let entry = Entry { order, answers: vec![], cancelled: false, seen: vec![], last: None };
        self.pages().entries.insert(request, entry);
    }

    /// One answer more. All that accept it are the same one, and none that is `late`, whose request went out when
    /// it had been accepted, refuses it; before, a use may have come back meanwhile.
    pub(crate) fn answered(&self, request: &str, late: bool, answer: Answer) {
        let mut pages = self.pages();
        let Some(entry) = pages.entries.get_mut(request) else { return };
        let accepts = |answer: &&Answer| **answer != Answer::UsedUp;
        let first = entry.answers.iter().find(accepts).cloned();
        let differs = match answer {
            Answer::UsedUp => late,
            Answer::Accepted(_) => first.is_some_and(|first| first != answer),
        };
        entry.answers.push(answer);
        let (job, history) = (entry.job().map(str::to_owned), entry.history());
        if let Some(job) = job {
            pages.requests.insert(job, request.to_owned());
        }
        if differs {
            let answers = format!("{:?}", pages.entries[request].answers);
            pages.breaks("one request, one answer", &format!("{answers}\n    {history}"));
        }
    }

    pub(crate) fn cancel(&self, request: &str) {
        if let Some(entry) = self.pages().entries.get_mut(request) {
            entry.cancelled = true;
        }
    }

    /// One reading of a job; readings of one job come in the order in which they were made.
    pub(crate) fn saw(&self, job: &Value) {
        let seconds = self.seconds();
        let mut pages = self.pages();
        let Some(request) = job["id"].as_str().and_then(|id| pages.requests.get(id)).cloned()
        else {
            return;
        };
        let Some(entry) = pages.entries.get_mut(&request) else { return };
        let text = |name: &str| job[name].as_str().unwrap_or_default().to_owned();
        let seen = Seen { seconds, status: text("status"), sub_status: text("sub_status") };
        let before = entry.seen.last().cloned();
        let ended_before = entry.last.clone().filter(|_| is_terminal(entry.status()));
        let same = before.as_ref().is_some_and(|before| {
            before.status == seen.status && before.sub_status == seen.sub_status
        });
        let went_back =
            before.as_ref().is_some_and(|before| rank(&seen.status) < rank(&before.status))
                || rank(&seen.status).is_none();
        if !same {
            entry.seen.push(seen);
        }
        entry.last = Some(job.clone());
        let history = entry.history();
        if went_back {
            pages.breaks("a state never moves back", &history);
        }
        if ended_before.is_some_and(|ended| ended != *job) {
            pages.breaks("an ended job never changes", &history);
        }
    }

    /// Forgets what was seen of jobs: the table is an older one from now on.
    pub(crate) fn goes_back(&self) {
        for entry in self.pages().entries.values_mut() {
            (entry.seen, entry.last) = (Vec::new(), None);
        }
    }

    pub(crate) fn breaks(&self, rule: &str, what: &str) {
        self.pages().breaks(rule, what);
    }

    /// Rules that were seen broken, with what shows it.
    pub(crate) fn broken(&self) -> Vec<String> {
        self.pages().broken.clone()
    }

    pub(crate) fn of_round(&self, round: usize) -> Vec<Entry> {
        let pages = self.pages();
        pages.entries.values().filter(|entry| entry.order.round == round).cloned().collect()
    }

    pub(crate) fn of_purse(&self, purse: usize) -> Vec<Entry> {
        let pages = self.pages();
        pages.entries.values().filter(|entry| entry.order.purse == purse).cloned().collect()
    }

    pub(crate) fn all(&self) -> Vec<Entry> {
        self.pages().entries.values().cloned().collect()
    }

    pub(crate) fn entry(&self, request: &str) -> Option<Entry> {
        self.pages().entries.get(request).cloned()
    }
}

impl Pages {
    fn breaks(&mut self, rule: &str, what: &str) {
        eprintln!("BROKEN: {rule}");
        self.broken.push(format!("{rule}: {what}"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn book() -> Book {
        let book = Book::new();
        let body = json!({"device_id": "hub-simulator"});
        book.order(Order { round: 1, request: "r".to_owned(), body, purse: 0 });
        book.answered("r", false, Answer::Accepted(json!({"id": "j", "status": "PROVISIONING"})));
        book
    }

    fn breaks(statuses: &[&str], rule: Option<&str>) {
        let book = book();
        for status in statuses {
            book.saw(&json!({"id": "j", "status": status}));
        }
        let broken = book.pages().broken.first().cloned();
        match rule {
            Some(rule) => {
                assert!(broken.is_some_and(|told| told.starts_with(rule)), "{statuses:?}")
            }
            None => assert_eq!(broken, None, "{statuses:?}"),
        }
    }

    #[test]
    fn states_may_be_skipped_and_never_move_back() {
        breaks(&["PROVISIONING", "RUNNING", "RUNNING", "COMPLETED"], None);
        breaks(&["QUEUED", "CANCELLING", "COMPLETED", "COMPLETED"], None);
        breaks(&["RUNNING", "QUEUED"], Some("a state never moves back"));
        breaks(&["FAILED", "RUNNING"], Some("a state never moves back"));
        breaks(&["CANCELLED", "COMPLETED"], Some("an ended job never changes"));
        breaks(&["LIMBO"], Some("a state never moves back"));
    }

    #[test]
    fn a_request_that_was_accepted_is_answered_alike_from_then_on() {
        let book = book();
        let accepted = |id: &str| Answer::Accepted(json!({"id": id, "status": "PROVISIONING"}));
        book.answered("r", true, accepted("j"));
        book.answered("r", false, Answer::UsedUp);
        assert!(book.pages().broken.is_empty());
        book.answered("r", true, accepted("k"));
        book.answered("r", true, Answer::UsedUp);
        assert_eq!(book.pages().broken.len(), 2);
    }
}
