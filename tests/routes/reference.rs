//! `/health` and `/openapi.json`: for anyone, whatever else fails.

use tests::Stack;

#[tokio::test]
async fn the_hub_says_that_it_is_well() {
    let stack = Stack::start().await;
    let health = stack.stranger().get("/health").await;
    assert_eq!(health.header("content-type"), Some("application/json"));
    let health = health.expect(200);
    assert_eq!(health["status"], "ok");
    assert!(health["version"].as_str().is_some_and(|version| !version.is_empty()));
    stack.program("a key the gateway has checked").get("/health").await.expect(200);
}

#[tokio::test]
async fn the_document_is_the_committed_one() {
    let stack = Stack::start().await;
    let document = stack.stranger().get("/openapi.json").await;
    assert_eq!(document.header("content-type"), Some("application/json"));
    let document = document.expect(200);
    assert_eq!(document["info"]["title"], "Quantum Hub");
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")));
}
