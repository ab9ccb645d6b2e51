//! What may every operation answer, beside its success: read from what it declares, so that no annotation repeats it.

use std::collections::{BTreeMap, BTreeSet};

use utoipa::openapi::{
    Components, ContentBuilder, Ref, RefOr,
    example::ExampleBuilder,
    path::{Operation, Parameter, ParameterIn},
    response::{Response, ResponseBuilder},
};

use super::{
    headers,
    refusals::{Known, known, meaning},
};
use crate::{guard::BOTH_DOORS, problem, query};

/// The codes an operation answers with for reasons of its own: `extensions(("x-problems" = json!(["job_ended"])))`.
const OWN: &str = "x-problems";
/// On an operation that looks no one up and counts no requests.
const STANDS_ALONE: &str = "x-stands-alone";

const PROBLEM: &str = "application/problem+json";

/// What an operation says of itself to this document alone.
pub(super) struct Hints {
    own: Vec<String>,
    both_doors: bool,
    /// Whether those who come with a key need a scope, though anyone may come without one.
    of_keys: bool,
    stands_alone: bool,
}

impl Hints {
    pub(super) fn of(operation: &Operation) -> Self {
        let hint = |name: &str| operation.extensions.as_ref().and_then(|all| all.get(name));
        let own = hint(OWN).and_then(|codes| serde_json::from_value(codes.clone()).ok());
        Self {
            own: own.unwrap_or_default(),
            both_doors: hint(BOTH_DOORS).is_some(),
            of_keys: hint(BOTH_DOORS).is_some_and(serde_json::Value::is_array),
            stands_alone: hint(STANDS_ALONE).is_some(),
        }
    }

    /// Whether people have no way in.
    pub(super) fn takes_keys_alone(&self, operation: &Operation) -> bool {
        ways(operation).keys().eq(["apiKey"])
    }

    pub(super) fn takes_keys(&self, operation: &Operation) -> bool {
        self.both_doors || ways(operation).contains_key("apiKey")
    }
}

/// Adds the headers that every answer carries, and the problems; those that several operations share become components.
pub(super) fn complete(operations: &mut [(&mut Operation, Hints)], components: &mut Components) {
    let problems: Vec<_> = operations.iter().map(|(one, hints)| problems(one, hints)).collect();
    let mut uses: BTreeMap<&Refusals, usize> = BTreeMap::new();
    for refusals in problems.iter().flatten() {
        *uses.entry(refusals).or_default() += 1;
    }
    for known in uses.keys().flat_map(|refusals| &refusals.codes) {
        let example = ExampleBuilder::new().value(Some(problem::example(
            known.status,
            known.code,
            known.detail,
        )));
        components.examples.insert(known.code.to_owned(), example.build().into());
    }
    let is_shared = |refusals: &Refusals| {
        refusals.counted && uses.get(refusals).is_some_and(|times| *times > 1)
    };
    for refusals in uses.keys().filter(|refusals| is_shared(refusals)) {
        components.responses.insert(refusals.name(), refusals.response().into());
    }
    for ((operation, hints), problems) in operations.iter_mut().zip(&problems) {
        let replayed = declares(operation, &ParameterIn::Header, "Idempotency-Key");
        for (status, answer) in &mut operation.responses.responses {
            if let RefOr::T(answer) = answer {
                headers::of_success(answer, status, replayed, !hints.stands_alone);
            }
        }
        for refusals in problems {
            let answer = match is_shared(refusals) {
                true => Ref::from_response_name(refusals.name()).into(),
                false => RefOr::T(refusals.response()),
            };
            operation.responses.responses.insert(refusals.status.to_string(), answer);
        }
    }
}

/// All that are told with one status.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Refusals {
    status: u16,
    codes: Vec<Known>,
    /// Whether the requests are counted.
    counted: bool,
}

impl Refusals {
    fn name(&self) -> String {
        let codes: Vec<&str> = self.codes.iter().map(|known| known.code).collect();
        format!("{}.{}", self.status, codes.join("."))
    }

