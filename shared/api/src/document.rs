//! The one OpenAPI document: what all functions declare, put together.

use utoipa::openapi::{
    Components, Info, OpenApi, Server,
    path::{Operation, PathItem},
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    server::ServerBuilder,
    tag::{Tag, TagBuilder},
};

use crate::problem;

const ABOUT: &str = "\
Build quantum apps, publish them, run them on simulators and quantum hardware, pay for what ran.

Two doors lead to the same operations. HubApi, `/v1`, is for people: send the access token of a sign-in as \
`Authorization: Bearer …`. ClientApi, `/client/v1`, is for programs: send the key of a subscription as `x-api-key`.

A POST that creates or costs something takes an `Idempotency-Key` of your choice: the same request with the same key \
is done once and answered alike. Lists come in pages: send `next_cursor` back as `cursor`. Every refusal is a \
problem document (RFC 9457) with a `code` for programs and a `detail` that says what to do.";

/// In the order in which someone new meets them.
const TAGS: [(&str, &str); 11] = [
    ("Auth", "Register, open the mailed link, log in, stay logged in."),
    ("Users", "What an account may become."),
    ("Projects", "What a developer works on until it is released as an app."),
    ("Quantum apps", "Apps, their versions with uploaded packages, and where they are published."),
    ("Registry", "Published apps with their source: find, read, download."),
    ("Marketplace", "Apps on offer: find, try, subscribe."),
    ("Subscriptions", "What a user subscribed to, and the API keys of programs."),
    ("Jobs", "Runs of an app's program: submit, watch, read the counts, cancel."),
    (
        "Hardware",
        "Simulators and quantum computers. Programs read them through ClientApi too, with any key.",
    ),
    ("Billing", "What ran and what it cost, line by line."),
    ("Reference", "Whether the hub answers, and this document; through both doors."),
];

/// Merges the documents of the functions.
pub fn document(parts: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let mut whole = OpenApi::new(info(), utoipa::openapi::Paths::new());
    whole.servers = Some(vec![hub_api()]);
    whole.tags = Some(TAGS.map(|(name, about)| tag(name, about)).into());
    let mut components = Components::new();
    components.schemas.extend(problem::schemas());
    components.add_security_scheme("cognito", cognito());
    components.add_security_scheme("apiKey", api_key());
    whole.components = Some(components);
    for part in parts {
        whole.merge(part);
    }
    for operation in whole.paths.paths.values_mut().flat_map(operations) {
        if takes_keys(operation) {
            operation.servers = Some(vec![hub_api(), client_api()]);
        }
    }
    whole
}

fn info() -> Info {
    let mut info = Info::new("Quantum Hub", env!("CARGO_PKG_VERSION"));
    info.description = Some(ABOUT.to_owned());
    info
}

fn tag(name: &str, about: &str) -> Tag {
    TagBuilder::new().name(name).description(Some(about)).build()
}

fn hub_api() -> Server {
    ServerBuilder::new().url("/v1").description(Some("HubApi, for people")).build()
}

fn client_api() -> Server {
    ServerBuilder::new().url("/client/v1").description(Some("ClientApi, for programs")).build()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete]
        .into_iter()
        .flatten()
}

fn takes_keys(operation: &Operation) -> bool {
    let declared = serde_json::to_value(&operation.security).unwrap_or_default();
    declared.as_array().is_some_and(|ways| ways.iter().any(|way| way.get("apiKey").is_some()))
}

fn cognito() -> SecurityScheme {
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
    let about = "The access token of a sign-in, for HubApi at `/v1`. Where values are listed, one of these roles is needed.";
    SecurityScheme::Http(scheme.description(Some(about)).build())
}

fn api_key() -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "x-api-key",
        "The key of a subscription, for ClientApi at `/client/v1`. Where values are listed, the key needs these scopes.",
    )))
}
