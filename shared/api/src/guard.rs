//! Whether a caller may use an operation: what its annotation declares, and nothing else.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{Kind, access_key::Scope, account::Role, rate_limit::Requester};
use http::{Extensions, Method};
use utoipa::openapi::{OpenApi, path::Operation, security::SecurityRequirement};

use crate::{
    Access, Caller, Context, Problem,
    caller::{Credentials, scope, was_authorized},
    operations::operations,
    origin::{origin, source},
    rate_limit::{Count, beside},
};

/// What an operation asks of its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Public {
        /// What whoever comes through the programs' door needs all the same.
        of_keys: Vec<Scope>,
    },
    /// Nothing usable is declared: nobody is let in.
    Closed,
    Guarded {
        /// Any of these roles, where signing in is a way in.
        signed_in: Option<Vec<Role>>,
        /// All of these scopes, where an API key is a way in.
        key: Option<Vec<Scope>>,
    },
}

/// What an operation declares.
struct Declared {
    rule: Rule,
    /// Whether it leaves everything as it was.
    reads: bool,
}

/// What an operation for anyone declares that both doors lead to: the scopes its key needs there, or `true` for any key.
pub(crate) const BOTH_DOORS: &str = "x-both-doors";

/// What a GET declares that changes something all the same: `extensions(("x-has-effect" = json!(true)))`.
const HAS_EFFECT: &str = "x-has-effect";

/// What a function's operations declare, read once from their annotations.
pub(crate) struct Guard {
    operations: HashMap<(Method, String), Declared>,
    context: Option<Context>,
}

impl Guard {
    pub(crate) fn new(openapi: &OpenApi, context: Option<Context>) -> Self {
        let declared = operations(openapi).map(|(route, operation)| {
            let rule = rule(operation).unwrap_or(Rule::Closed);
            let reads = route.0 == Method::GET && !has_effect(operation);
            (route, Declared { rule, reads })
        });
        Self { operations: declared.collect(), context }
    }

    fn declared(&self, request: &Request) -> Option<&Declared> {
        let path = request.extensions().get::<MatchedPath>()?;
        self.operations.get(&(request.method().clone(), path.as_str().to_owned()))
    }

    /// Lets through what is public, where there is no table to know anyone by.
    async fn without_context(&self, request: Request, next: Next) -> Response {
        match self.declared(&request).map(|declared| &declared.rule) {
            Some(Rule::Public { .. }) => next.run(request).await,
            Some(_) => Problem::unauthenticated().into_response(),
            None => Problem::no_such_operation().into_response(),
        }
    }
}

/// Counts the request and answers it, or refuses to.
///
/// Whoever is looked up is counted meanwhile, so that counting takes no time of its own; nothing has an effect before
/// the count is known. A key that this process has not met is looked up first: nobody makes us count what never was; and
/// one that is bound to addresses too: nobody uses up a key from where it opens nothing.
async fn answer(
    context: &Context,
    declared: Option<&Declared>,
    request: Request,
    next: Next,
) -> (Count, Result<Response, Problem>) {
    let limiter = &context.limiter;
    let source = source(request.extensions());
    let credentials = Credentials::of(&request, context);
    let Some(Declared { rule, reads }) = declared else {
        let known = vouched_for(credentials.as_ref());
        let requester = known.unwrap_or_else(|| limiter.address(source));
        return limiter.refuse(&requester, Problem::no_such_operation()).await;
    };
    let of_keys = rule.of_keys(request.extensions());
    let rule = of_keys.as_ref().unwrap_or(rule);
    if !matches!(rule, Rule::Public { .. }) {
        let (count, admitted) = admit(context, rule, *reads, credentials, source).await;
        return match admitted {
            Ok(caller) => (count, Ok(serve(context, caller, request, next).await)),
            Err(problem) => (count, Err(problem)),
        };
    }
    let address = limiter.address(source);
    let counting = limiter.count(&address, limiter.of_addresses());
    if *reads {
        return beside(counting, true, next.run(request)).await;
    }
    let count = counting.await;
    match count.check(false) {
        Ok(()) => (count, Ok(next.run(request).await)),
        Err(problem) => (count, Err(problem)),
    }
}

/// Has the request answered, and its caller's session noted as used meanwhile.
async fn serve(
    context: &Context,
    mut caller: Caller,
    mut request: Request,
    next: Next,
) -> Response {
    caller.origin = origin(request.headers(), request.extensions());
    let noting = context.note_use(caller.unnoted(context.table.clock().now()));
    request.extensions_mut().insert(caller);
    tokio::join!(next.run(request), noting).0
}

