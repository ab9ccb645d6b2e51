//! The authorize-key function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::LambdaError> {
    api::authorize(authorize_key::App::from_env().await?, authorize_key::handle).await
}
