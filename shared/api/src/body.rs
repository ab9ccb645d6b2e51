//! What a request's body may be: JSON, bounded, of a known shape.

use std::{fmt, marker::PhantomData};

use axum::extract::{FromRequest, Request};
use domain::{
    Kind,
    field::{sentence, shortened},
};
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::Problem;

/// The largest body, in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// Characters of what is said of an unreadable body, which names what the caller wrote.
const MAX_SAID: usize = 300;

/// A JSON body of type `T`.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        parse(&bytes(request).await?).map(Self)
    }
}

/// The bytes of a body that says it is JSON.
pub(crate) async fn bytes(request: Request) -> Result<Vec<u8>, Problem> {
    if !is_json(request.headers()) {
        return Err(Problem::refused(
            Kind::UnsupportedMediaType,
            "not_json",
            "Send the body as JSON with the header `Content-Type: application/json`.",
        ));
    }
    match Limited::new(request.into_body(), MAX_BODY).collect().await {
        Ok(body) => Ok(body.to_bytes().to_vec()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::refused(
            Kind::TooLarge,
            "body_too_large",
            format!("Send a body of at most {MAX_BODY} bytes."),
        )),
        Err(_) => Err(Problem::refused(
            Kind::Malformed,
            "body_unreadable",
            "The body ended early; send it again.",
        )),
    }
}

pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes)
        .map(|Object(body)| body)
        .map_err(|error| unreadable(bytes, &error))
}

fn unreadable(bytes: &[u8], error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let says = error.to_string();
    let says = says.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&says);
    let (code, says) = match error.is_data() {
        true => ("wrong_shape", says),
        // Told of sound JSON too, where a name is expected and another type comes.
        false if serde_json::from_slice::<serde_json::Value>(bytes).is_ok() => {
            ("wrong_shape", "another type is expected")
        }
        false => ("malformed_json", says),
    };
    let says = shortened(says, MAX_SAID);
    let detail = sentence(&format!("correct the body: {says} at line {line} column {column}"));
    Problem::refused(Kind::Malformed, code, detail)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// A struct from an object alone: serde would take the list of its values too.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer).map(Self)
    }
}

/// For a member that is a struct: `#[serde(deserialize_with = "api::object")]`.
pub fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

/// For a member that is a list of structs: `#[serde(deserialize_with = "api::objects")]`.
pub fn objects<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let list = Vec::<Object<T>>::deserialize(deserializer)?;
    Ok(list.into_iter().map(|Object(item)| item).collect())
}

struct ObjectVisitor<T>(PhantomData<fn() -> T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}
