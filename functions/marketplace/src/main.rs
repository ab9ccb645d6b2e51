//! The marketplace function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::LambdaError> {
    api::serve(marketplace::routes(), marketplace::App::from_env().await?).await
}
