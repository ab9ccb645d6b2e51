//! The events the two doors send, made from the samples in `events/`.

use serde_json::{Map, Value, json};

use crate::services::pool;

/// What came through which door.
#[derive(Clone, Debug)]
pub(crate) enum Door {
    /// HubApi, whose authorizer has verified this user's access token.
    SignedIn(String),
    /// HubApi, with these claims in place of an access token's.
    Claims(Value),
    /// HubApi without a token: only public operations get this far.
    Public,
    /// ClientApi with this key.
    Key(String),
}

pub(crate) struct Sent<'a> {
    pub method: &'a str,
    /// With the query string.
    pub path: &'a str,
    pub address: Option<&'a str>,
    pub headers: Vec<(String, String)>,
    pub body: Option<String>,
}

pub(crate) fn event(door: &Door, sent: &Sent<'_>) -> String {
    let sample = match door {
        Door::Key(_) => include_str!("../../events/jobs.client.json"),
        Door::SignedIn(_) | Door::Claims(_) | Door::Public => {
            include_str!("../../events/jobs.hub.json")
        }
    };
    let mut event: Value = serde_json::from_str(sample).expect("the sample is JSON");
    let (path, query) = sent.path.split_once('?').unwrap_or((sent.path, ""));
    event["path"] = path.into();
    event["resource"] = path.into();
    event["httpMethod"] = sent.method.into();
    event["requestContext"]["httpMethod"] = sent.method.into();
    event["requestContext"]["path"] = format!("/v1{path}").into();
    if let Some(address) = sent.address {
        event["requestContext"]["identity"]["sourceIp"] = address.into();
    }
    event["body"] = sent.body.clone().map_or(Value::Null, Value::from);
    set_headers(&mut event, door, &sent.headers);
    set_query(&mut event, query);
    let claims = &mut event["requestContext"]["authorizer"];
    match door {
        Door::SignedIn(user_id) => claims["claims"] = claims_of(user_id),
        Door::Claims(other) => claims["claims"] = other.clone(),
        Door::Public => *claims = Value::Null,
        // as our own authorizer left it
        Door::Key(_) => {}
    }
    event.to_string()
}

/// What the authorizer hands on of an access token of this user, in the session that `Stack::account` has begun.
pub fn claims_of(user_id: &str) -> Value {
    let sample: Value = serde_json::from_str(include_str!("../../events/jobs.hub.json"))
        .expect("the sample is JSON");
    let mut claims = sample["requestContext"]["authorizer"]["claims"].clone();
    sign(&mut claims);
    claims["username"] = user_id.into();
    claims["origin_jti"] = user_id.into();
    claims
}

/// Claims as a gateway hands them on: texts all of them.
pub fn handed_on(claims: &Value) -> Value {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let members = claims.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.clone(), Value::from(text(value)))).collect()
}

/// Has the claims of a sample say that the token was made here, and that it is alive.
pub fn sign(claims: &mut Value) {
    let (pool_id, client_id) = pool();
    let issuer = format!("https://cognito-idp.{}.amazonaws.com/{pool_id}", local_cloud::REGION);
    claims["iss"] = issuer.into();
    claims["client_id"] = client_id.into();
    claims["exp"] = "Fri Nov 20 10:30:00 UTC 2099".into();
}

fn set_headers(event: &mut Value, door: &Door, headers: &[(String, String)]) {
    let mut all = vec![("Accept".to_owned(), "application/json".to_owned())];
    all.extend(headers.iter().cloned());
    if let Door::Key(key) = door {
        all.push(("x-api-key".to_owned(), key.clone()));
    }
    let single: Map<String, Value> =
        all.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let multiple: Map<String, Value> =
        all.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
    event["headers"] = single.into();
    event["multiValueHeaders"] = multiple.into();
}

fn set_query(event: &mut Value, query: &str) {
    let pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    if pairs.is_empty() {
        // the sample's own is not what this request asks
        event["queryStringParameters"] = Value::Null;
        event["multiValueQueryStringParameters"] = Value::Null;
        return;
    }
    let single: Map<String, Value> =
        pairs.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let multiple: Map<String, Value> =
        pairs.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
    event["queryStringParameters"] = single.into();
    event["multiValueQueryStringParameters"] = multiple.into();
}
