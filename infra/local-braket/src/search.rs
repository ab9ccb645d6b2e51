//! How tasks and devices are searched: Braket's filters, pages and late visibility.

use std::sync::Arc;

use axum::{Json, body::Bytes, extract::State};
use domain::Moment;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    documents,
    fault::Fault,
    record::Record,
    request::{self, SignedFor},
    world::World,
};

const MAX_FILTERS: usize = 10;
const MAX_VALUES: usize = 10;
const MAX_PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SearchRequest {
    filters: Vec<Filter>,
    #[serde(default)]
    max_results: Option<usize>,
    #[serde(default)]
    next_token: Option<String>,
}

#[derive(Deserialize)]
struct Filter {
    name: String,
    values: Vec<String>,
    #[serde(default)]
    operator: Option<Operator>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Operator {
    Lt,
    Lte,
    Equal,
    Gt,
    Gte,
    Between,
}

pub(crate) async fn search_quantum_tasks(
    State(world): State<Arc<World>>,
    SignedFor(region): SignedFor,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let request: SearchRequest = read(&body)?;
    let conditions = request.filters.iter().map(Condition::read).collect::<Result<Vec<_>, _>>()?;
    let (now, delay) = (world.clock.now(), world.settings().search_delay());
    let mut found = world.ledger.select(|task| {
        let visible = task.region == region && task.created_at.plus(delay) <= now;
        (visible && conditions.iter().all(|condition| condition.holds(task))).then(|| task.clone())
    });
    found.sort_by_key(|task| std::cmp::Reverse((task.created_at, task.id)));
    let start = request.next_token.as_deref().map_or(Ok(0), |token| after(token, &found))?;
    let size = request.max_results.unwrap_or(MAX_PAGE);
    let page = &found[start.min(found.len())..(start + size).min(found.len())];
    let mut answer =
        json!({ "quantumTasks": page.iter().map(documents::summary).collect::<Vec<_>>() });
    if let Some(last) = page.last().filter(|_| start + size < found.len()) {
        answer["nextToken"] = json!(format!("{}_{}", last.created_at.unix_millis(), last.id));
    }
    Ok(Json(answer))
}

pub(crate) async fn search_devices(
    State(world): State<Arc<World>>,
    SignedFor(region): SignedFor,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let request: SearchRequest = read(&body)?;
    if let Some(unknown) = request.filters.iter().find(|filter| filter.name != "deviceArn") {
        return Err(Fault::validation(format!("Devices cannot be filtered by {}", unknown.name)));
    }
    let here = world.devices.iter().filter(|device| device.is_in(&region));
    let found = here.filter(|device| {
        request.filters.iter().all(|filter| filter.values.contains(&device.device_arn))
    });
    let devices: Vec<Value> =
        found.map(|device| documents::device_summary(device, &world.status(device))).collect();
    Ok(Json(json!({ "devices": devices })))
}

fn read(body: &[u8]) -> Result<SearchRequest, Fault> {
    let request: SearchRequest = request::body(body)?;
    if request.filters.len() > MAX_FILTERS {
        return Err(Fault::validation(format!("At most {MAX_FILTERS} filters")));
    }
    if !request.filters.iter().all(|filter| (1..=MAX_VALUES).contains(&filter.values.len())) {
        return Err(Fault::validation(format!("A filter has 1 to {MAX_VALUES} values")));
    }
    if !request.max_results.is_none_or(|most| (1..=MAX_PAGE).contains(&most)) {
        return Err(Fault::validation(format!("'maxResults' is 1 to {MAX_PAGE}")));
    }
    Ok(request)
}

/// Where the page after the token's task starts; newer tasks do not move it.
fn after(token: &str, found: &[Record]) -> Result<usize, Fault> {
    let invalid = || Fault::validation("'nextToken' is not one of this search");
    let (at, id) = token.split_once('_').ok_or_else(invalid)?;
    let at = Moment::from_unix_millis(at.parse().map_err(|_| invalid())?);
    let id = Uuid::parse_str(id).map_err(|_| invalid())?;
    Ok(found.partition_point(|task| (task.created_at, task.id) >= (at, id)))
}

enum Condition<'a> {
    Text(fn(&Record) -> String, &'a [String]),
    Created(Operator, Vec<Moment>),
}

impl<'a> Condition<'a> {
    fn read(filter: &'a Filter) -> Result<Self, Fault> {
        let operator =
            filter.operator.ok_or_else(|| Fault::validation("A filter has no operator"))?;
        let text: fn(&Record) -> String = match filter.name.as_str() {
            "quantumTaskArn" => Record::arn,
            "deviceArn" => |task| task.request.device_arn.clone(),
            "status" => |task| task.state.name().to_owned(),
            "jobArn" => |_| String::new(),
            "createdAt" => return Self::created(operator, &filter.values),
            unknown => {
                return Err(Fault::validation(format!("Tasks cannot be filtered by {unknown}")));
            }
        };
        if operator != Operator::Equal {
            return Err(Fault::validation(format!("The filter {} takes EQUAL only", filter.name)));
        }
        Ok(Self::Text(text, &filter.values))
    }

    fn created(operator: Operator, values: &[String]) -> Result<Self, Fault> {
        let moments =
            values.iter().map(|value| value.parse::<Moment>()).collect::<Result<Vec<_>, _>>();
        let moments = moments.map_err(|bad| Fault::validation(format!("createdAt: {bad}")))?;
        let wanted = if operator == Operator::Between { 2 } else { 1 };
        if moments.len() != wanted {
            return Err(Fault::validation(format!(
                "The filter createdAt takes {wanted} values here"
            )));
        }
        Ok(Self::Created(operator, moments))
    }

    fn holds(&self, task: &Record) -> bool {
        match self {
            Self::Text(read, values) => values.contains(&read(task)),
            Self::Created(operator, moments) => {
                let (at, first) = (task.created_at, moments[0]);
                match operator {
                    Operator::Lt => at < first,
                    Operator::Lte => at <= first,
                    Operator::Equal => at == first,
                    Operator::Gt => at > first,
                    Operator::Gte => at >= first,
                    Operator::Between => (first..=moments[1]).contains(&at),
                }
            }
        }
    }
}
