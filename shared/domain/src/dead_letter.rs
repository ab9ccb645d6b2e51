//! What is kept of a message that its function gave up, why it was given up, and when it may be sent again.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{DeadLetterId, JobId, Moment, Refusal, UserId, field::plain};

/// Of a message with its attributes, as every queue of ours takes it: so that each fits into an item whole.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;
/// Of what is said about why a message was given up, in characters.
pub const MAX_CAUSE: usize = 500;
/// For how long who sends a letter again has it alone: longer than a request may take.
const SENDING: Duration = Duration::from_secs(60);
/// How the name of a dead-letter queue ends, after that of its source.
const DEAD: &str = "-dead";

/// Where a message came from before it was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Source {
    Inspection,
    Avatar,
    SimulationSmall,
    SimulationMedium,
    SimulationLarge,
    QuantumTask,
    Settlement,
    /// No queue: the tick of a schedule that its function did not take.
    Schedule,
}

impl Source {
    pub const ALL: [Self; 8] = [
        Self::Inspection,
        Self::Avatar,
        Self::SimulationSmall,
        Self::SimulationMedium,
        Self::SimulationLarge,
        Self::QuantumTask,
        Self::Settlement,
        Self::Schedule,
    ];

    /// As the queue's own name ends.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inspection => "inspection",
            Self::Avatar => "avatar",
            Self::SimulationSmall => "simulation-small",
            Self::SimulationMedium => "simulation-medium",
            Self::SimulationLarge => "simulation-large",
            Self::QuantumTask => "quantum-task",
            Self::Settlement => "settlement",
            Self::Schedule => "schedule",
        }
    }

    /// By the name or the ARN of its dead-letter queue, such as `hub-simulation-small-dead`.
    pub fn of_dead_letters(queue: &str) -> Option<Self> {
        let name = queue.strip_suffix(DEAD)?;
        let is_source = |source: &Self| {
            name.strip_suffix(source.name()).is_some_and(|before| before.ends_with('-'))
        };
        Self::ALL.into_iter().find(is_source)
    }
}

/// Why a message was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReasonKind {
    /// It is no message of its queue.
    Unreadable,
    /// What it asked for failed each time.
    Failed,
    /// It met a defect in the function.
    Panicked,
    /// The function noted nothing: it was stopped while it worked, ran out of time, or was never given the message.
    Untold,
}

/// The last failure of a message, in words without anybody's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub kind: ReasonKind,
    pub cause: String,
    /// Of the invocation that failed: finds its lines in the function's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
}

impl Reason {
    pub fn new(kind: ReasonKind, cause: &str) -> Self {
        Self { kind, cause: plain(cause, MAX_CAUSE), request_id: None, at: None }
    }

    fn untold() -> Self {
        Self::new(
            ReasonKind::Untold,
            "The function noted no cause: it was stopped or ran out of time, or never got the message. Its log may tell.",
        )
    }

    /// What Lambda itself says of a tick that it gave up.
    fn of_tick(body: &str) -> Self {
        let Ok(record) = serde_json::from_str::<Value>(body) else { return Self::untold() };
        let said = |at: &str| record.pointer(at).and_then(Value::as_str);
        let Some(condition) = said("/requestContext/condition") else { return Self::untold() };
        let of = said("/requestContext/functionArn").unwrap_or_default();
        let of = of.split(":function:").nth(1).unwrap_or_default();
        let of = of.split(':').next().unwrap_or_default();
        let error = said("/responsePayload/errorMessage").unwrap_or("it did not say why");
        Self {
            request_id: said("/requestContext/requestId").map(|id| plain(id, 100)),
            at: said("/timestamp").and_then(|at| at.parse().ok()),
            ..Self::new(ReasonKind::Failed, &format!("{of}: {condition}: {error}"))
        }
    }
}

/// Why a message failed when it was tried for the last time, until its dead letter asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub message_id: String,
    pub reason: Reason,
}

/// What a message's sender said of it beside its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// `String`, `Number` or `Binary`, as SQS spells it.
    pub data_type: String,
    /// Base64 of a binary one.
    pub value: String,
}

