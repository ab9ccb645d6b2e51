//! The run-simulation function, in whichever of its sizes.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), worker::LambdaError> {
    worker::consume(run_simulation::App::from_env().await?, run_simulation::handle).await
}
