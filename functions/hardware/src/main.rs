//! The hardware function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::LambdaError> {
    api::serve(hardware::routes(), hardware::App::from_env().await?).await
}
