//! May each function do what its edges do, and no more?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    calls::Calls,
    document::{Function, Template, members, one_or_many, referred, text, texts},
    needs::{HOLDERS, Known, Need, Place},
    operations::{marks, operations},
};

/// One action that a role allows on one resource, as [`label`] names it.
struct Grant<'a> {
    action: &'a str,
    resource: String,
}

pub(super) fn faults(template: &Template, calls: &Calls<'_>, known: &Known) -> Vec<String> {
    let mut faults = Vec::new();
    for function in template.functions() {
        let id = function.id;
        let (grants, unclear) = grants(template, function);
        faults.extend(unclear.into_iter().map(|what| format!("{id} {what}")));
        let needs = needs(template, calls, known, function);
        for need in needs.iter().filter(|need| need.must) {
            if !grants.iter().any(|grant| need.is_met_by(grant)) {
                faults.push(format!("{id} may not {}, and needs to", need.said()));
            }
        }
        let idle = grants.iter().filter(|grant| !needs.iter().any(|need| need.is_met_by(grant)));
        faults.extend(idle.map(|grant| {
            format!("{id} may {} on {}, and never does", grant.action, grant.resource)
        }));
    }
    faults
}

/// A [`Need`] of a function, where places have taken the names of the template's resources.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Settled {
    action: &'static str,
    place: String,
    kind: Place,
    must: bool,
}

impl Settled {
    fn is_met_by(&self, grant: &Grant<'_>) -> bool {
        let (place, granted) = (self.place.as_str(), grant.resource.as_str());
        let there = match self.kind {
            Place::Is(_) => granted == place,
            Place::Under(_) => granted.starts_with(place),
            Place::Ends(_) => granted.ends_with(place),
            Place::Holds(_) => granted.contains(place),
        };
        there && grant.action == self.action
    }

    fn said(&self) -> String {
        let place = match self.kind {
            Place::Is(_) => self.place.clone(),
            Place::Under(_) => format!("{}…", self.place),
            Place::Ends(_) => format!("…{}", self.place),
            Place::Holds(_) => format!("…{}…", self.place),
        };
        format!("{} on {place}", self.action)
    }
}

fn needs(
    template: &Template,
    calls: &Calls<'_>,
    known: &Known,
    function: Function<'_>,
) -> BTreeSet<Settled> {
    let variables = function.variables();
    let mut found = BTreeSet::new();
    let mut settle = |need: &Need, bucket: Option<&str>| {
        found.extend(places(need.place, bucket, &variables).into_iter().map(|place| Settled {
            action: need.action,
            place,
            kind: need.place,
            must: need.must,
        }));
    };
    known.always.iter().for_each(|need| settle(need, None));
    let reached = calls.reached_by(function.folder());
    let unmade = unmade(calls, &reached);
    let runs = |at: &usize| {
        let routine = &calls.sources.routines[*at];
        let owner = routine.owner.as_deref().unwrap_or_default();
        !(routine.takes_self && unmade.contains(owner))
    };
    let reached: BTreeSet<usize> = reached.into_iter().filter(runs).collect();
    for at in &reached {
        let entries = operations(calls, *at).into_iter().chain(marks(calls, *at));
        let entries = entries.filter_map(|name| known.of(calls, *at, &name));
        for need in entries.chain(known.of_routine(calls, *at)).flatten() {
            match need.place {
                Place::Under(place) | Place::Is(place) if place.starts_with("{BUCKET}") => {
                    let holders =
                        HOLDERS.iter().filter(|(holder, _)| holds(calls, &reached, holder, *at));
                    holders.for_each(|(_, variable)| settle(need, Some(variable)));
                }
                _ => settle(need, None),
            }
        }
    }
    found.extend(of_events(template, function));
    found
}

/// Types that have constructors, of which none is reached: no value of theirs comes to be, and no method of theirs runs.
fn unmade<'s>(calls: &Calls<'s>, reached: &BTreeSet<usize>) -> BTreeSet<&'s str> {
    let maker = |at: usize| {
        let routine = &calls.sources.routines[at];
        let owner = routine.owner.as_deref()?;
        let makes = routine.returns.iter().any(|name| name == "Self" || name == owner);
        (makes && !routine.takes_self).then_some(owner)
    };
    let made: BTreeSet<&str> = reached.iter().copied().filter_map(maker).collect();
    let makers = (0..calls.sources.routines.len()).filter_map(maker);
    makers.filter(|owner| !made.contains(owner)).collect()
}

