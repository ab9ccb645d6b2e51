//! The renew-subscriptions function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), worker::LambdaError> {
    worker::scheduled(renew_subscriptions::App::from_env().await?, renew_subscriptions::handle)
        .await
}
