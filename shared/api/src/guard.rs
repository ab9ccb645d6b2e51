//! Whether a caller may use an operation: what its annotation declares, and nothing else.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{Kind, access_key::Scope, account::Role};
use http::Method;
use utoipa::openapi::{OpenApi, path::Operation, security::SecurityRequirement};

use crate::{
    Access, Caller, Context, Problem,
    caller::{Credentials, scope},
};

/// What an operation asks of its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Public,
    /// Nothing usable is declared: nobody is let in.
    Closed,
    Guarded {
        /// Any of these roles, where signing in is a way in.
        signed_in: Option<Vec<Role>>,
        /// All of these scopes, where an API key is a way in.
        key: Option<Vec<Scope>>,
    },
}

/// The rules of a function's operations, read once from their annotations.
pub(crate) struct Guard {
    rules: HashMap<(Method, String), Rule>,
    context: Option<Context>,
}

impl Guard {
    pub(crate) fn new(openapi: &OpenApi, context: Option<Context>) -> Self {
        let mut rules = HashMap::new();
        for (path, item) in &openapi.paths.paths {
            let operations = [
                (Method::GET, &item.get),
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            for (method, operation) in operations {
                if let Some(operation) = operation {
                    rules.insert((method, path.clone()), rule(operation).unwrap_or(Rule::Closed));
                }
            }
        }
        Self { rules, context }
    }

    /// What the operation asks and what the request shows; `None` for a public operation.
    fn demand(&self, request: &Request) -> Result<Option<(&Rule, Credentials)>, Problem> {
        let Some(path) = request.extensions().get::<MatchedPath>() else { return Ok(None) };
        let rule = match self.rules.get(&(request.method().clone(), path.as_str().to_owned())) {
            Some(Rule::Public) => return Ok(None),
            Some(rule) => rule,
            None => return Err(Problem::no_such_operation()),
        };
        let credentials = Credentials::of(request.headers(), request.extensions());
        Ok(Some((rule, credentials.ok_or_else(Problem::unauthenticated)?)))
    }

    async fn admit(&self, rule: &Rule, credentials: Credentials) -> Result<Caller, Problem> {
        let context = self.context.as_ref().ok_or_else(Problem::unauthenticated)?;
        let Rule::Guarded { signed_in, key } = rule else { return Err(Problem::unauthenticated()) };
        let door_open = match credentials {
            Credentials::SignedIn(_) => signed_in.is_some(),
            Credentials::Key(_) => key.is_some(),
        };
        if !door_open {
            return Err(Problem::unauthenticated());
        }
        let caller = context.identify(credentials).await?;
        allowed(
            &caller,
            signed_in.as_deref().unwrap_or_default(),
            key.as_deref().unwrap_or_default(),
        )?;
        Ok(caller)
    }
}

fn allowed(caller: &Caller, roles: &[Role], scopes: &[Scope]) -> Result<(), Problem> {
    match &caller.access {
        Access::SignedIn
            if roles.is_empty() || roles.iter().any(|role| caller.roles.contains(role)) =>
        {
            Ok(())
        }
        Access::SignedIn if roles.contains(&Role::Provider) => Err(Problem::refused(
            Kind::Forbidden,
            "provider_role_required",
            "Become a provider first with POST /users/me/provider.",
        )),
        Access::SignedIn => Err(Problem::refused(
            Kind::Forbidden,
            "role_required",
            "Your account has no role that allows this.",
        )),
        Access::Key(key) => match scopes.iter().find(|scope| !key.scopes.contains(scope)) {
            None => Ok(()),
            Some(missing) => Err(Problem::refused(
                Kind::Forbidden,
                "scope_required",
                format!("This API key lacks the scope {}; create one that has it.", missing.name()),
            )),
        },
    }
}

/// `None` where nothing usable is declared: then nobody is let in.
fn rule(operation: &Operation) -> Option<Rule> {
    let declared = operation.security.as_ref()?;
    let (mut signed_in, mut key) = (None, None);
    for requirement in declared {
        match scheme(requirement)? {
            None => return (declared.len() == 1).then_some(Rule::Public),
            Some((name, values)) if name == "cognito" => {
                signed_in =
                    Some(values.iter().map(|value| role(value)).collect::<Option<Vec<_>>>()?);
            }
            Some((name, values)) if name == "apiKey" => {
                key = Some(values.iter().map(|value| scope(value)).collect::<Option<Vec<_>>>()?);
            }
            Some(_) => return None,
        }
    }
    Some(Rule::Guarded { signed_in, key })
}

/// The scheme's name and values; the inner `None` is the empty requirement, which means public.
#[expect(clippy::option_option, reason = "unreadable and public are different answers")]
fn scheme(requirement: &SecurityRequirement) -> Option<Option<(String, Vec<String>)>> {
    let value = serde_json::to_value(requirement).ok()?;
    let mut members: HashMap<String, Vec<String>> = serde_json::from_value(value).ok()?;
    match members.len() {
        0 => Some(None),
        1 => Some(members.drain().next()),
        _ => None,
    }
}

fn role(name: &str) -> Option<Role> {
    match name {
        "consumer" => Some(Role::Consumer),
        "provider" => Some(Role::Provider),
        "admin" => Some(Role::Admin),
        _ => None,
    }
}

pub(crate) async fn guard(
    State(guard): State<Arc<Guard>>,
    mut request: Request,
    next: Next,
) -> Response {
    let admitted = match guard.demand(&request) {
        Ok(None) => return next.run(request).await,
        Ok(Some((rule, credentials))) => guard.admit(rule, credentials).await,
        Err(problem) => Err(problem),
    };
    match admitted {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}
