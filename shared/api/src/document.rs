//! The one OpenAPI document: what all functions declare, put together.

use utoipa::openapi::{
    Components, Info, OpenApi, Server,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::problem;

/// Merges the documents of the functions.
pub fn document(parts: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let mut whole = OpenApi::new(info(), utoipa::openapi::Paths::new());
    whole.servers = Some(vec![Server::new("/v1")]);
    let mut components = Components::new();
    components.schemas.extend(problem::schemas());
    components.add_security_scheme("cognito", cognito());
    components.add_security_scheme("apiKey", api_key());
    whole.components = Some(components);
    for part in parts {
        whole.merge(part);
    }
    whole
}

fn info() -> Info {
    let mut info = Info::new("Quantum Hub", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Build quantum apps, publish them, run them on simulators and quantum hardware, pay for what ran.".to_owned(),
    );
    info
}

fn cognito() -> SecurityScheme {
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
    SecurityScheme::Http(scheme.description(Some("The access token of a sign-in; HubApi.")).build())
}

fn api_key() -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "x-api-key",
        "The key of a subscription; ClientApi.",
    )))
}