/// A message as its queue gave it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Name or ARN of the queue it was received from.
    pub queue: String,
    pub id: String,
    pub body: String,
    pub attributes: BTreeMap<String, Attribute>,
    pub sent_at: Moment,
    pub receive_count: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeadLetterState {
    /// Waits for somebody to send it again.
    Open,
    /// Was sent again. If it is given up once more, that is another dead letter.
    Redriven,
    /// A missed tick: the next one has made up for it, and there is nothing to send.
    Noted,
}

/// A message that its function gave up, whole. It stays until it was sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    pub id: DeadLetterId,
    pub source: Source,
    pub message_id: String,
    pub body: String,
    pub attributes: BTreeMap<String, Attribute>,
    /// Where the body names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    pub sent_at: Moment,
    pub recorded_at: Moment,
    pub receive_count: u32,
    pub reason: Reason,
    pub state: DeadLetterState,
    /// Until then somebody is sending it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sending_until: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redriven_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redriven_by: Option<UserId>,
}

impl DeadLetter {
    /// `id` must be of the source and the message's id alone, so that a second delivery is the same letter.
    pub fn new(
        id: DeadLetterId,
        source: Source,
        message: Message,
        noted: Option<Reason>,
        now: Moment,
    ) -> Self {
        let of_schedule = source == Source::Schedule;
        let told = || if of_schedule { Reason::of_tick(&message.body) } else { Reason::untold() };
        Self {
            id,
            source,
            job_id: job_of(&message.body),
            reason: noted.unwrap_or_else(told),
            message_id: message.id,
            body: message.body,
            attributes: message.attributes,
            sent_at: message.sent_at,
            recorded_at: now,
            receive_count: message.receive_count,
            state: if of_schedule { DeadLetterState::Noted } else { DeadLetterState::Open },
            sending_until: None,
            redriven_at: None,
            redriven_by: None,
        }
    }

    /// Whether somebody is at it, as far as is known.
    pub fn is_being_sent(&self, now: Moment) -> bool {
        self.state == DeadLetterState::Open && self.sending_until.is_some_and(|until| until > now)
    }

    /// Takes it for one sender; whoever comes before that one is done, or is known to have stopped, comes too early.
    pub fn begin_redrive(&mut self, now: Moment) -> Result<(), Refusal> {
        match self.state {
            DeadLetterState::Open if self.is_being_sent(now) => Err(redrive_in_flight()),
            DeadLetterState::Open => {
                self.sending_until = Some(now.plus(SENDING));
                Ok(())
            }
            DeadLetterState::Redriven => Err(Refusal::conflict(
                "already_redriven",
                "This message was sent again already; if it is given up once more, that is another dead letter.",
            )),
            DeadLetterState::Noted => Err(Refusal::conflict(
                "nothing_to_redrive",
                "This is a missed tick of a schedule, which the next one makes up for; there is nothing to send.",
            )),
        }
    }

    /// No queue took it: the next one may try.
    pub fn not_redriven(&mut self) {
        self.sending_until = None;
    }

    /// Only after it was sent: what stops in between is sent twice, never not at all.
    pub fn redriven(&mut self, by: UserId, now: Moment) {
        self.sending_until = None;
        self.state = DeadLetterState::Redriven;
        self.redriven_at = Some(now);
        self.redriven_by = Some(by);
    }

    /// Bytes of a message as SQS counts them.
    pub fn bytes(&self) -> usize {
        let attribute =
            |(name, one): (&String, &Attribute)| name.len() + one.data_type.len() + one.value.len();
        self.body.len() + self.attributes.iter().map(attribute).sum::<usize>()
    }
}

/// Somebody else is sending it.
pub fn redrive_in_flight() -> Refusal {
    Refusal::conflict(
        "redrive_in_flight",
        "This message is being sent again just now; read the letter again in a minute.",
    )
}

