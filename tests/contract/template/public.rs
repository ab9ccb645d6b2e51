//! Is what anyone may call the same in the code, the API description, the list kept by hand and the template?

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    document::Template,
    doors::Door,
    routes::{Operation, operations},
};

/// `code` is what the functions declare, `contract` the committed description, `listed` one operation a line.
pub(super) fn faults(
    template: &Template,
    code: &Value,
    contract: &Value,
    listed: &str,
) -> Vec<String> {
    let (door, _) = Door::of(template, "HubApi");
    let open = door.routes.iter().filter(|route| route.public);
    let events = open.map(|route| format!("{} {}", route.verb, route.path)).collect();
    let listed: BTreeSet<String> = listed.lines().map(str::to_owned).collect();
    let mut faults = Vec::new();
    for (place, names) in [
        ("the code", public(&operations(code))),
        ("infra/openapi.json", public(&operations(contract))),
        ("the events with Authorizer: NONE", events),
    ] {
        faults.extend(names.difference(&listed).map(|name| {
            format!("{name} is public in {place} and not in golden/public-operations.txt")
        }));
        faults.extend(listed.difference(&names).map(|name| {
            format!("{name} is public in golden/public-operations.txt and not in {place}")
        }));
    }
    for operation in operations(code).iter().filter(|one| !one.public) {
        let route = door.resolve(operation.verb, operation.path).filter(|route| route.public);
        faults.extend(route.map(|route| {
            format!(
                "{} is guarded and {}'s event {} lets anyone reach it",
                operation.name(),
                route.function.id,
                route.event
            )
        }));
    }
    faults
}

fn public(operations: &[Operation<'_>]) -> BTreeSet<String> {
    operations.iter().filter(|one| one.public).map(Operation::name).collect()
}
