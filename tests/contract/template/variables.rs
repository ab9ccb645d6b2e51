//! Is each function told what its code reads from the environment, and nothing else?

use std::collections::BTreeSet;

use super::{
    calls::Calls,
    document::Template,
    mentions::{Mention, Way},
    tokens::Token,
};

/// Variables that a library reads, with the routine of ours behind which it runs.
const READ_BY_LIBRARIES: [(&str, &str, &str); 1] = [
    // lambda_http: without it paths would begin with the stage
    ("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "api", "serve"),
];

/// Lambda sets these itself.
const SET_BY_LAMBDA: [&str; 2] = ["AWS_", "_"];

pub(super) fn faults(template: &Template, calls: &Calls<'_>) -> Vec<String> {
    let mut faults = unreadable(calls);
    for function in template.functions() {
        let read = read_by(calls, function.folder());
        let set: BTreeSet<String> = function.variables().into_keys().map(str::to_owned).collect();
        let of_lambda = |name: &str| SET_BY_LAMBDA.iter().any(|prefix| name.starts_with(prefix));
        let unset = read.difference(&set).filter(|name| {
            !of_lambda(name) || READ_BY_LIBRARIES.iter().any(|(known, ..)| known == name)
        });
        let id = function.id;
        faults.extend(
            unset.map(|name| format!("{id} reads {name}, which the template does not set")),
        );
        faults.extend(
            set.difference(&read).map(|name| format!("{id} is told {name} and never reads it")),
        );
    }
    faults
}

fn read_by(calls: &Calls<'_>, crate_name: &str) -> BTreeSet<String> {
    let mut read = BTreeSet::new();
    for at in calls.reached_by(crate_name) {
        let routine = &calls.sources.routines[at];
        let of_crate = &calls.sources.crate_of(routine).name;
        read.extend(calls.mentions(at).iter().filter(|one| asks(one)).filter_map(literal));
        let behind = READ_BY_LIBRARIES
            .iter()
            .filter(|(_, known, name)| known == of_crate && *name == routine.name);
        read.extend(behind.map(|(variable, ..)| (*variable).to_owned()));
    }
    read
}

/// Reads whose name is not spelled where they are, so that nobody could tell which they are.
fn unreadable(calls: &Calls<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for (at, routine) in calls.sources.routines.iter().enumerate() {
        let of_crate = &calls.sources.crate_of(routine).name;
        let nameless = calls.mentions(at).iter().filter(|one| asks(one) && literal(one).is_none());
        if of_crate != "environment" && nameless.count() > 0 {
            faults.push(format!(
                "{of_crate}: {} reads a variable without spelling its name there",
                routine.name
            ));
        }
    }
    faults
}

/// `environment::text("…")` and its like, `std::env::var("…")`.
fn asks(mention: &Mention<'_>) -> bool {
    match (&mention.way, mention.name) {
        (Way::Path(of), "text" | "number") => *of == "environment",
        (Way::Path(of), "var" | "var_os" | "vars" | "vars_os") => *of == "env",
        _ => false,
    }
}

fn literal(mention: &Mention<'_>) -> Option<String> {
    match mention.arguments? {
        [Token::Literal(name), ..] => Some(name.trim_matches('"').to_owned()),
        _ => None,
    }
}
