//! The record-dead-letter function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), worker::LambdaError> {
    let app = record_dead_letter::App::from_env()?;
    worker::consume_whole(app, record_dead_letter::handle).await
}
