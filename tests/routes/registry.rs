//! `/registry`: open to everyone's eyes, downloads for known callers.

use files::Sha256Digest;
use serde_json::{Value, json};
use tests::{Folder, Stack, User};

const UNKNOWN: &str = "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f";

/// A released app in the registry; its id.
async fn published(stack: &Stack, developer: &User, name: &str) -> String {
    let app = stack.released(developer, name, "1.0.0").await.app;
    developer.post(&format!("{app}/publish-registry"), json!({})).await.expect(200);
    app.rsplit('/').next().expect("an id").to_owned()
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().filter_map(|app| app["name"].as_str()).collect()
}

#[tokio::test]
async fn published_apps_are_listed_for_everyone_newest_first() {
    let stack = Stack::start().await;
    let (ada, nobody) = (stack.provider("ada").await, stack.stranger());
    assert_eq!(nobody.get("/registry").await.expect(200), json!({"items": []}));
    stack.released(&ada, "unpublished", "1.0.0").await;
    for name in ["first", "second", "third"] {
        published(&stack, &ada, name).await;
    }
    let page = nobody.get("/registry?limit=2").await.expect(200);
    assert_eq!(names(&page), ["third", "second"]);
    assert_eq!(page["items"][0]["latest_version_number"], "1.0.0");
    let cursor = page["next_cursor"].as_str().expect("more");
    let rest = nobody.get(&format!("/registry?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!((names(&rest), &rest["next_cursor"]), (vec!["first"], &Value::Null));
    assert_eq!(names(&nobody.get("/registry?type=EDUCATION").await.expect(200)).len(), 3);
    assert_eq!(names(&nobody.get("/registry?type=FINANCE").await.expect(200)).len(), 0);
    let other_list = format!("/registry?type=EDUCATION&cursor={cursor}");
    nobody.get(&other_list).await.refused(400, "bad_cursor");
}

#[tokio::test]
async fn a_published_app_is_shown_with_its_latest_version() {
    let stack = Stack::start().await;
    let (ada, nobody) = (stack.provider("ada").await, stack.stranger());
    let id = published(&stack, &ada, "Bell pairs").await;
    let path = format!("/registry/{id}");
    let app = nobody.get(&path).await.expect(200);
    assert_eq!(
        (&app["name"], &app["readme_content"]),
        (&json!("Bell pairs"), &json!("# Bell pairs\n"))
    );
    assert_eq!(app["registry_download_count"], 0);
    let package = &app["latest_version"]["package"];
    assert_eq!(package["input_schema"]["required"], json!(["theta"]));
    assert_eq!(package["resource_estimate"]["number_of_qubits"], 2);

    let next = Folder::bell("1.1.0").with("README.md", "# New");
    stack.release(&ada, &format!("/quantum-apps/{id}"), &next, "1.1.0").await;
    let app = nobody.get(&path).await.expect(200);
    assert_eq!(
        (&app["latest_version"]["version_number"], &app["readme_content"]),
        (&json!("1.1.0"), &json!("# New"))
    );
}

#[tokio::test]
async fn a_download_is_the_package_as_it_was_inspected_and_is_counted() {
    let stack = Stack::start().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let id = published(&stack, &ada, "Bell pairs").await;
    let path = format!("/registry/download/{id}");
    stack.stranger().post(&path, json!({})).await.refused(401, "unauthenticated");
    let download = bob.post(&path, json!({})).without_key().await.expect(200);
    assert_eq!(
        (&download["version_number"], &download["file_name"]),
        (&json!("1.0.0"), &json!("bell-pairs-1.0.0.zip"))
    );
    let (status, headers, bytes) = stack.follow(download["url"].as_str().expect("a link")).await;
    assert_eq!(status, 200);
    assert_eq!(bytes, Folder::bell("1.0.0").zip());
    assert_eq!(download["sha256"], json!(Sha256Digest::of(&bytes).to_string()));
    assert_eq!(download["bytes"], bytes.len());
    let disposition = headers["content-disposition"].to_str().expect("text");
    assert!(disposition.contains("bell-pairs-1.0.0.zip"), "{disposition}");

    let again = (0..9).map(|_| {
        let (bob, path) = (bob.clone(), path.clone());
        tokio::spawn(async move { bob.post(&path, json!({})).await.expect(200) })
    });
    for download in again.collect::<Vec<_>>() {
        download.await.expect("no panic");
    }
    let app = stack.stranger().get(&format!("/registry/{id}")).await.expect(200);
    assert_eq!(app["registry_download_count"], 10);
}

#[tokio::test]
async fn a_program_downloads_with_a_key_of_any_subscription() {
    let stack = Stack::start().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let id = published(&stack, &ada, "Bell pairs").await;
    let listed = stack.publish(&ada, tests::GHZ, "0.05").await;
    let subscription = stack.subscribe(&bob, listed, false).await;
    let key = stack.key(&bob, subscription, None).await;
    let path = format!("/registry/download/{id}");
    stack.program(&key).post(&path, json!({})).await.expect(200);
    stack.program("qh_wrong").post(&path, json!({})).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn what_is_not_in_the_registry_is_absent() {
    let stack = Stack::start().await;
    let ada = stack.provider("ada").await;
    let app = stack.released(&ada, "Bell pairs", "1.0.0").await.app;
    let private = app.rsplit('/').next().expect("an id");
    let before = stack.items().await;
    for id in [private, UNKNOWN] {
        ada.get(&format!("/registry/{id}")).await.refused(404, "not_found");
        ada.post(&format!("/registry/download/{id}"), json!({})).await.refused(404, "not_found");
    }
    ada.get("/registry/x").await.refused(400, "bad_id");
    ada.post("/registry/download/x", json!({})).await.refused(400, "bad_id");
    ada.get("/registry?type=GAME").await.refused(400, "bad_query");
    ada.get("/registry?limit=0").await.refused(400, "bad_limit");
    ada.get("/registry?cursor=abc").await.refused(400, "bad_cursor");
    ada.get("/registry?surprise=1").await.refused(400, "bad_query");
    assert_eq!(stack.items().await, before);
}