    fn response(&self) -> Response {
        let example = |known: &Known| {
            let place = format!("#/components/examples/{}", known.code);
            (known.code, RefOr::Ref(Ref::new(place)))
        };
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .examples_from_iter(self.codes.iter().map(example));
        let answer = ResponseBuilder::new().description(meaning(self.status));
        let mut answer = answer.content(PROBLEM, content.build()).build();
        headers::of_problem(&mut answer, self.status, self.counted);
        answer
    }
}

fn problems(operation: &Operation, hints: &Hints) -> Vec<Refusals> {
    let mut codes: BTreeSet<&str> = of_all(operation, hints);
    codes.extend(hints.own.iter().map(String::as_str));
    let mut by_status: BTreeMap<u16, Vec<Known>> = BTreeMap::new();
    for code in codes {
        let name = operation.operation_id.as_deref().unwrap_or_default();
        let known = known(code).unwrap_or_else(|| unknown(name, code));
        by_status.entry(known.status).or_default().push(known);
    }
    let counted = !hints.stands_alone;
    by_status.into_iter().map(|(status, codes)| Refusals { status, codes, counted }).collect()
}

#[expect(
    clippy::panic,
    reason = "only the tests make the document, and this is what they are to find"
)]
fn unknown(operation: &str, code: &str) -> Known {
    panic!("{operation} declares the problem {code}, of which document/refusals.rs knows nothing")
}

/// What follows from who may call, what is sent, and what is counted.
fn of_all(operation: &Operation, hints: &Hints) -> BTreeSet<&'static str> {
    let ways = ways(operation);
    let has = |place, name| declares(operation, &place, name);
    let mut codes = BTreeSet::from(["internal_error", "throttled", "timeout"]);
    let mut add = |holds: bool, more: &[&'static str]| {
        if holds {
            codes.extend(more);
        }
    };
    add(!hints.stands_alone, &["too_many_requests", "unavailable"]);
    let stands =
        ["unauthenticated", "account_suspended", "account_deactivated", "email_not_verified"];
    add(!ways.is_empty() || hints.of_keys, &stands);
    if let Some(roles) = ways.get("cognito").filter(|roles| !roles.is_empty()) {
        let provider = roles.iter().any(|role| role == "provider");
        add(true, &[if provider { "provider_role_required" } else { "role_required" }]);
    }
    add(
        ways.contains_key("apiKey") || hints.of_keys,
        &["key_expired", "key_revoked", "scope_required", "address_not_allowed"],
    );
    add(hints.takes_keys(operation), &["invalid_api_key", "quota_exceeded"]);
    add(parameters(operation).any(|one| one.parameter_in == ParameterIn::Path), &["bad_path"]);
    add(parameters(operation).any(is_id), &["bad_id", "not_found"]);
    add(!query::takes_any(operation), &["bad_query"]);
    add(has(ParameterIn::Query, "limit"), &["bad_limit"]);
    add(has(ParameterIn::Query, "cursor"), &["bad_cursor"]);
    let body = operation.request_body.is_some();
    add(
        body,
        &[
            "body_unreadable",
            "malformed_json",
            "wrong_shape",
            "not_json",
            "body_too_large",
            "request_too_large",
        ],
    );
    let key = has(ParameterIn::Header, "Idempotency-Key");
    add(
        key,
        &[
            "idempotency_key_missing",
            "idempotency_key_invalid",
            "idempotency_key_reused",
            "conflict",
        ],
    );
    let version = has(ParameterIn::Header, "If-Match");
    add(version, &["if_match_missing", "version_mismatch", "conflict"]);
    codes
}

/// Scheme → roles or scopes; empty where anyone may call.
fn ways(operation: &Operation) -> BTreeMap<String, Vec<String>> {
    let declared = serde_json::to_value(&operation.security).unwrap_or_default();
    let ways: Vec<BTreeMap<String, Vec<String>>> =
        serde_json::from_value(declared).unwrap_or_default();
    ways.into_iter().flatten().collect()
}

fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

fn declares(operation: &Operation, place: &ParameterIn, name: &str) -> bool {
    parameters(operation).any(|one| one.parameter_in == *place && one.name == name)
}

fn is_id(parameter: &Parameter) -> bool {
    parameter.parameter_in == ParameterIn::Path && parameter.name.ends_with("_id")
}
