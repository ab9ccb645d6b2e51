//! The reference function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), api::LambdaError> {
    api::serve(reference::routes(), reference::App).await
}
