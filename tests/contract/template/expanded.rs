//! Can CloudFormation deploy what SAM makes of the template: few enough resources, short policies, no circle?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::document::{Template, members, references, referred, text};

pub(super) struct Limits {
    /// A stack holds 500; the rest is left for growth.
    pub resources: usize,
    /// What Lambda takes as one function's resource policy.
    pub policy_bytes: usize,
}

/// `template` is what SAM's translator answered.
pub(super) fn faults(template: &Value, limits: &Limits) -> Vec<String> {
    let resources: BTreeMap<&str, &Value> = members(&template["Resources"]).collect();
    let mut faults = Vec::new();
    if resources.len() > limits.resources {
        let (count, most) = (resources.len(), limits.resources);
        faults.push(format!("the stack would hold {count} resources, more than {most}"));
    }
    for (function, bytes) in policies(&resources) {
        if bytes > limits.policy_bytes {
            let most = limits.policy_bytes;
            faults.push(format!("{function}'s policy would take {bytes} bytes, more than {most}"));
        }
    }
    faults.extend(circle(&resources).map(|path| format!("{path} refer to each other in a circle")));
    faults
}

/// The length of each function's resource policy, as Lambda writes it: a statement of ARNs for each permission.
fn policies(resources: &BTreeMap<&str, &Value>) -> BTreeMap<String, usize> {
    let mut sizes = BTreeMap::new();
    for (id, resource) in resources {
        let said = &resource["Properties"];
        let Some(function) = referred(&said["FunctionName"]) else { continue };
        if resource["Type"] == "AWS::Lambda::Permission" {
            let envelope = json!({"Version": "2012-10-17", "Id": "default", "Statement": []});
            let size = sizes.entry(function.to_owned()).or_insert(envelope.to_string().len());
            *size += statement(id, function, said).to_string().len() + 1;
        }
    }
    sizes
}

/// With names as long as they come: a stack of 20 characters, the longest region, 10 characters of an API's id.
fn statement(id: &str, function: &str, permission: &Value) -> Value {
    let (stack, region, account) = ("a-stack-of-20-letter", "ap-southeast-1", "123456789012");
    let source = match &permission["SourceArn"]["Fn::Sub"] {
        Value::Array(pair) => text(&pair[0])
            .replace("${AWS::Region}", region)
            .replace("${AWS::AccountId}", account)
            .replace("${__ApiId__}", "a1b2c3d4e5")
            .replace("${__Stage__}", "*"),
        _ => format!("arn:aws:events:{region}:{account}:rule/{stack}-{id}-A1B2C3D4E5F6"),
    };
    json!({
        "Sid": format!("{stack}-{id}-A1B2C3D4E5F6"),
        "Effect": "Allow",
        "Principal": {"Service": permission["Principal"]},
        "Action": permission["Action"],
        "Resource": format!("arn:aws:lambda:{region}:{account}:function:{stack}-{function}"),
        "Condition": {"ArnLike": {"AWS:SourceArn": source}},
    })
}

/// The first circle of `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn` among the resources.
fn circle(resources: &BTreeMap<&str, &Value>) -> Option<String> {
    let (mut left, mut path) = (resources.keys().copied().collect(), Vec::new());
    resources.keys().find_map(|id| follow(id, resources, &mut path, &mut left))
}

fn follow<'r>(
    id: &'r str,
    resources: &BTreeMap<&'r str, &'r Value>,
    path: &mut Vec<&'r str>,
    left: &mut BTreeSet<&'r str>,
) -> Option<String> {
    if let Some(at) = path.iter().position(|before| *before == id) {
        return Some([&path[at..], &[id]].concat().join(" → "));
    }
    if !left.contains(id) {
        return None;
    }
    path.push(id);
    for name in references(resources[id]) {
        if let Some((next, _)) = resources.get_key_value(name.as_str())
            && let Some(found) = follow(next, resources, path, left)
        {
            return Some(found);
        }
    }
    path.pop();
    left.remove(id);
    None
}

/// Functions that name a door or a usage plan in environment or role: those are made after the functions.
pub(super) fn too_early(template: &Template) -> Vec<String> {
    let late = ["AWS::Serverless::Api", "AWS::ApiGateway::UsagePlan"];
    let mut faults = Vec::new();
    for function in template.functions() {
        let role = referred(function.property("Role")).unwrap_or_default();
        let environment = function.property("Environment");
        for (place, said) in [("environment", environment), ("role", template.properties(role))] {
            let named = references(said);
            let named = named.iter().filter(|id| late.contains(&template.kind(id)));
            faults
                .extend(named.map(|named| format!("{} names {named} in its {place}", function.id)));
        }
    }
    faults
}

/// Where SAM understands the template otherwise than the other rules do: `read` tells the doors' methods by their own
/// reading, as [`methods`] does by SAM's.
pub(super) fn misread(template: &Value, read: &BTreeSet<String>) -> Vec<String> {
    let made = methods(template);
    let unmade = read.difference(&made).map(|method| format!("SAM makes no {method}"));
    unmade.chain(made.difference(read).map(|method| format!("SAM makes {method}"))).collect()
}

/// `HubApi get /jobs → JobsFunction (SignedIn)`, of every method but those that answer a browser's preflight.
fn methods(template: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (door, resource) in members(&template["Resources"]) {
        if resource["Type"] != "AWS::ApiGateway::RestApi" {
            continue;
        }
        for (path, item) in members(&resource["Properties"]["Body"]["paths"]) {
            for (verb, method) in members(item).filter(|(verb, _)| *verb != "options") {
                let target = references(&method["x-amazon-apigateway-integration"]["uri"]);
                let function = target.iter().find(|id| id.ends_with("Function"));
                let asked: Vec<&str> = method["security"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .flat_map(|one| members(one).map(|(name, _)| name))
                    .collect();
                found.insert(format!(
                    "{door} {verb} {path} → {} ({})",
                    function.map_or("nothing", String::as_str),
                    asked.join(" and ")
                ));
            }
        }
    }
    found
}
