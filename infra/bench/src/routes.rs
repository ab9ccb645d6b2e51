//! What does each operation of the API ask of AWS, on a small table and on a large one?

use serde_json::Value;

use crate::{
    Failure,
    aws::{Call, Units, depth},
    functions::{AUTHORIZER, function, serving},
    hub::{Ask, Hub},
    load::event::{self, Door},
    scene::{
        ADMIN, CUSTOMER, DEVELOPER, ENDING, LEAVING, LOGGING_OUT, MOVING, NEWCOMER, PROGRAM, Scene,
    },
};

const METHODS: [(&str, &str); 5] =
    [("GET", "get"), ("POST", "post"), ("PUT", "put"), ("PATCH", "patch"), ("DELETE", "delete")];

/// What is not measured, and what it would take.
pub const NOT_CALLED: [(&str, &str); 9] = [
    ("startMfa", AUTHENTICATOR),
    ("confirmMfa", AUTHENTICATOR),
    ("createMfaSession", AUTHENTICATOR),
    ("replaceRecoveryCodes", AUTHENTICATOR),
    ("disableMfa", AUTHENTICATOR),
    ("getGoogleSignIn", GOOGLE),
    ("verifyGoogleSignIn", GOOGLE),
    ("createGoogleSession", GOOGLE),
    ("linkGoogle", GOOGLE),
];
const AUTHENTICATOR: &str = "an authenticator app";
const GOOGLE: &str = "a sign-in with Google";

/// An operation, called in one of the ways it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub operation: String,
    pub method: &'static str,
    pub path: String,
    /// Who of the scene calls; nobody where it is public.
    pub caller: Option<&'static str>,
    /// It leaves everything as it was.
    pub reads: bool,
}

/// What one call of a route took.
#[derive(Clone, Debug)]
pub struct Cost {
    pub route: Route,
    /// AWS calls one after the other.
    pub sequential: usize,
    pub total: usize,
    pub units: Units,
    /// `dynamodb 2, sqs`.
    pub asked: String,
    /// Of what only reads: its one kind of write, which counts the request.
    pub counting: Units,
}

/// All routes of the committed API description.
///
/// # Errors
/// Where an operation is served by no function.
pub fn routes() -> Result<Vec<Route>, Failure> {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json"))?;
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, member) in METHODS {
            let Some(declared) = item.get(member) else { continue };
            let operation = declared["operationId"].as_str().unwrap_or_default();
            if NOT_CALLED.iter().any(|(named, _)| *named == operation) {
                continue;
            }
            serving(path).ok_or_else(|| format!("no function serves {path}"))?;
            for caller in callers(operation, path, declared) {
                let (operation, path) = (operation.to_owned(), path.clone());
                let reads = method == "GET" && declared["x-has-effect"] != true;
                routes.push(Route { operation, method, path, caller, reads });
            }
        }
    }
    Ok(routes)
}

/// Calls each route once, well.
///
/// # Errors
/// Where the scene has nothing to call a route with, or a call is not granted.
pub async fn costs(hub: &Hub, scene: &Scene, routes: &[Route]) -> Result<Vec<Cost>, Failure> {
    let mut costs = Vec::new();
    for route in routes {
        let reply = hub.send(&ask(scene, route)?).await?;
        if !(200..300).contains(&reply.status) {
            let Route { operation, .. } = route;
            return Err(format!("{operation} was answered {}: {}", reply.status, reply.body).into());
        }
        costs.push(Cost::new(route, &reply.calls));
    }
    Ok(costs)
}

/// A request that is granted.
pub fn ask(scene: &Scene, route: &Route) -> Result<Ask, Failure> {
    let operation = route.operation.as_str();
    let public = Door::Public;
    let door = route.caller.map_or(Ok(&public), |name| scene.door(name))?;
    let mut ask = Ask::new(door, route.method, scene.path(operation, &route.path)?);
    if let Some(body) = scene.body(operation) {
        let mut body = body.clone();
        if operation == "createJob" && route.caller == Some(CUSTOMER) {
            body["subscription_id"] = scene.place("", "subscription_id")?.into();
        }
        ask = ask.saying(body);
    }
    if route.method == "PUT" || ["deleteProject", "deleteUser"].contains(&operation) {
        ask = ask.header("If-Match", "*");
    }
    Ok(if route.method == "POST" { ask.once() } else { ask })
}

/// What ClientApi has looked up before a request reaches any other function.
///
/// # Errors
/// Where the scene's program is not let through.
pub async fn authorization(hub: &Hub, scene: &Scene) -> Result<Vec<Call>, Failure> {
    let Door::Key(key) = scene.door(PROGRAM)? else { return Err("a program has a key".into()) };
    let authorizer = function(AUTHORIZER).ok_or("nobody authorizes")?;
    let event = event::authorization(key, "GET", "/jobs").to_string();
    let (answer, calls) = hub.invoke(authorizer, event.into()).await?;
    if event::is_allowed(&answer.payload) { Ok(calls) } else { Err("no key is let through".into()) }
}

impl Cost {
    fn new(route: &Route, calls: &[Call]) -> Self {
        let mut services: Vec<&str> = calls.iter().map(|call| call.service.as_str()).collect();
        services.sort_unstable();
        let asked = services.chunk_by(|a, b| a == b).map(|all| match all {
            [one] => (*one).to_owned(),
            all => format!("{} {}", all[0], all.len()),
        });
        Self {
            route: route.clone(),
            sequential: depth(calls),
            total: calls.len(),
            units: calls.iter().map(|call| call.units).sum(),
            asked: asked.collect::<Vec<_>>().join(", "),
            counting: calls
                .iter()
                .filter(|call| route.reads && call.operation == "UpdateItem")
                .map(|call| call.units)
                .sum(),
        }
    }
}

/// Everyone of the scene by whose door it may be called.
fn callers(operation: &str, path: &str, declared: &Value) -> Vec<Option<&'static str>> {
    let ways = declared["security"].as_array().map_or(&[][..], Vec::as_slice);
    let open = |scheme: &str| ways.iter().any(|way| way.get(scheme).is_some());
    let person = match operation {
        "becomeProvider" => NEWCOMER,
        "deleteUser" => LEAVING,
        "deleteSession" => ENDING,
        "endSession" => LOGGING_OUT,
        "changePassword" | "changeEmail" => MOVING,
        _ if declared["security"][0]["cognito"][0] == "admin" => ADMIN,
        _ if path.starts_with("/projects") || path.starts_with("/quantum-apps") => DEVELOPER,
        _ => CUSTOMER,
    };
    let mut callers = Vec::new();
    // a job is cancelled once
    if open("cognito") && operation != "cancelJob" {
        callers.push(Some(person));
    }
    if open("apiKey") {
        callers.push(Some(PROGRAM));
    }
    if callers.is_empty() {
        callers.push(None);
    }
    callers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_called_by_each_door_it_has() {
        let routes = routes().expect("every path is served");
        let of = |operation: &str| -> Vec<_> {
            let found = routes.iter().filter(|route| route.operation == operation);
            found.map(|route| route.caller).collect()
        };
        assert_eq!(of("createJob"), [Some(CUSTOMER), Some(PROGRAM)]);
        assert_eq!(of("cancelJob"), [Some(PROGRAM)]);
        assert_eq!(of("createRefund"), [Some(ADMIN)]);
        assert_eq!(of("getHealth"), [None]);
        assert_eq!(of("updateProject"), [Some(DEVELOPER)]);
    }
}
