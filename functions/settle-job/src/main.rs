//! The settle-job function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), worker::LambdaError> {
    worker::consume(settle_job::App::from_env().await?, settle_job::handle).await
}
