//! The subscriptions function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::LambdaError> {
    api::serve(subscriptions::routes(), subscriptions::App::from_env().await?).await
}
