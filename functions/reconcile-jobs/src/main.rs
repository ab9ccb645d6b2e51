//! The reconcile-jobs function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), worker::LambdaError> {
    worker::scheduled(reconcile_jobs::App::from_env().await?, reconcile_jobs::handle).await
}
