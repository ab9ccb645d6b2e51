//! Which headers do answers carry, and what do they say?

use domain::shape;
use utoipa::{
    PartialSchema,
    openapi::{
        Components, Object, ObjectBuilder, Ref, RefOr,
        header::{Header, HeaderBuilder},
        response::Response,
        schema::{Schema, Type},
    },
};

/// Of every answer that one of our functions gives.
const ALWAYS: [&str; 3] = ["Access-Control-Allow-Origin", "X-Request-Id", "traceparent"];
const COUNTED: [&str; 2] = ["RateLimit", "RateLimit-Policy"];

/// All that any answer may carry.
pub(super) fn add_to(components: &mut Components) {
    for (name, header) in all() {
        components.headers.insert(name.to_owned(), header.into());
    }
}

/// Puts the shared description in the place of a header that is only named.
pub(super) fn of_success(answer: &mut Response, status: &str, replayed: bool, counted: bool) {
    let named: Vec<String> = answer.headers.keys().cloned().collect();
    let own = named
        .iter()
        .map(String::as_str)
        .filter(|name| all().iter().any(|(known, _)| known == name));
    let own: Vec<&str> = own.collect();
    put(answer, own);
    put(answer, common(counted));
    put(answer, (status == "201").then_some("Location"));
    put(answer, replayed.then_some("Idempotency-Replayed"));
}

pub(super) fn of_problem(answer: &mut Response, status: u16, counted: bool) {
    put(answer, common(counted));
    put(answer, (status == 401).then_some("WWW-Authenticate"));
    put(answer, matches!(status, 429 | 503).then_some("Retry-After"));
}

fn common(counted: bool) -> impl Iterator<Item = &'static str> {
    ALWAYS.into_iter().chain(COUNTED.into_iter().filter(move |_| counted))
}

fn put<'a>(answer: &mut Response, names: impl IntoIterator<Item = &'a str>) {
    for name in names {
        let place = Ref::new(format!("#/components/headers/{name}"));
        answer.headers.insert(name.to_owned(), RefOr::Ref(place));
    }
}

fn all() -> [(&'static str, Header); 10] {
    [
        (
            "Access-Control-Allow-Origin",
            header(
                "The web pages that may read the answer.",
                text(255, r"^(\*|https?://[!-~]+)$", "*"),
            ),
        ),
        (
            "ETag",
            header(
                "The version of what was read; send it as `If-Match` to change it.",
                text(30, r#"^"[0-9]+"$"#, "\"1\""),
            ),
        ),
        (
            "Idempotency-Replayed",
            header(
                "With the answer to an earlier request of the same `Idempotency-Key`.",
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["true"])).build(),
            ),
        ),
        (
            "Location",
            header(
                "Where to find what was made, relative to this request.",
                text(300, "^[A-Za-z0-9./_-]+$", "jobs/01a1f866-0d00-71c8-9a7e-6dab3f8c5e93"),
            ),
        ),
        (
            "RateLimit",
            header(
                "How many more requests fit now (`r`), and in how many seconds all of them fit again (`t`), or, where this one did not fit, the next one; of the `month` where the quota of an API key is used up. Absent where the gateway answers.",
                text(100, r#"^"(requests|month)";r=[0-9]+;t=[0-9]+$"#, "\"requests\";r=49;t=1"),
            ),
        ),
        (
            "RateLimit-Policy",
            header(
                "How many requests fit at once (`q`), and in how many seconds that many become free again (`w`); of the `month` where the quota of an API key is used up. Absent where the gateway answers.",
                text(100, r#"^"(requests|month)";q=[0-9]+;w=[0-9]+$"#, "\"requests\";q=50;w=5"),
            ),
        ),
        ("Retry-After", header("Seconds to wait before the next try.", shape::Wait::schema())),
        (
            "WWW-Authenticate",
            header(
                "How to say who you are.",
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(["Bearer"]))
                    .build(),
            ),
        ),
        (
            "X-Request-Id",
            header(
                "What to tell us when something goes wrong; absent where the gateway answers.",
                text(100, "^[A-Za-z0-9=_-]*$", "8f1d3c5a-2b74-4e69-9d0c-1a6e5b8f7c32"),
            ),
        ),
        (
            "traceparent",
            header(
                "The trace that this request belongs to (W3C Trace Context); absent where the gateway answers.",
                text(
                    55,
                    "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
                    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                ),
            ),
        ),
    ]
}

fn header(about: &str, schema: impl Into<RefOr<Schema>>) -> Header {
    HeaderBuilder::new().description(Some(about)).schema(Some(schema)).build()
}

fn text(most: usize, pattern: &str, example: &str) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(most))
        .pattern(Some(pattern))
        .examples([example])
        .build()
}