fn job_of(body: &str) -> Option<JobId> {
    let body: Value = serde_json::from_str(body).ok()?;
    body.get("job_id")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_unix_millis(1_795_168_800_000);
    const JOB: &str = "01a1f866-0d00-71c8-9a7e-6dab3f8c5e93";

    fn letter(source: Source, body: &str, noted: Option<Reason>) -> DeadLetter {
        let message = Message {
            queue: String::new(),
            id: "m".to_owned(),
            body: body.to_owned(),
            attributes: BTreeMap::new(),
            sent_at: NOW,
            receive_count: 5,
        };
        DeadLetter::new(DeadLetterId::new(NOW, [0; 10]), source, message, noted, NOW)
    }

    #[test]
    fn a_dead_letter_queue_is_known_by_the_end_of_its_name() {
        for source in Source::ALL {
            let queue = format!("arn:aws:sqs:eu-west-1:1:my-hub-{}-dead", source.name());
            assert_eq!(Source::of_dead_letters(&queue), Some(source));
        }
        for unknown in
            ["hub-settlement", "hub-mail-dead", "settlement-dead", "hub-xsettlement-dead", ""]
        {
            assert_eq!(Source::of_dead_letters(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_letter_names_the_job_of_its_message() {
        for (body, job) in [
            (format!("{{\"job_id\":\"{JOB}\"}}"), Some(JOB)),
            ("{\"job_id\":\"x\"}".to_owned(), None),
            ("{\"job_id\":7}".to_owned(), None),
            ("[]".to_owned(), None),
            ("poison".to_owned(), None),
        ] {
            let found = letter(Source::Settlement, &body, None).job_id;
            assert_eq!(found.map(|id| id.to_string()).as_deref(), job, "{body}");
        }
    }

    #[test]
    fn the_reason_is_the_noted_one_or_says_that_there_is_none() {
        let noted = Reason::new(ReasonKind::Panicked, "a defect");
        assert_eq!(letter(Source::Settlement, "{}", Some(noted.clone())).reason, noted);
        assert_eq!(letter(Source::Settlement, "{}", None).reason.kind, ReasonKind::Untold);
    }

    #[test]
    fn the_reason_of_a_missed_tick_is_what_lambda_says() {
        let body = r#"{"version":"1.0","timestamp":"2026-11-20T10:00:00.123Z",
            "requestContext":{"requestId":"r-1","condition":"RetriesExhausted","approximateInvokeCount":2,
                "functionArn":"arn:aws:lambda:eu-west-1:1:function:hub-reconcile-jobs:$LATEST"},
            "responsePayload":{"errorType":"x","errorMessage":"the table failed"}}"#;
        let reason = letter(Source::Schedule, body, None).reason;
        assert_eq!(reason.cause, "hub-reconcile-jobs: RetriesExhausted: the table failed");
        assert_eq!((reason.kind, reason.request_id.as_deref()), (ReasonKind::Failed, Some("r-1")));
        assert_eq!(reason.at, "2026-11-20T10:00:00.123Z".parse().ok());
        let expired = r#"{"requestContext":{"condition":"EventAgeExceeded"}}"#;
        let reason = letter(Source::Schedule, expired, None).reason;
        assert_eq!(reason.cause, ": EventAgeExceeded: it did not say why");
        for other in ["", "{}", "[1]"] {
            assert_eq!(letter(Source::Schedule, other, None).reason.kind, ReasonKind::Untold);
        }
    }

    #[test]
    fn a_letter_is_redriven_once_and_a_tick_never() {
        let mut open = letter(Source::Settlement, "{}", None);
        let begin = |letter: &mut DeadLetter, now| letter.begin_redrive(now).map_err(|no| no.code);
        assert_eq!(begin(&mut open, NOW), Ok(()));
        assert_eq!(begin(&mut open, NOW), Err("redrive_in_flight"));
        assert_eq!(begin(&mut open, NOW.plus(SENDING)), Ok(()));
        open.not_redriven();
        assert_eq!(begin(&mut open, NOW), Ok(()));
        open.redriven(UserId::new(NOW, [1; 10]), NOW);
        assert_eq!(begin(&mut open, NOW), Err("already_redriven"));
        let tick = &mut letter(Source::Schedule, "{}", None);
        assert_eq!(begin(tick, NOW), Err("nothing_to_redrive"));
    }

    #[test]
    fn a_cause_is_one_bounded_line() {
        let reason = Reason::new(ReasonKind::Failed, &"a\n".repeat(1_000));
        assert!(reason.cause.chars().count() <= MAX_CAUSE && !reason.cause.contains('\n'));
    }

    #[test]
    fn attributes_count_as_bytes_of_a_message() {
        let mut letter = letter(Source::Settlement, "ä", None);
        let attribute = Attribute { data_type: "String".to_owned(), value: "v".to_owned() };
        letter.attributes.insert("name".to_owned(), attribute);
        assert_eq!(letter.bytes(), 2 + 4 + 6 + 1);
    }
}
