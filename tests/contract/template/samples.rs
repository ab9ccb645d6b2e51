//! Does each event under `events/` say what its function understands?

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use tests::{Stack, sign};

use super::{
    document::{Function, Template, referred, text},
    doors::Door,
};

/// The samples of a folder, by name.
pub(super) fn samples(folder: &Path) -> BTreeMap<String, String> {
    let files = fs::read_dir(folder).expect("the samples are there").flatten();
    let sample = |file: fs::DirEntry| {
        let name = file.file_name().to_string_lossy().into_owned();
        Some((name, fs::read_to_string(file.path()).ok()?))
    };
    files.filter_map(sample).filter(|(name, _)| name.ends_with(".json")).collect()
}

/// What is wrong with a sample: each goes to the real function behind `stack`, whose callers are known there.
pub(super) async fn fault(
    template: &Template,
    stack: &Stack,
    name: &str,
    sample: &str,
) -> Option<String> {
    let crate_name = name.split('.').next().unwrap_or_default();
    let of_name = |function: &Function<'_>| function.folder() == crate_name;
    let functions: Vec<Function<'_>> = template.functions().filter(of_name).collect();
    let Some(function) = functions.first() else {
        return Some(format!("{name} is named for no function of the template"));
    };
    let Ok(mut event) = serde_json::from_str::<Value>(sample) else {
        return Some(format!("{name} is not JSON"));
    };
    let claims = event.pointer_mut("/requestContext/authorizer/claims");
    claims.into_iter().filter(|claims| claims.is_object()).for_each(sign);
    let wrong = match function.events().next().map(|event| event.kind) {
        Some("Api") => request(template, stack, crate_name, &event).await,
        Some("SQS") => messages(template, stack, &functions, event).await,
        Some("Schedule") => tick(stack, crate_name, &event).await,
        None if authorizes(template, *function) => authorization(stack, event).await,
        _ => Some("is for a function that nothing triggers".to_owned()),
    };
    wrong.map(|what| format!("{name} {what}"))
}

async fn request(
    template: &Template,
    stack: &Stack,
    crate_name: &str,
    event: &Value,
) -> Option<String> {
    let context = &event["requestContext"];
    let id = if context["identity"]["apiKey"].is_null() { "HubApi" } else { "ClientApi" };
    let (door, _) = Door::of(template, id);
    let (verb, path) = (text(&event["httpMethod"]).to_ascii_lowercase(), text(&event["path"]));
    let route = door.resolve(&verb, path).filter(|route| route.function.folder() == crate_name);
    if route.is_none() {
        return Some(format!("does not reach {crate_name} through {id}"));
    }
    if text(&context["httpMethod"]).to_ascii_lowercase() != verb
        || !text(&context["path"]).ends_with(path)
        || text(&context["stage"]).is_empty()
    {
        return Some("says one thing of its request and its context another".to_owned());
    }
    let sent = event.to_string();
    let deliver = async {
        loop {
            stack.deliver().await;
        }
    };
    // a caller may wait for what its request began
    let answer = tokio::select! {
        answer = stack.answer(&sent) => answer,
        () = deliver => None,
    };
    match answer {
        None => Some("is no event of a REST API".to_owned()),
        Some(answer) if answer.status >= 400 => {
            Some(format!("is answered {} {}", answer.status, text(&answer.body["code"])))
        }
        Some(_) => None,
    }
}

async fn messages(
    template: &Template,
    stack: &Stack,
    functions: &[Function<'_>],
    event: Value,
) -> Option<String> {
    let source = text(&event["Records"][0]["eventSourceARN"]).to_owned();
    let crate_name = functions.first()?.folder();
    let Ok(batch) = serde_json::from_value(event) else {
        return Some("is no batch of SQS".to_owned());
    };
    let mut queues = functions.iter().flat_map(|function| function.events()).filter_map(|event| {
        let queue = template.properties(referred(&event.properties["Queue"])?);
        text(&queue["QueueName"]["Fn::Sub"]).strip_prefix("${AWS::StackName}")
    });
    if !queues.any(|name| source.ends_with(name)) {
        return Some(format!("comes from a queue that does not trigger {crate_name}"));
    }
    match stack.consume(crate_name, batch).await {
        Some(answer) if answer.is_clean() => None,
        _ => Some(format!("holds a message that {crate_name} does not take")),
    }
}

/// Whether a door asks it of each request.
fn authorizes(template: &Template, function: Function<'_>) -> bool {
    template.of_type("AWS::Serverless::Api").any(|(_, properties)| {
        let authorizer = text(&properties["Auth"]["DefaultAuthorizer"]);
        let asked = &properties["Auth"]["Authorizers"][authorizer]["FunctionArn"];
        asked["Fn::GetAtt"] == format!("{}.Arn", function.id)
            || referred(asked) == Some(function.id)
    })
}

async fn authorization(stack: &Stack, event: Value) -> Option<String> {
    let Ok(request) = serde_json::from_value(event) else {
        return Some("is no event of an authorizer".to_owned());
    };
    let verdict = stack.authorize(request).await.expect("a verdict");
    (!verdict.is_allowed()).then(|| "holds a key that opens nothing".to_owned())
}

async fn tick(stack: &Stack, crate_name: &str, event: &Value) -> Option<String> {
    let of_schedule = event["source"] == "aws.events" && event["detail-type"] == "Scheduled Event";
    if !of_schedule {
        return Some("is no event of a schedule".to_owned());
    }
    let done = stack.tick(crate_name).await == Some(true);
    (!done).then(|| format!("is not handled by {crate_name}"))
}
