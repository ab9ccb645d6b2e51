//! Which operations of AWS does a routine ask for?

use super::{
    calls::Calls,
    mentions::{Mention, Receiver, Way},
};

/// What a client can do besides operations.
const NOT_OPERATIONS: [&str; 2] = ["clone", "config"];

/// Enums whose variant decides what an operation asks for.
const DECIDING: [(&str, &str); 2] = [("store", "Action"), ("store", "Index")];

/// The operations a routine begins, as `store get_item`: calls without arguments on something called a client.
pub(super) fn operations(calls: &Calls<'_>, at: usize) -> Vec<String> {
    let of_crate = calls.sources.crate_of(&calls.sources.routines[at]);
    if !of_crate.dependencies.iter().any(|name| name.starts_with("aws-sdk-")) {
        return Vec::new();
    }
    let begun = calls.mentions(at).iter().filter(|one| is_bare_call(one) && is_of_client(one));
    let begun = begun.filter(|one| !NOT_OPERATIONS.contains(&one.name));
    begun.map(|one| format!("{} {}", of_crate.name, one.name)).collect()
}

/// The variants a routine chooses, as `store Index::Due`. One that carries the operation out chooses nothing.
pub(super) fn marks(calls: &Calls<'_>, at: usize) -> Vec<String> {
    if !operations(calls, at).is_empty() {
        return Vec::new();
    }
    let name = &calls.sources.crate_of(&calls.sources.routines[at]).name;
    let chosen = calls.mentions(at).iter().filter_map(|one| match &one.way {
        Way::Path(kind) if DECIDING.contains(&(name.as_str(), *kind)) => {
            Some(format!("{name} {kind}::{}", one.name))
        }
        _ => None,
    });
    chosen.collect()
}

/// Routines that send a request of which it cannot be told what it is, or begin one and send none.
pub(super) fn unfollowed(calls: &Calls<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for (at, routine) in calls.sources.routines.iter().enumerate() {
        let of_crate = calls.sources.crate_of(routine);
        if !of_crate.dependencies.iter().any(|name| name.starts_with("aws-sdk-")) {
            continue;
        }
        let sends = calls.mentions(at).iter().any(|one| {
            matches!(one.way, Way::Method(_))
                && (one.name == "send" && is_bare_call(one) || one.name == "presigned")
        });
        let name = format!("{}: {}", of_crate.name, routine.name);
        match (sends, operations(calls, at).is_empty()) {
            (true, true) => {
                faults.push(format!("{name} sends a request that no client of its own began"))
            }
            (false, false) => faults.push(format!("{name} begins a request and does not send it")),
            _ => {}
        }
    }
    faults
}

fn is_bare_call(mention: &Mention<'_>) -> bool {
    mention.arguments.is_some_and(<[_]>::is_empty)
}

fn is_of_client(mention: &Mention<'_>) -> bool {
    match &mention.way {
        Way::Method(Receiver::Field(name) | Receiver::Variable(name)) => *name == "client",
        Way::Method(Receiver::Answer(name, kind)) => {
            *kind == "Client" || name.starts_with("client")
        }
        _ => false,
    }
}
