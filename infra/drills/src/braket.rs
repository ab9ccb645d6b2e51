//! Which quantum tasks exist, as the local Braket's own API says.

use std::collections::BTreeMap;

use journey::Off;
use serde_json::{Value, json};

use crate::stack::Outside;

/// Of the devices that are used.
const REGIONS: [&str; 2] = ["us-east-1", "eu-north-1"];

/// All tasks by the job their tag names; those made from `since` on, or all.
pub(crate) async fn tasks_by_job(
    outside: &Outside,
    since: Option<&str>,
) -> Result<BTreeMap<String, Vec<Value>>, Off> {
    let made = |at: &str| json!([{"name": "createdAt", "operator": "GTE", "values": [at]}]);
    let filters = since.map_or_else(|| json!([]), made);
    let mut by_job: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for region in REGIONS {
        let mut search = json!({"filters": filters, "maxResults": 100});
        loop {
            let page = outside.braket(region, "/quantum-tasks", &search).await?;
            for task in page["quantumTasks"].as_array().into_iter().flatten() {
                let job = task["tags"]["job"].as_str().unwrap_or_default().to_owned();
                by_job.entry(job).or_default().push(task.clone());
            }
            match page["nextToken"].as_str() {
                Some(token) => search["nextToken"] = json!(token),
                None => break,
            }
        }
    }
    Ok(by_job)
}