/// Whether the routine may run on behalf of a method of `holder`.
fn holds(calls: &Calls<'_>, reached: &BTreeSet<usize>, holder: &str, at: usize) -> bool {
    let methods = reached.iter().copied().filter(|one| {
        let routine = &calls.sources.routines[*one];
        routine.takes_self && routine.owner.as_deref() == Some(holder)
    });
    calls.reached_from(methods).contains(&at)
}

/// What the platform does in a role's name for an event source or a destination.
fn of_events(template: &Template, function: Function<'_>) -> Vec<Settled> {
    let mut found = Vec::new();
    let mut add = |action, queue: &Value| {
        let place = referred(queue).unwrap_or_default().to_owned();
        found.push(Settled { action, place, kind: Place::Is(""), must: true });
    };
    for event in function.events().filter(|event| event.kind == "SQS") {
        for action in ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"] {
            add(action, &event.properties["Queue"]);
        }
    }
    let destination = &function.on_failure()["Destination"];
    if referred(destination).is_some_and(|id| template.kind(id) == "AWS::SQS::Queue") {
        add("sqs:SendMessage", destination);
    }
    found
}

/// `{NAME}` is what the variable refers to, `{…_QUEUE_URL}` each queue the function is told.
fn places(place: Place, bucket: Option<&str>, variables: &BTreeMap<&str, &Value>) -> Vec<String> {
    let pattern = place.text();
    let Some((before, rest)) = pattern.split_once('{') else { return vec![pattern.to_owned()] };
    let Some((name, after)) = rest.split_once('}') else { return vec![pattern.to_owned()] };
    let name = if name == "BUCKET" { bucket.unwrap_or(name) } else { name };
    let told = variables.iter().filter(|(variable, _)| match name.strip_prefix('…') {
        Some(ending) => variable.ends_with(ending),
        None => **variable == name,
    });
    let told: Vec<String> = told.map(|(_, value)| named(value)).collect();
    // a variable that is missing is another rule's matter; here its name stands for it
    let told = if told.is_empty() { vec![name.to_owned()] } else { told };
    told.into_iter().map(|told| format!("{before}{told}{after}")).collect()
}

/// What a variable names: a resource, or a text without its outer slashes.
fn named(value: &Value) -> String {
    let spelled = || text(&value["Fn::Sub"]).trim_matches('/');
    referred(value).unwrap_or_else(spelled).to_owned()
}

/// What the function's role allows, and what of it cannot be weighed.
fn grants<'a>(template: &'a Template, function: Function<'a>) -> (Vec<Grant<'a>>, Vec<String>) {
    let Some(role) = referred(function.property("Role")) else {
        return (Vec::new(), vec!["has no role of its own".to_owned()]);
    };
    let role = template.properties(role);
    let managed = one_or_many(&role["ManagedPolicyArns"]).filter_map(referred);
    let managed = managed.map(|id| &template.properties(id)["PolicyDocument"]);
    let own = one_or_many(&role["Policies"]).map(|policy| &policy["PolicyDocument"]);
    let (mut grants, mut unclear) = (Vec::new(), Vec::new());
    for statement in managed.chain(own).flat_map(|document| one_or_many(&document["Statement"])) {
        if statement["Effect"] != "Allow" || !statement["NotAction"].is_null() {
            unclear.push("has a statement that is not a list of what it may do".to_owned());
            continue;
        }
        for action in texts(&statement["Action"]) {
            if action.contains('*') {
                unclear.push(format!("may {action}: name each action"));
            }
            let resources = one_or_many(&statement["Resource"]);
            grants.extend(
                resources.map(|resource| Grant { action, resource: label(template, resource) }),
            );
        }
    }
    (grants, unclear)
}

/// `!GetAtt Table.Arn` is `Table`, `!Sub "${Table.Arn}/index/due"` is `Table/index/due`, and the ARN of a bucket that the
/// template names is the bucket: `ResultsBucket/jobs/*`.
fn label(template: &Template, resource: &Value) -> String {
    if let Some(id) = referred(resource) {
        return id.to_owned();
    }
    let pattern = match &resource["Fn::Sub"] {
        Value::Array(pair) => text(&pair[0]),
        Value::Null => text(resource),
        one => text(one),
    };
    if let Some((id, rest)) = pattern.strip_prefix("${").and_then(|rest| rest.split_once(".Arn}")) {
        return format!("{id}{rest}");
    }
    let Some((_, name)) = pattern.split_once(":s3:::") else { return pattern.to_owned() };
    let bucket = template.of_type("AWS::S3::Bucket").find_map(|(id, properties)| {
        let known = text(members(&properties["BucketName"]).next()?.1).to_owned();
        Some((id, name.strip_prefix(known.as_str())?))
    });
    bucket.map_or(pattern.to_owned(), |(id, rest)| format!("{id}{rest}"))
}
