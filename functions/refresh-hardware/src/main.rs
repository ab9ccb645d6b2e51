//! The refresh-hardware function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), worker::LambdaError> {
    worker::scheduled(refresh_hardware::App::from_env().await?, refresh_hardware::refresh).await
}
