//! How do the functions take events as they come, byte for byte?

use api::{KeyedRequest, Verdict};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use worker::{Batch, BatchAnswer, process, process_whole};

use crate::{Received, Stack};

impl Stack {
    /// What the function behind the event's path answers; `None` where it is no event of a REST API.
    pub async fn answer(&self, event: &str) -> Option<Received> {
        let request = lambda_http::request::from_str(event).ok()?;
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let service = self.functions().routes.get(path.split('/').nth(1)?)?;
        let response = service.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&bytes)));
        let request = format!("{method} {path}");
        Some(Received { request, status: parts.status.as_u16(), headers: parts.headers, body })
    }

    /// What the function of that name makes of a batch; `None` where it consumes no queue.
    pub async fn consume(&self, function: &str, batch: Batch) -> Option<BatchAnswer> {
        let functions = self.functions();
        Some(match function {
            "inspect-package" => {
                process(&functions.inspect_package, batch, inspect_package::handle).await
            }
            "process-avatar" => {
                process(&functions.process_avatar, batch, process_avatar::handle).await
            }
            "record-dead-letter" => {
                process_whole(&functions.record_dead_letter, batch, record_dead_letter::handle)
                    .await
            }
            "run-simulation" => {
                process(&functions.run_simulation, batch, run_simulation::handle).await
            }
            "settle-job" => process(&functions.settle_job, batch, settle_job::handle).await,
            "submit-quantum-task" => {
                process(&functions.submit_quantum_task, batch, submit_quantum_task::handle).await
            }
            _ => return None,
        })
    }

    /// What the programs' door is told of a request.
    pub async fn authorize(&self, request: KeyedRequest) -> Result<Verdict, store::Error> {
        authorize_key::handle(self.functions().authorize_key.clone(), request).await
    }

    /// Runs the function of that name as its schedule does; `None` where it has none.
    pub async fn tick(&self, function: &str) -> Option<bool> {
        let functions = self.functions();
        Some(match function {
            "reconcile-jobs" => {
                reconcile_jobs::handle(functions.reconcile_jobs.clone()).await.is_ok()
            }
            "close-bills" => close_bills::handle(functions.close_bills.clone()).await.is_ok(),
            "renew-subscriptions" => {
                renew_subscriptions::handle(functions.renew_subscriptions.clone()).await.is_ok()
            }
            "refresh-hardware" => {
                refresh_hardware::refresh(functions.refresh_hardware.clone()).await.is_ok()
            }
            _ => return None,
        })
    }
}
