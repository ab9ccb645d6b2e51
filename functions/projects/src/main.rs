//! The projects function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::LambdaError> {
    api::serve(projects::routes(), projects::App::from_env().await?).await
}
