//! The quantum-apps function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::LambdaError> {
    api::serve(quantum_apps::routes(), quantum_apps::App::from_env().await?).await
}
