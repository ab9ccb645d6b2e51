//! How a function runs on a schedule.

use std::{future::Future, pin::Pin};

use lambda_runtime::{LambdaEvent, service_fn};

use telemetry::{Ended, Trace, Work, within};

use crate::Failed;

/// What working off a tick is called in the log.
const TICK: &str = "tick";

/// Runs in Lambda: each tick goes to `handle`; a failure is tried again and then reported by the platform.
pub async fn scheduled<A, F, Fut>(app: A, handle: F) -> Result<(), lambda_runtime::Error>
where
    A: Clone + Send + Sync + 'static,
    F: Fn(A) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<(), Failed>> + Send + 'static,
{
    const { assert!(!guards::SWITCHABLE, "a function keeps its guards") };
    telemetry::start();
    let app = &app;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<serde_json::Value>| async move {
        let work = Work::begin(TICK, &event.context.request_id, Trace::begin());
        let ticked = within(work.clone(), async {
            // Boxed: as part of the whole its type is deeper than the compiler looks.
            let handled: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(handle(app.clone()));
            let ticked = handled.await;
            if let Err(failed) = &ticked {
                tracing::error!(cause = %failed, "tick failed");
            }
            work.end(if ticked.is_ok() { Ended::Done } else { Ended::Failed });
            ticked
        });
        ticked.await.map_err(lambda_runtime::Error::from)
    }))
    .await
}
