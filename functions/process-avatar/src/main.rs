//! The process-avatar function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), worker::LambdaError> {
    worker::consume(process_avatar::App::from_env().await?, process_avatar::handle).await
}
