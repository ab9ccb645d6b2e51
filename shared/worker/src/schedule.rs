//! How a function runs on a schedule.

use std::future::Future;

use lambda_runtime::{LambdaEvent, service_fn};

use crate::Failed;

/// Runs in Lambda: each tick goes to `handle`; a failure is tried again and then reported by the platform.
pub async fn scheduled<A, F, Fut>(app: A, handle: F) -> Result<(), lambda_runtime::Error>
where
    A: Clone + Send + Sync + 'static,
    F: Fn(A) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<(), Failed>> + Send,
{
    lambda_runtime::tracing::init_default_subscriber();
    let app = &app;
    lambda_runtime::run(service_fn(move |_: LambdaEvent<serde_json::Value>| async move {
        handle(app.clone()).await.map_err(lambda_runtime::Error::from)
    }))
    .await
}