async fn admit(
    context: &Context,
    rule: &Rule,
    reads: bool,
    credentials: Option<Credentials>,
    source: Option<IpAddr>,
) -> (Count, Result<Caller, Problem>) {
    let limiter = &context.limiter;
    let known = vouched_for(credentials.as_ref());
    let Some(credentials) = credentials.filter(|credentials| rule.is_open_to(credentials)) else {
        let requester = known.unwrap_or_else(|| limiter.address(source));
        return limiter.refuse(&requester, Problem::unauthenticated()).await;
    };
    let requester = credentials.requester();
    let looking_up = context.identify(credentials);
    let (count, found) = match limiter.allowance(&requester) {
        Some(allowance) => {
            let counting = limiter.count(&requester, allowance);
            let (count, found) = beside(counting, reads, looking_up).await;
            (count, found.flatten())
        }
        None => match looking_up.await.and_then(|caller| caller.may_come_from(source)) {
            Ok(caller) => {
                let allowance = limiter.learn(&requester, &caller);
                let count = limiter.count(&requester, allowance).await;
                let found = count.check(reads).map(|()| caller);
                (count, found)
            }
            Err(problem) => return limiter.refuse(&limiter.address(source), problem).await,
        },
    };
    let admitted = found.and_then(|caller| {
        limiter.learn(&requester, &caller);
        let caller = caller.may_come_from(source)?;
        allowed(&caller, rule).map(|()| caller)
    });
    (count, admitted)
}

/// Who the gateway says it is, whatever we know of them.
fn vouched_for(credentials: Option<&Credentials>) -> Option<Requester> {
    credentials
        .filter(|credentials| matches!(credentials, Credentials::SignedIn(..)))
        .map(Credentials::requester)
}

impl Rule {
    /// What holds in place of it for a request through the programs' door, where that makes a difference.
    fn of_keys(&self, extensions: &Extensions) -> Option<Self> {
        match self {
            Self::Public { of_keys } if !of_keys.is_empty() && was_authorized(extensions) => {
                Some(Self::Guarded { signed_in: None, key: Some(of_keys.clone()) })
            }
            _ => None,
        }
    }

    fn is_open_to(&self, credentials: &Credentials) -> bool {
        match (self, credentials) {
            (Self::Guarded { signed_in, .. }, Credentials::SignedIn(..)) => signed_in.is_some(),
            (Self::Guarded { key, .. }, Credentials::Key { .. }) => key.is_some(),
            _ => false,
        }
    }
}

fn allowed(caller: &Caller, rule: &Rule) -> Result<(), Problem> {
    let Rule::Guarded { signed_in, key } = rule else { return Err(Problem::unauthenticated()) };
    let roles = signed_in.as_deref().unwrap_or_default();
    let scopes = key.as_deref().unwrap_or_default();
    match &caller.access {
        Access::SignedIn(_)
            if roles.is_empty() || roles.iter().any(|role| caller.roles.contains(role)) =>
        {
            Ok(())
        }
        Access::SignedIn(_) if roles.contains(&Role::Provider) => Err(Problem::refused(
            Kind::Forbidden,
            "provider_role_required",
            "Become a provider first with POST /users/me/provider.",
        )),
        Access::SignedIn(_) => Err(Problem::refused(
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
            None if declared.len() == 1 => return public(operation),
            None => return None,
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

fn public(operation: &Operation) -> Option<Rule> {
    let both_doors = operation.extensions.as_ref().and_then(|declared| declared.get(BOTH_DOORS));
    let scopes = both_doors.and_then(|scopes| scopes.as_array()).map_or(&[][..], Vec::as_slice);
    let of_keys = scopes.iter().map(|name| scope(name.as_str()?)).collect::<Option<_>>()?;
    Some(Rule::Public { of_keys })
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

fn has_effect(operation: &Operation) -> bool {
    let declared = operation.extensions.as_ref().and_then(|declared| declared.get(HAS_EFFECT));
    declared.is_some()
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
    request: Request,
    next: Next,
) -> Response {
    let Some(context) = &guard.context else { return guard.without_context(request, next).await };
    let (count, answered) = answer(context, guard.declared(&request), request, next).await;
    let mut response = answered.unwrap_or_else(IntoResponse::into_response);
    count.tell(response.headers_mut());
    response
}
