//! What a request's body may be: JSON, bounded, of a known shape.

use std::{fmt, marker::PhantomData};

use axum::extract::{FromRequest, Request};
use domain::{Kind, Refusal, Violation, field::sentence};
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_path_to_error::Path;

use crate::{Problem, misfit::Misfit};

/// The largest body, in bytes.
pub const MAX_BODY: usize = 256 * 1024;

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
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let Object(body) = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| unreadable(bytes, error.path(), error.inner()))?;
    json.end().map_err(|error| no_json(&error))?;
    Ok(body)
}

fn unreadable(bytes: &[u8], path: &Path, error: &serde_json::Error) -> Problem {
    let says = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let misfit = if error.is_data() {
        Misfit::of(path, says.strip_suffix(&place).unwrap_or(&says))
    } else if serde_json::from_slice::<serde_json::Value>(bytes).is_ok() {
        // Told of sound JSON too, where a name is expected and another type comes.
        Misfit::of(path, "invalid type, expected a name")
    } else {
        return no_json(error);
    };
    let detail = sentence(&format!("correct the body: {}", misfit.detail));
    let violation = Violation { pointer: misfit.pointer, detail: misfit.detail };
    let refusal = Refusal::new(Kind::Malformed, "wrong_shape", detail);
    Refusal { violations: vec![violation], ..refusal }.into()
}

fn no_json(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    Problem::refused(
        Kind::Malformed,
        "malformed_json",
        format!("The body stops being JSON at line {line}, column {column}; correct it there."),
    )
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

/// For a member that is a struct or left out: `#[serde(default, deserialize_with = "api::object_or_none")]`.
pub fn object_or_none<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let found = Option::<Object<T>>::deserialize(deserializer)?;
    Ok(found.map(|Object(item)| item))
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
