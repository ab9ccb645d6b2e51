//! What `/dead-letters` is sent and answers.

use domain::{
    DeadLetterId, JobId, Moment, UserId,
    dead_letter::{self, DeadLetterState, ReasonKind, Source},
    shape,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which dead letters a list shows.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeadLetterQuery {
    /// Only those in this state: OPEN where none is named.
    #[param(inline, example = "OPEN")]
    pub state: Option<DeadLetterState>,
    /// Only those that came from there.
    #[param(inline, example = "SIMULATION_SMALL")]
    pub source: Option<Source>,
    /// Entries of a page.
    #[param(inline, value_type = Option<api::Limit>)]
    pub limit: Option<u16>,
    /// `next_cursor` of the page before.
    #[param(inline, value_type = Option<api::Cursor>)]
    pub cursor: Option<String>,
}

/// A message that its function gave up.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01a1f86a-a0e0-72d9-8b6f-7ebc4a9d6fa2", "source": "SIMULATION_SMALL",
    "message_id": "c8e53b17-0d94-4f2a-86bc-7a1f9d3e6045", "bytes": 49, "receive_count": 6,
    "job_id": "01a1f866-0d00-71c8-9a7e-6dab3f8c5e93",
    "reason": {
        "kind": "FAILED", "cause": "the table failed: GetItem: InternalServerError",
        "request_id": "0d1b5c8e-3f7a-4e29-8b64-a1c2d3e4f506", "failed_at": "2026-11-20T10:30:00.000Z"
    },
    "state": "OPEN", "sent_at": "2026-11-20T10:00:00.000Z", "recorded_at": "2026-11-20T10:36:00.000Z"
}))]
pub struct DeadLetter {
    pub id: DeadLetterId,
    pub source: Source,
    /// As SQS calls it; the lines in the function's log name it too.
    #[schema(value_type = shape::AwsId)]
    pub message_id: String,
    /// Of the body and the attributes.
    #[schema(value_type = shape::Count)]
    pub bytes: usize,
    /// How often queues have handed it out.
    #[schema(value_type = shape::Count)]
    pub receive_count: u32,
    /// Where the body names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    pub reason: Reason,
    pub state: DeadLetterState,
    /// For the first time, by whom it came from.
    pub sent_at: Moment,
    pub recorded_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redriven_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redriven_by: Option<UserId>,
    /// As it was sent; left out of lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::MessageBody>)]
    pub body: Option<String>,
    /// As they were sent; left out of lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10)]
    pub attributes: Option<Vec<Attribute>>,
}

/// Why a message was given up: its last failure.
#[derive(Serialize, ToSchema)]
pub struct Reason {
    pub kind: ReasonKind,
    #[schema(value_type = shape::Cause)]
    pub cause: String,
    /// Of the invocation that failed: finds its lines in the function's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::AwsId>)]
    pub request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<Moment>,
}

/// What the sender said of a message beside its body.
#[derive(Serialize, ToSchema)]
pub struct Attribute {
    #[schema(value_type = shape::AttributeName)]
    pub name: String,
    /// String, Number or Binary, as SQS spells it.
    #[schema(value_type = shape::AttributeName)]
    pub data_type: String,
    /// Base64 of a binary one.
    #[schema(value_type = shape::MessageBody)]
    pub value: String,
}

impl From<&dead_letter::DeadLetter> for DeadLetter {
    fn from(letter: &dead_letter::DeadLetter) -> Self {
        let reason = &letter.reason;
        Self {
            id: letter.id,
            source: letter.source,
            message_id: letter.message_id.clone(),
            bytes: letter.bytes(),
            receive_count: letter.receive_count,
            job_id: letter.job_id,
            reason: Reason {
                kind: reason.kind,
                cause: reason.cause.clone(),
                request_id: reason.request_id.clone(),
                failed_at: reason.at,
            },
            state: letter.state,
            sent_at: letter.sent_at,
            recorded_at: letter.recorded_at,
            redriven_at: letter.redriven_at,
            redriven_by: letter.redriven_by,
            body: None,
            attributes: None,
        }
    }
}

impl DeadLetter {
    /// With the message itself.
    pub fn whole(letter: &dead_letter::DeadLetter) -> Self {
        let attributes = letter.attributes.iter().map(|(name, attribute)| Attribute {
            name: name.clone(),
            data_type: attribute.data_type.clone(),
            value: attribute.value.clone(),
        });
        Self {
            body: Some(letter.body.clone()),
            attributes: Some(attributes.collect()),
            ..Self::from(letter)
        }
    }
}

/// Nothing more is to be said: `{}`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct RedriveRequest {}

/// Which dead letters are sent again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"source": "SIMULATION_SMALL"}))]
pub struct RedrivePageRequest {
    pub source: Source,
    /// That of the answer before.
    #[schema(value_type = Option<api::Cursor>)]
    pub cursor: Option<String>,
}

/// How many dead letters of a page were sent again.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"redriven": 50, "left": 0, "cursor": "pZ0hVq3rS1u8xK2bLm4nDTIwMjYtMTEtMjBUMTA6MDA6MDAuMDAwWg"}))]
pub struct RedrivenPage {
    #[schema(value_type = shape::Count)]
    pub redriven: usize,
    /// Their queue did not take them now: they are open still.
    #[schema(value_type = shape::Count)]
    pub left: usize,
    /// Send it along to go on; absent where there are no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<api::Cursor>)]
    pub cursor: Option<String>,
}
