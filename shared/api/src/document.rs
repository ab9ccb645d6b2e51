//! The one OpenAPI document: what all functions declare, put together.

mod answers;
mod headers;
mod pages;
mod refusals;

use serde_json::json;
use utoipa::openapi::{
    Components, Info, OpenApi, Server,
    extensions::Extensions,
    info::{ContactBuilder, LicenseBuilder},
    path::{Operation, PathItem},
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    server::ServerBuilder,
    tag::{Tag, TagBuilder},
};

use crate::problem;
use answers::Hints;

const ABOUT: &str = "\
Build quantum apps, publish them, run them on simulators and quantum hardware, pay for what ran.

Two doors lead to the same operations. HubApi, `/v1`, is for people: send the access token of a sign-in as \
`Authorization: Bearer …`. ClientApi, `/client/v1`, is for programs: send an API key, of yours or of a subscription, as `x-api-key`.

Requests are counted for each caller: `RateLimit` says how many more fit, `Retry-After` when the next one does. A query \
parameter or a member of a body that an operation does not know is refused. No answer may be kept by a cache.

The examples tell one story: Ada makes an app named Bell pairs and offers it, Grace subscribes to it and runs it.

A POST that creates or costs something takes an `Idempotency-Key` of your choice: the same request with the same key \
is done once and answered alike. Lists come in pages: send `next_cursor` back as `cursor`. Every refusal is a \
problem document (RFC 9457) with a `code` for programs and a `detail` that says what to do.";

const LICENSE: &str = env!("CARGO_PKG_LICENSE");

/// In the order in which someone new meets them.
const TAGS: [(&str, &str); 13] = [
    ("Auth", "Register, open the mailed link, log in, stay logged in."),
    ("Users", "Accounts: what their owners and administrators do with them."),
    ("Projects", "What a developer works on until it is released as an app."),
    ("Quantum apps", "Apps, their versions with uploaded packages, and where they are published."),
    ("Registry", "Published apps with their source: find, read, download."),
    ("Marketplace", "Apps on offer: find, try, subscribe."),
    ("Subscriptions", "What a user subscribed to."),
    (
        "API keys",
        "What programs send as `x-api-key`: keys of a user, or of one subscription. The door of programs is told of each \
request whether its key still opens anything.",
    ),
    ("Jobs", "Runs of an app's program: submit, watch, read the counts, cancel."),
    ("Hardware", "Simulators and quantum computers. Programs read them through ClientApi too."),
    ("Billing", "What ran and what it cost, line by line."),
    ("Operations", "What administrators do about messages that were given up."),
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
    let mut components = whole.components.take().unwrap_or_default();
    headers::add_to(&mut components);
    pages::describe(&mut components);
    let operations = whole.paths.paths.values_mut().flat_map(operations);
    let mut hinted: Vec<(&mut Operation, Hints)> = operations
        .map(|operation| {
            let hints = Hints::of(operation);
            (operation, hints)
        })
        .collect();
    answers::complete(&mut hinted, &mut components);
    for (operation, hints) in hinted {
        if hints.takes_keys_alone(operation) {
            operation.servers = Some(vec![client_api()]);
        } else if hints.takes_keys(operation) {
            operation.servers = Some(vec![hub_api(), client_api()]);
        }
        // What an operation tells the code that serves it is nothing to its callers.
        operation.extensions = None;
    }
    whole.components = Some(components);
    whole
}

fn info() -> Info {
    let mut info = Info::new("Quantum Hub", env!("CARGO_PKG_VERSION"));
    info.description = Some(ABOUT.to_owned());
    info.contact = Some(ContactBuilder::new().name(Some("Whoever runs this hub")).build());
    let license = LicenseBuilder::new().name(LICENSE).identifier(Some(LICENSE));
    info.license = Some(license.build());
    info
}

fn tag(name: &str, about: &str) -> Tag {
    TagBuilder::new().name(name).description(Some(about)).build()
}

fn hub_api() -> Server {
    server(
        "/v1",
        "HubApi, for people: of the production, staging or local hub that gave you this document",
    )
}

fn client_api() -> Server {
    server(
        "/client/v1",
        "ClientApi, for programs: of the production, staging or local hub that gave you this document",
    )
}

fn server(url: &str, about: &str) -> Server {
    let for_everyone = Extensions::from_iter([("x-internal", json!(false))]);
    let server = ServerBuilder::new().url(url).description(Some(about));
    server.extensions(Some(for_everyone)).build()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete]
        .into_iter()
        .flatten()
}

fn cognito() -> SecurityScheme {
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
    let about = "The access token of a sign-in, for HubApi at `/v1`. Where values are listed, one of these roles is needed. \
The gateway takes only tokens that are signed by the user pool's own keys, name it as issuer, and last (RFC8725).";
    SecurityScheme::Http(scheme.description(Some(about)).build())
}

fn api_key() -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "x-api-key",
        "The key of a subscription, for ClientApi at `/client/v1`. Where values are listed, the key needs these scopes.",
    )))
}
