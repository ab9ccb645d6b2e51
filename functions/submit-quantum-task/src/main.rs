//! The submit-quantum-task function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), worker::LambdaError> {
    worker::consume(submit_quantum_task::App::from_env().await?, submit_quantum_task::handle).await
}
