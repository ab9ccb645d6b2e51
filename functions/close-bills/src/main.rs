//! The close-bills function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), worker::LambdaError> {
    worker::scheduled(close_bills::App::from_env().await?, close_bills::handle).await
}
