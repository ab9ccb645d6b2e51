//! `/quantum-apps`: created by providers, versioned, uploaded, released and published, each once.

use serde_json::{Value, json};
use tests::{Folder, Stack, announced};

const UNKNOWN: &str = "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f";

fn bell() -> Value {
    json!({"name": "Bell pairs", "type": "EDUCATION", "tags": [{"name": "bell", "category": "states"}]})
}

fn terms(amount: &str) -> Value {
    json!({"price": {"amount": amount, "currency": "USD"}, "trial_enabled": true})
}

#[tokio::test]
async fn an_app_starts_as_a_private_draft_of_its_developer() {
    let stack = Stack::start().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    bob.post("/quantum-apps", bell()).await.refused(403, "provider_role_required");
    let created = ada.post("/quantum-apps", bell()).await;
    let location = created.header("location").expect("a location").to_owned();
    let app = created.expect(201);
    assert_eq!(location, format!("quantum-apps/{}", app["id"].as_str().expect("an id")));
    assert_eq!((&app["status"], &app["visibility"]), (&json!(["DRAFT"]), &json!("PRIVATE")));
    assert_eq!((&app["license_type"], &app["developer_id"]), (&json!("MIT"), &json!(ada.id)));
    assert_eq!(app["tags"], json!([{"name": "bell", "category": "states"}]));
    assert_eq!(ada.get(&format!("/{location}")).await.expect(200), app);
    bob.get(&format!("/{location}")).await.refused(404, "not_found");
    stack.stranger().get(&format!("/{location}")).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn apps_are_listed_newest_first_page_by_page() {
    let stack = Stack::start().await;
    let (ada, bob) = (stack.provider("ada").await, stack.provider("bob").await);
    for name in ["first", "second", "third"] {
        stack.app(&ada, name).await;
    }
    let page = ada.get("/quantum-apps?limit=2").await.expect(200);
    let cursor = page["next_cursor"].as_str().expect("more").to_owned();
    let rest = ada.get(&format!("/quantum-apps?limit=2&cursor={cursor}")).await.expect(200);
    let name = |page: &Value, at: usize| page["items"][at]["name"].clone();
    assert_eq!([name(&page, 0), name(&page, 1), name(&rest, 0)], ["third", "second", "first"]);
    assert_eq!(rest["next_cursor"], Value::Null);
    assert_eq!(bob.get("/quantum-apps").await.expect(200)["items"], json!([]));
    bob.get(&format!("/quantum-apps?cursor={cursor}")).await.refused(400, "bad_cursor");
}

#[tokio::test]
async fn a_version_number_is_taken_once() {
    let stack = Stack::start().await;
    let ada = stack.provider("ada").await;
    let (app, other) = (stack.app(&ada, "one").await, stack.app(&ada, "two").await);
    let versions = format!("{app}/versions");
    let number = json!({"version_number": "1.0.0", "release_notes": "The first."});
    let created = ada.post(&versions, number.clone()).key("k").await.expect(201);
    assert_eq!((&created["status"], &created["is_latest"]), (&json!("DRAFT"), &json!(false)));
    let before = stack.items().await;
    let again = ada.post(&versions, number.clone()).key("k").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), created);
    let refused = ada.post(&versions, number.clone()).await.refused(409, "version_number_taken");
    assert!(refused["detail"].as_str().expect("text").contains("1.0.0"));
    assert_eq!(stack.items().await, before);
    ada.post(&format!("{other}/versions"), number).await.expect(201);
    ada.post(&versions, json!({"version_number": "1.0"})).await.refused(422, "validation_failed");
    ada.post(&versions, json!({"version_number": "1.1.0"})).await.expect(201);
    let listed = ada.get(&versions).await.expect(200);
    let numbers: Vec<_> = listed["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|v| v["version_number"].clone())
        .collect();
    assert_eq!(numbers, ["1.1.0", "1.0.0"]);
}

