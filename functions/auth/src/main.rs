//! The auth function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::LambdaError> {
    api::serve(auth::routes(), auth::App::from_env().await?).await
}
