//! The inspect-package function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), worker::LambdaError> {
    worker::consume(inspect_package::App::from_env().await?, inspect_package::handle).await
}
