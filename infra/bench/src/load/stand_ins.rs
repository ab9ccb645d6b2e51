//! What stands in for S3, SQS and Secrets Manager while the functions are under load?

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    held,
    http::{Answer, Asked, json as json_answer, text, typed},
};

/// One message on its way to a function.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub queue: String,
    pub id: String,
    pub body: String,
    /// As SQS was sent them.
    pub attributes: Value,
    pub receives: u32,
}

/// Objects in memory, queues that hand on at once, and one secret.
pub(crate) struct StandIns {
    secret: String,
    objects: Mutex<HashMap<String, Bytes>>,
    messages: mpsc::UnboundedSender<Message>,
    puts: AtomicU64,
    gets: AtomicU64,
    sends: AtomicU64,
}

/// Calls so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Calls {
    pub s3_puts: u64,
    pub s3_gets: u64,
    pub sqs_sends: u64,
}

impl StandIns {
    /// `secret` is the key of the keyed hashes; the receiver gets every message that is sent.
    pub(crate) fn new(secret: &str) -> (Self, mpsc::UnboundedReceiver<Message>) {
        let (messages, receiver) = mpsc::unbounded_channel();
        let stand_ins = Self {
            secret: json!({"key": secret}).to_string(),
            objects: Mutex::default(),
            messages,
            puts: AtomicU64::new(0),
            gets: AtomicU64::new(0),
            sends: AtomicU64::new(0),
        };
        (stand_ins, receiver)
    }

    pub(crate) fn calls(&self) -> Calls {
        Calls {
            s3_puts: self.puts.load(Ordering::Relaxed),
            s3_gets: self.gets.load(Ordering::Relaxed),
            sqs_sends: self.sends.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn answer(&self, asked: &Asked) -> Answer {
        let target = asked.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
        match target {
            Some("secretsmanager.GetSecretValue") => self.secret(),
            Some("AmazonSQS.SendMessage") => self.send(asked.body()),
            Some(other) => text(StatusCode::NOT_IMPLEMENTED, format!("no stand-in for {other}")),
            None => self.object(asked),
        }
    }

    fn secret(&self) -> Answer {
        let answer = json!({"ARN": "arn:aws:secretsmanager:us-west-2:123456789012:secret:keying",
            "Name": "keying", "SecretString": self.secret});
        json_answer(StatusCode::OK, answer.to_string())
    }

    fn send(&self, body: &[u8]) -> Answer {
        let Some(message) = message(body) else {
            return text(StatusCode::BAD_REQUEST, "not a SendMessage request");
        };
        self.sends.fetch_add(1, Ordering::Relaxed);
        let id = message.id.clone();
        // nobody listens any more once the run has ended
        let _listened = self.messages.send(message);
        json_answer(StatusCode::OK, json!({"MessageId": id}).to_string())
    }

    fn object(&self, asked: &Asked) -> Answer {
        let key = asked.uri().path().to_owned();
        let chunked = asked.headers().get(header::CONTENT_ENCODING);
        match *asked.method() {
            Method::PUT if chunked.is_some_and(|how| how == "aws-chunked") => {
                text(StatusCode::NOT_IMPLEMENTED, "no stand-in for chunked uploads")
            }
            Method::PUT => {
                self.puts.fetch_add(1, Ordering::Relaxed);
                held(&self.objects).insert(key, asked.body().clone());
                text(StatusCode::OK, "")
            }
            Method::GET => {
                self.gets.fetch_add(1, Ordering::Relaxed);
                let found = held(&self.objects).get(&key).cloned();
                found.map_or_else(no_such_key, |object| text(StatusCode::OK, object))
            }
            _ => text(StatusCode::NOT_IMPLEMENTED, "no stand-in for this S3 operation"),
        }
    }
}

fn no_such_key() -> Answer {
    const ERROR: &str = "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>";
    typed(StatusCode::NOT_FOUND, "application/xml", ERROR)
}

fn message(body: &[u8]) -> Option<Message> {
    let sent: Value = serde_json::from_slice(body).ok()?;
    Some(Message {
        queue: sent["QueueUrl"].as_str()?.rsplit('/').next()?.to_owned(),
        id: Uuid::new_v4().to_string(),
        body: sent["MessageBody"].as_str()?.to_owned(),
        attributes: sent["MessageAttributes"].clone(),
        receives: 0,
    })
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn an_object_is_there_once_it_was_put() {
        let (stand_ins, _messages) = StandIns::new("k");
        let ask = |method, body: &'static str| {
            let request = Request::builder().method(method).uri("/bucket/key?x-id=1");
            stand_ins.answer(&request.body(Bytes::from(body)).expect("a request")).status()
        };
        assert_eq!(ask("GET", ""), StatusCode::NOT_FOUND);
        assert_eq!(ask("PUT", "x"), StatusCode::OK);
        assert_eq!(ask("GET", ""), StatusCode::OK);
        assert_eq!(ask("DELETE", ""), StatusCode::NOT_IMPLEMENTED);
        assert_eq!(stand_ins.calls(), Calls { s3_puts: 1, s3_gets: 2, sqs_sends: 0 });
    }

    #[test]
    fn a_message_keeps_its_queue_body_and_attributes() {
        let body = br#"{"QueueUrl":"http://x/1/small","MessageBody":"m","MessageAttributes":{"a":{"StringValue":"b"}}}"#;
        let message = message(body).expect("a message");
        assert_eq!((message.queue.as_str(), message.body.as_str()), ("small", "m"));
        assert_eq!(message.attributes["a"]["StringValue"], "b");
        assert!(super::message(b"{}").is_none());
    }
}
