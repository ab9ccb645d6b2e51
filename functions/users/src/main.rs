//! The users function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::LambdaError> {
    api::serve(users::routes(), users::App::from_env().await?).await
}
