//! S3 in this process: objects by bucket and key.

use std::{collections::HashMap, sync::Mutex};

use crate::{
    executor::lock,
    fate::Fault,
    network::{By, Call, Reply},
    world::World,
};

#[derive(Default)]
pub(crate) struct Objects(Mutex<HashMap<String, Vec<u8>>>);

impl Objects {
    pub(crate) fn put(&self, bucket: &str, key: &str, bytes: Vec<u8>) {
        lock(&self.0).insert(format!("/{bucket}/{key}"), bytes);
    }

    pub(crate) fn serve(&self, world: &World, call: &Call, by: By<'_>) -> Reply {
        let strikes = |fault| world.strikes(by, fault);
        if strikes(Fault::Throttled) {
            return error(503, "SlowDown");
        }
        if strikes(Fault::FailedBeforeCommit) {
            return error(500, "InternalError");
        }
        let path = percent_encoding::percent_decode_str(&call.path).decode_utf8_lossy();
        if call.operation == "PutObject" {
            lock(&self.0).insert(path.into_owned(), call.bytes.clone());
            return Reply {
                status: 200,
                headers: vec![("etag", "\"1\"".to_owned())],
                body: Vec::new(),
            };
        }
        match lock(&self.0).get(path.as_ref()) {
            Some(bytes) => {
                let length = bytes.len().to_string();
                Reply {
                    status: 200,
                    headers: vec![("content-length", length)],
                    body: bytes.clone(),
                }
            }
            None => error(404, "NoSuchKey"),
        }
    }
}

fn error(status: u16, code: &str) -> Reply {
    let body = format!(
        "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>Simulated.</Message></Error>"
    );
    Reply {
        status,
        headers: vec![("content-type", "application/xml".to_owned())],
        body: body.into_bytes(),
    }
}