#[tokio::test]
async fn one_of_two_versions_of_a_number_asked_for_at_once_is_made() {
    let stack = Stack::start().await;
    let ada = stack.provider("ada").await;
    let versions = format!("{}/versions", stack.app(&ada, "one").await);
    let create = || async { ada.post(&versions, json!({"version_number": "1.0.0"})).await };
    let (first, second) = tokio::join!(create(), create());
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[tokio::test]
async fn a_package_is_uploaded_inspected_and_released() {
    let stack = Stack::start().await;
    let ada = stack.provider("ada").await;
    let app = stack.app(&ada, "Bell pairs").await;
    let version = stack.draft(&ada, &app, "1.0.0").await;
    let release = format!("{version}/release");
    ada.post(&release, json!({})).await.refused(409, "package_missing");

    let zip = Folder::bell("1.0.0").with("examples/run.txt", "theta = 1.57").zip();
    let form = stack.form(&ada, &version, &zip).await;
    assert_eq!(ada.get(&version).await.expect(200)["status"], "VALIDATING");
    ada.post(&release, json!({})).await.refused(409, "inspection_pending");
    assert_eq!(stack.send_form(&form, &zip).await, 204);
    stack.arrived(&form).await;

    let inspected = ada.get(&version).await.expect(200);
    assert_eq!((&inspected["status"], &inspected["findings"]), (&json!("DRAFT"), &json!([])));
    let package = &inspected["package"];
    assert_eq!(
        (&package["sha256"], &package["bytes"]),
        (&announced(&zip)["sha256"], &json!(zip.len()))
    );
    assert_eq!(
        (&package["program_file"], &package["ir_type"]),
        (&json!("bell.qasm"), &json!("OPENQASM_3"))
    );
    assert_eq!(package["inputs"], json!([{"name": "theta", "type": "ANGLE"}]));
    assert_eq!(package["input_schema"]["additionalProperties"], false);
    assert_eq!(
        (&package["preferred_device_id"], &package["preferred_shots"]),
        (&json!("hub-simulator"), &json!(1000))
    );
    assert_eq!(
        package["resource_estimate"],
        json!({"number_of_qubits": 2, "depth": 2, "gates": 2, "two_qubit_gates": 1, "measured_qubits": 2,
            "gate_names": ["cnot", "ry"], "uses_mid_circuit_measurement": false, "in_braket_dialect": true})
    );

    let released = ada.post(&release, json!({})).key("r").await.expect(200);
    assert_eq!((&released["status"], &released["is_latest"]), (&json!("RELEASED"), &json!(true)));
    let before = stack.items().await;
    assert_eq!(ada.post(&release, json!({})).key("r").await.expect(200), released);
    ada.post(&release, json!({})).await.refused(409, "version_immutable");
    ada.post(&format!("{version}/upload"), announced(&zip)).await.refused(409, "version_immutable");
    assert_eq!(stack.items().await, before);
    let app = ada.get(&app).await.expect(200);
    assert_eq!(
        (&app["latest_version_number"], &app["readme_content"]),
        (&json!("1.0.0"), &json!("# Bell pairs\n"))
    );
    assert_eq!(
        ada.get("/quantum-apps").await.expect(200)["items"][0]["readme_content"],
        Value::Null
    );
}

#[tokio::test]
async fn the_highest_release_runs_by_default() {
    let stack = Stack::start().await;
    let ada = stack.provider("ada").await;
    let app = stack.released(&ada, "Bell pairs", "1.1.0").await.app;
    let lower = Folder::bell("1.0.1").with("README.md", "# Old");
    let version = stack.release(&ada, &app, &lower, "1.0.1").await;
    assert_eq!(ada.get(&version).await.expect(200)["is_latest"], false);
    assert_eq!(ada.get(&app).await.expect(200)["latest_version_number"], "1.1.0");
    let higher = Folder::bell("2.0.0").with("README.md", "# New");
    stack.release(&ada, &app, &higher, "2.0.0").await;
    let read = ada.get(&app).await.expect(200);
    assert_eq!(
        (&read["latest_version_number"], &read["readme_content"]),
        (&json!("2.0.0"), &json!("# New"))
    );
}

#[tokio::test]
async fn releases_at_once_leave_the_highest_as_latest() {
    let stack = Stack::start().await;
    let ada = stack.provider("ada").await;
    let app = stack.app(&ada, "Bell pairs").await;
    let mut releases = Vec::new();
    for number in ["1.0.0", "1.2.0", "1.1.0"] {
        let version = stack.draft(&ada, &app, number).await;
        stack.upload(&ada, &version, &Folder::bell(number).zip()).await;
        releases.push(format!("{version}/release"));
    }
    let release = |path: String| {
        let ada = ada.clone();
        async move { ada.post(&path, json!({})).await }
    };
    let all = releases.into_iter().map(|path| tokio::spawn(release(path))).collect::<Vec<_>>();
    for released in all {
        released.await.expect("no panic").expect(200);
    }
    assert_eq!(ada.get(&app).await.expect(200)["latest_version_number"], "1.2.0");
}

#[tokio::test]
async fn a_repeated_upload_is_signed_anew_and_its_form_is_kept_nowhere() {
    let stack = Stack::start().await;
    let ada = stack.provider("ada").await;
    let app = stack.app(&ada, "Bell pairs").await;
    let version = stack.draft(&ada, &app, "1.0.0").await;
    let (zip, path) = (Folder::bell("1.0.0").zip(), format!("{version}/upload"));
    let first = ada.post(&path, announced(&zip)).key("u").await.expect(200);
    let before = stack.items().await;
    stack.clock().advance(std::time::Duration::from_secs(2));
    let again = ada.post(&path, announced(&zip)).key("u").await.expect(200);
    assert_eq!(again["fields"]["key"], first["fields"]["key"]);
    assert_ne!(again["fields"]["x-amz-signature"], first["fields"]["x-amz-signature"]);
    assert!(again["expires_at"].as_str() > first["expires_at"].as_str());
    ada.post(&path, announced(b"other")).key("u").await.refused(422, "idempotency_key_reused");
    let items = stack.items().await;
    assert_eq!(items, before);
    assert!(!items.join("").contains("x-amz-signature"));

    let later = stack.form(&ada, &version, &zip).await;
    assert_ne!(later["fields"]["key"], first["fields"]["key"]);
    ada.post(&path, announced(&zip)).key("u").await.refused(409, "upload_superseded");
}

#[tokio::test]
async fn a_released_app_is_published_to_the_registry_once_and_for_all() {
    let stack = Stack::start().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let draft = stack.app(&ada, "draft").await;
    let before = stack.items().await;
    ada.post(&format!("{draft}/publish-registry"), json!({}))
        .await
        .refused(409, "no_released_version");
    ada.post(&format!("{draft}/publish-marketplace"), terms("0.30"))
        .await
        .refused(409, "no_released_version");
    assert_eq!(stack.items().await, before);

    let app = stack.released(&ada, "Bell pairs", "1.0.0").await.app;
    bob.get(&app).await.refused(404, "not_found");
    let publish = format!("{app}/publish-registry");
    let published = ada.post(&publish, json!({})).key("p").await.expect(200);
    assert_eq!(
        (&published["visibility"], &published["is_in_registry"]),
        (&json!("PUBLIC"), &json!(true))
    );
    assert_eq!(published["status"], json!(["PUBLISHED_REGISTRY"]));
    let before = stack.items().await;
    assert_eq!(ada.post(&publish, json!({})).key("p").await.expect(200), published);
    assert_eq!(stack.items().await, before);
    assert_eq!(ada.post(&publish, json!({})).await.expect(200), published);
    assert_eq!(bob.get(&app).await.expect(200)["name"], "Bell pairs");
    bob.get(&format!("{app}/versions")).await.refused(404, "not_found");
}

#[tokio::test]
async fn an_app_is_listed_on_one_set_of_terms() {
    let stack = Stack::start().await;
    let ada = stack.provider("ada").await;
    let app = stack.released(&ada, "Bell pairs", "1.0.0").await.app;
    let path = format!("{app}/publish-marketplace");
    let before = stack.items().await;
    for (wrong, pointer) in [
        (
            json!({"price": {"amount": "1", "currency": "USD"}, "monthly_price": {"amount": "0", "currency": "USD"}, "trial_enabled": true}),
            "/monthly_price/amount",
        ),
        (
            json!({"price": {"amount": "1", "currency": "USD"}, "annual_price": {"amount": "9", "currency": "EUR"}, "trial_enabled": true}),
            "/annual_price/currency",
        ),
        (
            json!({"price": {"amount": "-1", "currency": "USD"}, "trial_enabled": true}),
            "/price/amount",
        ),
        (
            json!({"price": {"amount": "0.30", "currency": "EUR"}, "trial_enabled": true}),
            "/price/currency",
        ),
        (
            json!({"price": {"amount": "1", "currency": "USD"}, "trial_enabled": true, "support_email": "x"}),
            "/support_email",
        ),
        (
            json!({"price": {"amount": "1000.01", "currency": "USD"}, "trial_enabled": true}),
            "/price/amount",
        ),
    ] {
        let refused = ada.post(&path, wrong).await.refused(422, "validation_failed");
        assert_eq!(refused["violations"][0]["pointer"], pointer);
    }
    assert_eq!(stack.items().await, before);

    let listed = ada.post(&path, terms("0.30")).key("m").await;
    assert!(listed.header("location").is_some_and(|location| location.contains("marketplace/")));
    let listing = listed.expect(201);
    assert_eq!(listing["price"], json!({"amount": "0.30", "currency": "USD"}));
    assert_eq!(ada.post(&path, terms("0.30")).key("m").await.expect(201), listing);
    assert_eq!(ada.post(&path, terms("0.3")).await.expect(200), listing);
    ada.post(&path, terms("0.31")).await.refused(409, "already_listed");
    assert_eq!(ada.get(&app).await.expect(200)["status"], json!(["PUBLISHED_MARKETPLACE"]));
}

#[tokio::test]
async fn another_developers_app_is_as_absent_as_none() {
    let stack = Stack::start().await;
    let (ada, eve) = (stack.provider("ada").await, stack.provider("eve").await);
    let hers = stack.released(&ada, "Bell pairs", "1.0.0").await;
    let draft = stack.draft(&ada, &hers.app, "2.0.0").await;
    let own = stack.app(&eve, "Own").await;
    let version_of_hers = draft.rsplit('/').next().expect("an id");
    let before = stack.items().await;
    for app in [hers.app.clone(), format!("/quantum-apps/{UNKNOWN}")] {
        eve.get(&app).await.refused(404, "not_found");
        eve.get(&format!("{app}/versions")).await.refused(404, "not_found");
        eve.post(&format!("{app}/versions"), json!({"version_number": "3.0.0"}))
            .await
            .refused(404, "not_found");
        eve.post(&format!("{app}/publish-registry"), json!({})).await.refused(404, "not_found");
        eve.post(&format!("{app}/publish-marketplace"), terms("1")).await.refused(404, "not_found");
    }
    let hidden = [
        draft.clone(),
        hers.version.clone(),
        format!("{own}/versions/{version_of_hers}"),
        format!("{own}/versions/{UNKNOWN}"),
    ];
    for version in hidden {
        eve.get(&version).await.refused(404, "not_found");
        eve.post(&format!("{version}/upload"), announced(b"x")).await.refused(404, "not_found");
        eve.post(&format!("{version}/release"), json!({})).await.refused(404, "not_found");
    }
    assert_eq!(stack.items().await, before);
}

#[tokio::test]
async fn bad_requests_are_refused_and_leave_nothing_behind() {
    let stack = Stack::start().await;
    let ada = stack.provider("ada").await;
    let app = stack.app(&ada, "Bell pairs").await;
    let version = stack.draft(&ada, &app, "1.0.0").await;
    let posts = [
        "/quantum-apps".to_owned(),
        format!("{app}/versions"),
        format!("{version}/upload"),
        format!("{version}/release"),
        format!("{app}/publish-registry"),
        format!("{app}/publish-marketplace"),
    ];
    let before = stack.items().await;
    for path in &posts {
        let send = |body: &str| ada.post(path, json!({})).raw("application/json", body);
        send("{").await.refused(400, "malformed_json");
        send("[]").await.refused(400, "wrong_shape");
        send(r#"{"surprise": 1}"#).await.refused(400, "wrong_shape");
        send(&format!(r#"{{"name": "{}"}}"#, "x".repeat(300 * 1024)))
            .await
            .refused(413, "body_too_large");
        ada.post(path, json!({})).raw("text/plain", "hello").await.refused(415, "not_json");
        ada.post(path, json!({})).without_key().await.refused(400, "idempotency_key_missing");
        ada.post(path, json!({}))
            .key(&"k".repeat(256))
            .await
            .refused(400, "idempotency_key_invalid");
        stack.stranger().post(path, json!({})).await.refused(401, "unauthenticated");
    }
    let violates = |path: &str, body: Value, pointer: &'static str| {
        let request = ada.post(path, body);
        async move {
            let refused = request.await.refused(422, "validation_failed");
            assert_eq!(refused["violations"][0]["pointer"], pointer);
        }
    };
    violates("/quantum-apps", json!({"name": "", "type": "OTHER"}), "/name").await;
    violates("/quantum-apps", json!({"name": "x".repeat(101), "type": "OTHER"}), "/name").await;
    violates(
        "/quantum-apps",
        json!({"name": "a", "type": "OTHER", "license_type": "x"}),
        "/license_type",
    )
    .await;
    violates(
        "/quantum-apps",
        json!({"name": "a", "type": "OTHER", "license_url": "http://a.b"}),
        "/license_url",
    )
    .await;
    violates(
        "/quantum-apps",
        json!({"name": "a", "type": "OTHER", "description": "x".repeat(4001)}),
        "/description",
    )
    .await;
    let many = vec![json!({"name": "t"}); 21];
    violates("/quantum-apps", json!({"name": "a", "type": "OTHER", "tags": many}), "/tags").await;
    violates(&posts[2], json!({"sha256": "00", "bytes": 1}), "/sha256").await;
    violates(&posts[2], json!({"sha256": announced(b"")["sha256"], "bytes": 0}), "/bytes").await;
    violates(&posts[2], json!({"sha256": announced(b"")["sha256"], "bytes": 10_485_761}), "/bytes")
        .await;
    ada.post("/quantum-apps", json!({"name": "a", "type": "GAME"}))
        .await
        .refused(400, "wrong_shape");
    ada.get("/quantum-apps/x").await.refused(400, "bad_id");
    ada.get(&format!("{app}/versions/x")).await.refused(400, "bad_id");
    ada.get(&format!("/quantum-apps/x/versions/{UNKNOWN}")).await.refused(400, "bad_id");
    ada.get("/quantum-apps?limit=101").await.refused(400, "bad_limit");
    ada.get(&format!("{app}/versions?limit=0")).await.refused(400, "bad_limit");
    ada.get(&format!("{app}/versions?surprise=1")).await.refused(400, "bad_query");
    ada.get(&format!("{app}/versions?cursor=abc")).await.refused(400, "bad_cursor");
    assert_eq!(stack.items().await, before);
}
