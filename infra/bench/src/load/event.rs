//! What does API Gateway make of an HTTP request, and of a function's answer?

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, request::Parts};
use http_body_util::Full;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The stage of both doors, which is not part of the path a function sees.
pub const STAGE: &str = "v1";

/// Which API a request came to, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// HubApi, for the user whose access token the authorizer has verified.
    SignedIn(Signed),
    /// HubApi without a token.
    Public,
    /// ClientApi with this key.
    Key(String),
}

/// What an access token says of who sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub user: String,
    /// What the user pool calls the session.
    pub session: String,
    pub issuer: String,
    pub client: String,
}

/// A REST (v1) proxy event, as both doors send it; `path` is without stage and query.
pub fn event(door: &Door, parts: &Parts, path: &str, body: &Bytes, now_millis: u64) -> Value {
    let (body, encoded) = match std::str::from_utf8(body) {
        Ok("") => (Value::Null, false),
        Ok(text) => (text.into(), false),
        Err(_) => (STANDARD.encode(body).into(), true),
    };
    let (headers, multi_headers) = headers(&parts.headers);
    let (query, multi_query) = query(parts.uri.query().unwrap_or_default());
    let (resource, parameters) = resource(path);
    json!({
        "resource": resource,
        "path": path,
        "httpMethod": parts.method.as_str(),
        "headers": headers,
        "multiValueHeaders": multi_headers,
        "queryStringParameters": query,
        "multiValueQueryStringParameters": multi_query,
        "pathParameters": parameters,
        "stageVariables": null,
        "requestContext": context(door, parts, path, &resource, now_millis),
        "body": body,
        "isBase64Encoded": encoded,
    })
}

/// What ClientApi asks its authorizer of a request: the sample, with this request's key, method and path.
pub fn authorization(key: &str, method: &str, path: &str) -> Value {
    let sample = include_str!("../../../../events/authorize-key.json");
    let mut event: Value = serde_json::from_str(sample).unwrap_or_default();
    let arn =
        format!("arn:aws:execute-api:us-west-2:123456789012:client1234/{STAGE}/{method}{path}");
    event["methodArn"] = arn.into();
    event["path"] = path.into();
    event["httpMethod"] = method.into();
    event["headers"]["x-api-key"] = key.into();
    event["multiValueHeaders"]["x-api-key"] = json!([key]);
    event
}

/// Whether that opens the door.
pub fn is_allowed(verdict: &[u8]) -> bool {
    let verdict: Value = serde_json::from_slice(verdict).unwrap_or_default();
    verdict["policyDocument"]["Statement"][0]["Effect"] == "Allow"
}

fn context(door: &Door, parts: &Parts, path: &str, resource: &str, now_millis: u64) -> Value {
    let (api, authorizer, key) = match door {
        Door::SignedIn(signed) => ("hub1234567", json!({"claims": claims(signed)}), Value::Null),
        Door::Public => ("hub1234567", Value::Null, Value::Null),
        Door::Key(_) => {
            ("client1234", json!({"principalId": "k", "integrationLatency": 1}), "g".into())
        }
    };
    json!({
        "resourceId": "q1w2e3",
        "resourcePath": resource,
        "httpMethod": parts.method.as_str(),
        "extendedRequestId": "Ab12CdEfGhIjKlM=",
        "requestTime": "20/Nov/2026:10:00:00 +0000",
        "path": format!("/{STAGE}{path}"),
        "accountId": "123456789012",
        "protocol": "HTTP/1.1",
        "stage": STAGE,
        "domainPrefix": api,
        "requestTimeEpoch": now_millis,
        "requestId": uuid::Uuid::new_v4().to_string(),
        "identity": {
            "cognitoIdentityPoolId": null, "accountId": null, "cognitoIdentityId": null, "caller": null,
            "sourceIp": source(&parts.headers), "principalOrgId": null, "accessKey": null,
            "cognitoAuthenticationType": null, "cognitoAuthenticationProvider": null, "userArn": null,
            "userAgent": "bench/1.0", "user": null, "apiKey": key,
        },
        "domainName": format!("{api}.execute-api.us-west-2.amazonaws.com"),
        "apiId": api,
        "authorizer": authorizer,
    })
}

/// Whoever connects here does so from one machine, and says for whom.
fn source(headers: &HeaderMap) -> &str {
    let forwarded = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    forwarded.and_then(|all| all.split(',').next()).unwrap_or("203.0.113.7")
}

fn claims(signed: &Signed) -> Value {
    json!({
        "sub": "28a1c3f0-60b1-70d2-4e93-1f5a7c9b2d48",
        "iss": signed.issuer,
        "client_id": signed.client,
        "origin_jti": signed.session,
        "event_id": "b2f64d18-9c3a-4e75-8d01-6a7f3c5e9b24",
        "token_use": "access",
        "scope": "aws.cognito.signin.user.admin",
        "auth_time": "1795167000",
        "exp": "Fri Nov 20 10:30:00 UTC 2099",
        "iat": "Fri Nov 20 09:30:00 UTC 2026",
        "jti": "d95b0e27-4f6c-48a3-b1e8-3c7d2a90f514",
        "username": signed.user,
    })
}

/// The last value of a header stands alone, all of them in the list.
fn headers(headers: &HeaderMap) -> (Map<String, Value>, Map<String, Value>) {
    let (mut single, mut multiple) = (Map::new(), Map::new());
    for name in headers.keys() {
        let all = headers.get_all(name);
        let values: Vec<Value> =
            all.iter().map(|v| String::from_utf8_lossy(v.as_bytes()).into()).collect();
        single.insert(name.to_string(), values.last().cloned().unwrap_or_default());
        multiple.insert(name.to_string(), values.into());
    }
    (single, multiple)
}

