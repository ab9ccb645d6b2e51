//! Does each operation reach the function that serves it, and nothing be reached that nobody serves?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    document::{Template, members, text},
    doors::Door,
};

const VERBS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// An operation of the API description: `get /jobs/{job_id}`.
pub(super) struct Operation<'a> {
    pub verb: &'a str,
    pub path: &'a str,
    pub public: bool,
    pub signed_in: bool,
    pub by_key: bool,
}

impl Operation<'_> {
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.verb, self.path)
    }
}

pub(super) fn operations(openapi: &Value) -> Vec<Operation<'_>> {
    let mut found = Vec::new();
    for (path, item) in members(&openapi["paths"]) {
        for verb in VERBS {
            let Some(operation) = item.get(verb) else { continue };
            let security = operation["security"].as_array().map_or(&[][..], Vec::as_slice);
            let asks = |scheme: &str| security.iter().any(|one| one.get(scheme).is_some());
            found.push(Operation {
                verb,
                path,
                public: matches!(security, [Value::Object(one)] if one.is_empty()),
                signed_in: asks("cognito"),
                by_key: asks("apiKey"),
            });
        }
    }
    found
}

/// `served` tells the crate behind each operation.
///
/// On ClientApi an operation that takes no key may be reached through a prefix that others need: the guard of its
/// function refuses it there. An event that only such operations use is a fault.
pub(super) fn faults(
    template: &Template,
    openapi: &Value,
    served: &BTreeMap<String, &str>,
) -> Vec<String> {
    let operations = operations(openapi);
    let mut faults = doors_stand(template);
    for (id, needs) in [
        ("HubApi", (|one| one.public || one.signed_in) as fn(&Operation<'_>) -> bool),
        ("ClientApi", |one| one.by_key),
    ] {
        let (door, unfit) = Door::of(template, id);
        faults.extend(unfit);
        let mut used = BTreeSet::new();
        for operation in &operations {
            let name = operation.name();
            let crate_name = served.get(&name).copied().unwrap_or("nobody");
            let route = door.resolve(operation.verb, operation.path);
            let wanted = needs(operation) || operation.public && route.is_some();
            match route {
                None if wanted => faults.push(format!(
                    "{id}: {name} reaches no function; template.yaml has no event for it"
                )),
                Some(route) if wanted => {
                    used.insert((route.function.id, route.event));
                    if route.function.folder() != crate_name {
                        let reached = route.function.id;
                        faults.push(format!(
                            "{id}: {name} reaches {reached} and is served by {crate_name}"
                        ));
                    }
                }
                _ => {}
            }
        }
        let idle =
            door.routes.iter().filter(|route| !used.contains(&(route.function.id, route.event)));
        faults.extend(idle.map(|route| {
            let (function, event) = (route.function.id, route.event);
            format!(
                "{id}: {function}'s event {event} ({} {}) serves no operation",
                route.verb, route.path
            )
        }));
    }
    faults
}

/// What every guarded event relies on.
fn doors_stand(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    let hub = &template.properties("HubApi")["Auth"];
    let authorizer = &hub["Authorizers"][text(&hub["DefaultAuthorizer"])];
    if authorizer["UserPoolArn"].is_null() {
        faults.push("HubApi has no user pool as its default authorizer".to_owned());
    }
    if authorizer["AuthorizationScopes"] != serde_json::json!(["aws.cognito.signin.user.admin"]) {
        faults.push("HubApi takes other tokens than access tokens".to_owned());
    }
    if template.properties("ClientApi")["Auth"]["ApiKeyRequired"] != true {
        faults.push("ClientApi does not ask for an API key".to_owned());
    }
    let client = template.properties("ClientApi");
    let authorizer = &client["Auth"]["Authorizers"][text(&client["Auth"]["DefaultAuthorizer"])];
    if client["ApiKeySourceType"] != "AUTHORIZER" || authorizer["FunctionArn"].is_null() {
        faults.push("ClientApi looks keys up among the gateway's own".to_owned());
    }
    if authorizer["Identity"]["ReauthorizeEvery"] != 0 {
        faults.push("ClientApi opens to a key for a while after it was revoked".to_owned());
    }
    let (client, _) = Door::of(template, "ClientApi");
    let open = client.routes.iter().filter(|route| route.without_key);
    faults.extend(open.map(|route| {
        format!("ClientApi: {}'s event {} asks for no API key", route.function.id, route.event)
    }));
    faults
}

/// Every method of a door as the events say it, in the words of [`super::expanded::misread`].
pub(super) fn read(template: &Template, door: &str) -> Vec<String> {
    let auth = &template.properties(door)["Auth"];
    let authorizer = text(&auth["DefaultAuthorizer"]).to_owned();
    let key = (auth["ApiKeyRequired"] == true).then(|| "api_key".to_owned());
    let by_default: Vec<String> = [authorizer].into_iter().chain(key).collect();
    let by_default = by_default.join(" and ");
    let (door, _) = Door::of(template, door);
    let said = door.routes.iter().map(|route| {
        let asks = if route.public { "NONE" } else { by_default.as_str() };
        let (verb, path) = (route.verb, route.path);
        format!("{} {verb} {path} → {} ({asks})", door.id, route.function.id)
    });
    said.collect()
}
