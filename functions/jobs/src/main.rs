//! The jobs function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::LambdaError> {
    api::serve(jobs::routes(), jobs::App::from_env().await?).await
}
