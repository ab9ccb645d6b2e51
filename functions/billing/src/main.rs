//! The billing function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::LambdaError> {
    api::serve(billing::routes(), billing::App::from_env().await?).await
}
