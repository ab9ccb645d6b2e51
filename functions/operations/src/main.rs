//! The operations function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::LambdaError> {
    api::serve(operations::routes(), operations::App::from_env().await?).await
}
