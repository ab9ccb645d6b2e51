//! The registry function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::LambdaError> {
    api::serve(registry::routes(), registry::App::from_env().await?).await
}