fn query(query: &str) -> (Value, Value) {
    let (mut single, mut multiple) = (Map::new(), Map::<String, Value>::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        single.insert(name.to_owned(), value.into());
        let values = multiple.entry(name).or_insert_with(|| json!([]));
        if let Some(values) = values.as_array_mut() {
            values.push(value.into());
        }
    }
    if single.is_empty() { (Value::Null, Value::Null) } else { (single.into(), multiple.into()) }
}

/// `/jobs/1/result` is `/jobs/{proxy+}` with what stands for it.
fn resource(path: &str) -> (String, Value) {
    match path.trim_start_matches('/').split_once('/') {
        None => (path.to_owned(), Value::Null),
        Some((first, rest)) => (format!("/{first}/{{proxy+}}"), json!({"proxy": rest})),
    }
}

/// What a function answers behind a proxy integration.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Integration {
    status_code: u16,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    multi_value_headers: Map<String, Value>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// The HTTP answer; `None` where the function's is malformed, which the gateway answers with 502.
pub fn answer(payload: &[u8]) -> Option<Response<Full<Bytes>>> {
    let integration: Integration = serde_json::from_slice(payload).ok()?;
    let body = integration.body.unwrap_or_default();
    let body = if integration.is_base64_encoded {
        STANDARD.decode(body).ok()?.into()
    } else {
        Bytes::from(body)
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = StatusCode::from_u16(integration.status_code).ok()?;
    let multiple = integration.multi_value_headers.iter().flat_map(|(name, values)| {
        values.as_array().into_iter().flatten().map(move |value| (name, value))
    });
    for (name, value) in multiple {
        append(response.headers_mut(), name, value)?;
    }
    for (name, value) in &integration.headers {
        if !response.headers().contains_key(name) {
            append(response.headers_mut(), name, value)?;
        }
    }
    Some(response)
}

fn append(headers: &mut HeaderMap, name: &str, value: &Value) -> Option<()> {
    let name = HeaderName::try_from(name).ok()?;
    headers.append(name, HeaderValue::try_from(value.as_str()?).ok()?);
    Some(())
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn made(door: &Door, uri: &str, path: &str, body: &str) -> Value {
        let request = Request::post(uri)
            .header("content-type", "application/json")
            .header("accept", "a")
            .header("accept", "b");
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        event(door, &parts, path, &Bytes::copy_from_slice(body.as_bytes()), 1)
    }

    /// Every name of the sample is in the event, and nothing but what the sample may leave out.
    fn same_shape(sample: &Value, made: &Value, at: &str) {
        let (Some(sample), Some(made)) = (sample.as_object(), made.as_object()) else { return };
        for name in sample.keys().filter(|name| *name != "cognito:groups" && *name != "apiKeyId") {
            assert!(made.contains_key(name), "{at}/{name} is missing");
            if !at.ends_with("eaders") && name != "queryStringParameters" {
                same_shape(&sample[name], &made[name], &format!("{at}/{name}"));
            }
        }
    }

    fn ada() -> Signed {
        let [user, session, issuer, client] = ["ada", "s", "i", "c"].map(str::to_owned);
        Signed { user, session, issuer, client }
    }

    fn check(door: &Door, sample: &str) {
        let mut sample: Value = serde_json::from_str(sample).expect("JSON");
        for name in ["headers", "multiValueHeaders", "multiValueQueryStringParameters"] {
            sample[name] = Value::Null;
        }
        same_shape(&sample, &made(door, "/v1/jobs?limit=2", "/jobs", "{}"), "");
    }

    #[test]
    fn events_have_the_shape_of_the_samples() {
        check(&Door::SignedIn(ada()), include_str!("../../../../events/jobs.hub.json"));
        check(&Door::Key("k".into()), include_str!("../../../../events/jobs.client.json"));
    }

    #[test]
    fn an_event_says_what_the_request_said() {
        let event =
            made(&Door::SignedIn(ada()), "/v1/jobs/7/result?a=1&a=2&b", "/jobs/7/result", "{}");
        assert_eq!(event["resource"], "/jobs/{proxy+}");
        assert_eq!(event["pathParameters"]["proxy"], "7/result");
        assert_eq!(event["requestContext"]["path"], "/v1/jobs/7/result");
        assert_eq!(event["requestContext"]["authorizer"]["claims"]["username"], "ada");
        assert_eq!(event["queryStringParameters"], json!({"a": "2", "b": ""}));
        assert_eq!(event["multiValueQueryStringParameters"], json!({"a": ["1", "2"], "b": [""]}));
        assert_eq!(event["multiValueHeaders"]["accept"], json!(["a", "b"]));
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{}"), &json!(false)));
    }

    #[test]
    fn an_answer_is_what_the_function_said_or_none() {
        let given = r#"{"statusCode":201,"headers":{"x":"1"},"multiValueHeaders":{"x":["1"],"y":["2","3"]},"body":"aGk=","isBase64Encoded":true}"#;
        let answer = answer(given.as_bytes()).expect("well formed");
        assert_eq!(answer.status(), StatusCode::CREATED);
        assert_eq!(answer.headers().get_all("x").iter().count(), 1);
        assert_eq!(answer.headers().get_all("y").iter().count(), 2);
        assert!(super::answer(b"null").is_none());
        assert!(super::answer(br#"{"statusCode":42}"#).is_none());
    }
}
