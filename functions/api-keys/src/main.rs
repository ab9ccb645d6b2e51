//! The api-keys function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::LambdaError> {
    api::serve(api_keys::routes(), api_keys::App::from_env().await?).await
}
