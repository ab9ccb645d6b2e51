//! Which of the gateway's usage plans a key goes on.

use std::{collections::BTreeMap, sync::Arc};

use api::Problem;
use domain::access_key::Plan;
use parameters::Parameters;
use tokio::sync::OnceCell;

/// The plans' ids as the deployment left them, read when the first key is made.
#[derive(Clone)]
pub(crate) struct Plans {
    parameters: Parameters,
    path: String,
    ids: Arc<OnceCell<BTreeMap<String, String>>>,
}

#[derive(Debug, thiserror::Error)]
#[error("no usage plan id is published as {0}")]
struct NoPlan(&'static str);

impl Plans {
    pub(crate) fn new(parameters: Parameters, path: String) -> Self {
        Self { parameters, path, ids: Arc::default() }
    }

    pub(crate) async fn id(&self, plan: Plan) -> Result<&str, Problem> {
        let read = || self.parameters.by_path(&self.path);
        let ids = self.ids.get_or_try_init(read).await.map_err(Problem::failed)?;
        let id = ids.get(plan.parameter()).ok_or(NoPlan(plan.parameter()));
        id.map(String::as_str).map_err(Problem::failed)
    }
}
