//! `inspect-package`: each upload is judged once, whatever arrives late, twice, never, or with ill intent.

use serde_json::{Value, json};
use tests::{Folder, Stack, User, notification, put_object, services};

const UNKNOWN: &str = "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f";

struct Desk {
    stack: Stack,
    ada: User,
    version: String,
}

/// A draft 1.0.0 that waits for its package.
async fn desk() -> Desk {
    let stack = Stack::start().await;
    let ada = stack.provider("ada").await;
    let app = stack.app(&ada, "Bell pairs").await;
    let version = stack.draft(&ada, &app, "1.0.0").await;
    Desk { stack, ada, version }
}

impl Desk {
    async fn findings(&self, bytes: &[u8]) -> Value {
        let inspected = self.stack.upload(&self.ada, &self.version, bytes).await;
        assert_eq!(inspected["status"], "REJECTED", "{inspected:#}");
        assert_eq!(inspected["package"], Value::Null);
        inspected["findings"].clone()
    }

    async fn refuses(&self, folder: Folder, code: &str, words: &str) {
        let findings = self.findings(&folder.zip()).await;
        let found = findings.as_array().expect("findings").iter().any(|finding| {
            finding["code"] == code
                && finding["detail"].as_str().is_some_and(|says| says.contains(words))
        });
        assert!(found, "no {code} with {words:?} in {findings:#}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_package_is_told_its_developer() {
    let desk = desk().await;
    let bell = || Folder::bell("1.0.0");
    let number = json!({"type": "number"});
    let schema = |schema: Value| bell().says("input_schema", schema);
    desk.refuses(bell().without("README.md"), "readme_missing", "README.md").await;
    desk.refuses(bell().without("bell.qasm"), "program_missing", "bell.qasm").await;
    desk.refuses(bell().with("run.sh", "rm"), "package_unexpected_file", "run.sh").await;
    let long: String = (0..50_000).map(|number| format!("{number} ")).collect();
    desk.refuses(bell().with("README.md", &long), "readme_too_large", "README.md").await;
    desk.refuses(bell().says("surprise", json!(1)), "manifest_invalid", "surprise").await;
    desk.refuses(bell().says("defaults", json!({"shots": 0})), "manifest_invalid", "shots").await;
    desk.refuses(bell().says("version", json!("1.0.1")), "version_differs", "1.0.1").await;
    desk.refuses(schema(json!({"type": "string"})), "input_schema_invalid", "object").await;
    desk.refuses(schema(json!({"type": "object", "$ref": "#"})), "input_schema_invalid", "$ref")
        .await;
    desk.refuses(
        bell().says("output_schema", json!({"type": 5})),
        "output_schema_invalid",
        "object",
    )
    .await;
    desk.refuses(schema(json!({"type": "object"})), "input_schema_differs", "theta").await;
    desk.refuses(
        schema(json!({"type": "object", "properties": {"theta": number}})),
        "input_schema_differs",
        "required",
    )
    .await;
    desk.refuses(
        schema(json!({"type": "object", "properties": {"theta": {"type": "boolean"}}, "required": ["theta"]})),
        "input_schema_differs",
        "number",
    )
    .await;
    desk.refuses(
        schema(json!({"type": "object", "properties": {"theta": number, "phi": number}, "required": ["theta"]})),
        "input_schema_differs",
        "phi",
    )
    .await;
    desk.refuses(
        bell().program("OPENQASM 3.0;\nqubit[10000] q;\nh q;\n"),
        "program_invalid",
        "qubits",
    )
    .await;
    let passed = desk.stack.upload(&desk.ada, &desk.version, &bell().zip()).await;
    assert_eq!((&passed["status"], &passed["findings"]), (&json!("DRAFT"), &json!([])));
}

#[tokio::test]
async fn what_no_form_would_have_let_in_is_told_its_developer_too() {
    let desk = desk().await;
    let form = desk.stack.form(&desk.ada, &desk.version, b"small").await;
    let key = form["fields"]["key"].as_str().expect("a key");
    let bucket = &services().stack().outputs["PackagesBucketName"];
    put_object(bucket, key, vec![0; 10 * 1024 * 1024 + 1]).await;
    desk.stack.arrived(&form).await;
    let inspected = desk.ada.get(&desk.version).await.expect(200);
    assert_eq!(inspected["findings"][0]["code"], "package_too_large", "{inspected:#}");
}

#[tokio::test]
async fn a_program_that_does_not_parse_is_told_with_line_and_column() {
    let desk = desk().await;
    let source = "OPENQASM 3.0;\nqubit[2] q;\n  hh q[0];\n";
    let findings = desk.findings(&Folder::bell("1.0.0").program(source).zip()).await;
    let finding = &findings[0];
    assert_eq!(
        (&finding["code"], &finding["file"]),
        (&json!("program_invalid"), &json!("bell.qasm"))
    );
    assert_eq!((&finding["line"], &finding["column"]), (&json!(3), &json!(3)));
    assert!(finding["detail"].as_str().is_some_and(|says| says.contains("hh")), "{finding}");
}

#[tokio::test]
async fn a_hostile_package_is_a_finding_and_nothing_worse() {
    let desk = desk().await;
    let zip = Folder::bell("1.0.0").zip();
    let cut = &zip[..zip.len() / 2];
    let bomb = Folder::bell("1.0.0").with("examples/zeros", &"\0".repeat(20 * 1024 * 1024)).zip();
    let escape = Folder::bell("1.0.0").with("../../etc/cron.d/job", "* * * * *").zip();
    let deep = Folder::bell("1.0.0").with(&format!("examples/{}a", "a/".repeat(40)), "x").zip();
    let many = (0..1_000)
        .fold(Folder::bell("1.0.0"), |folder, n| folder.with(&format!("examples/{n}"), "x"))
        .zip();
    let nothing = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    for (bytes, code) in [
        (escape.as_slice(), "package_unsafe_name"),
        (&deep, "package_too_deep"),
        (&many, "package_too_many_entries"),
        (&nothing, "manifest_missing"),
        (b"not a zip".as_slice(), "package_not_a_zip"),
        (cut, "package_not_a_zip"),
        (bomb.as_slice(), "package_ratio_too_high"),
    ] {
        assert_eq!(desk.findings(bytes).await[0]["code"], code);
    }
    // names as long as a program may be, and more diagnostics than a version holds
    let name = "n".repeat(300_000);
    for source in [
        format!("OPENQASM 3.0;\ninput float {name};\nqubit q;\nh q;\n"),
        format!("OPENQASM 3.0;\nqubit q;\n{name} q;\n"),
        format!("OPENQASM 3.0;\n{}", "qubit q;\n".repeat(1_000)),
        format!("OPENQASM 3.0;\nqubit q;\nrx({}1) q;\n", "(".repeat(100_000)),
        format!("OPENQASM 3.0;\n{}", "//".repeat(200_000)),
        "\u{0}\u{ffff}".repeat(1_000),
    ] {
        let inspected = desk
            .stack
            .upload(&desk.ada, &desk.version, &Folder::bell("1.0.0").program(&source).zip())
            .await;
        assert_ne!(inspected["status"], "VALIDATING");
        assert!(inspected.to_string().len() < 64 * 1024);
    }
}

#[tokio::test]
async fn numbers_and_names_that_no_table_holds_pass() {
    let desk = desk().await;
    let output =
        json!({"type": "object", "properties": {"": {"minimum": 1e300, "maximum": 1e-300}}});
    let folder = Folder::bell("1.0.0").says("output_schema", output.clone());
    let passed = desk.stack.upload(&desk.ada, &desk.version, &folder.zip()).await;
    assert_eq!(passed["package"]["output_schema"], output, "{passed:#}");
}

#[tokio::test]
async fn what_a_program_asks_of_a_device_is_learned() {
    let desk = desk().await;
    let learned = async |source: &str| {
        let zip = Folder::bell("1.0.0").program(source).zip();
        let inspected = desk.stack.upload(&desk.ada, &desk.version, &zip).await;
        assert_eq!(inspected["status"], "DRAFT", "{inspected:#}");
        (inspected["package"]["ir_type"].clone(), inspected["package"]["resource_estimate"].clone())
    };
    let (ir_type, estimate) =
        learned("// include nothing\nOPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\ncx q[0],q[1];\nmeasure q -> c;\n").await;
    assert_eq!((ir_type, &estimate["in_braket_dialect"]), (json!("OPENQASM_2"), &json!(true)));
    assert_eq!(estimate["gate_names"], json!(["cnot"]));
    let (_, estimate) = learned("OPENQASM 3.0; /* include */\ngate pair a, b { h a; ctrl @ x a, b; }\nqubit[2] q;\npair q[0], q[1];\nbit c = measure q[0];\nreset q[0];\n").await;
    assert_eq!(estimate["gate_names"], json!(["cnot", "h"]));
    assert_eq!(estimate["uses_mid_circuit_measurement"], true);
    assert_eq!(estimate["in_braket_dialect"], true);
    let (_, estimate) = learned("OPENQASM 3.0;\nqubit[2] q;\nbit[2] c;\nc[0] = measure q[0];\nif (c[0]) { x q[1]; }\nc[1] = measure q[1];\n").await;
    assert_eq!(estimate["in_braket_dialect"], false);
    let doubled: String =
        (1..20).map(|n| format!("gate g{n} a {{ g{0} a; g{0} a; }}\n", n - 1)).collect();
    let (_, estimate) =
        learned(&format!("OPENQASM 3.0;\ngate g0 a {{ h a; }}\n{doubled}qubit q;\ng19 q;\n")).await;
    assert_eq!(estimate["gates"], 1 << 19);
}

#[tokio::test]
async fn other_bytes_than_were_announced_are_no_package() {
    let desk = desk().await;
    let (zip, other) =
        (Folder::bell("1.0.0").zip(), Folder::bell("1.0.0").with("LICENSE", "MIT").zip());
    let form = desk.stack.form(&desk.ada, &desk.version, &zip).await;
    // where S3 compares the hash itself, it takes nothing
    assert_eq!(desk.stack.send_form(&form, &other).await, 204);
    desk.stack.arrived(&form).await;
    let inspected = desk.ada.get(&desk.version).await.expect(200);
    assert_eq!(inspected["findings"][0]["code"], "package_other_content");
    let upload = format!("{}/upload", desk.version);
    let mut announced = tests::announced(&zip);
    announced["bytes"] = json!(zip.len() + 1);
    let form = desk.ada.post(&upload, announced).await.expect(200);
    assert_eq!(desk.stack.send_form(&form, &zip).await, 204);
    desk.stack.arrived(&form).await;
    let inspected = desk.ada.get(&desk.version).await.expect(200);
    assert_eq!(inspected["findings"][0]["code"], "package_other_size");
}

#[tokio::test]
async fn a_notification_that_comes_twice_or_late_changes_nothing() {
    let desk = desk().await;
    let stack = &desk.stack;
    let (broken, zip) = (b"not a zip", Folder::bell("1.0.0").zip());
    let first = stack.form(&desk.ada, &desk.version, broken).await;
    let second = stack.form(&desk.ada, &desk.version, &zip).await;
    assert_eq!(stack.send_form(&first, broken).await, 204);
    assert_eq!(stack.send_form(&second, &zip).await, 204);
    let before = stack.items().await;
    stack.arrived(&first).await;
    assert_eq!(stack.items().await, before, "a superseded upload has no verdict");
    assert!(!stack.is_uploaded(&first).await);

    let key = second["fields"]["key"].as_str().expect("a key");
    let message = notification(key);
    let (one, two) = tokio::join!(stack.notify(&message), stack.notify(&message));
    assert!(one && two);
    let judged = desk.ada.get(&desk.version).await.expect(200);
    assert_eq!(judged["status"], "DRAFT");
    assert!(!stack.is_uploaded(&second).await);
    let before = stack.items().await;
    stack.arrived(&second).await;
    assert_eq!(stack.send_form(&second, &zip).await, 204);
    stack.arrived(&second).await;
    assert!(!stack.is_uploaded(&second).await);
    assert_eq!(stack.items().await, before);
}

#[tokio::test]
async fn a_package_that_passed_is_replaced_by_the_next_upload() {
    let desk = desk().await;
    desk.stack.upload(&desk.ada, &desk.version, &Folder::bell("1.0.0").zip()).await;
    desk.findings(b"not a zip").await;
    desk.ada
        .post(&format!("{}/release", desk.version), json!({}))
        .await
        .refused(409, "package_rejected");
    let next = Folder::bell("1.0.0").with("README.md", "# Second");
    desk.stack.upload(&desk.ada, &desk.version, &next.zip()).await;
    desk.ada.post(&format!("{}/release", desk.version), json!({})).await.expect(200);
    let app = desk.version.split("/versions").next().expect("an app");
    assert_eq!(desk.ada.get(app).await.expect(200)["readme_content"], "# Second");
}

#[tokio::test]
async fn a_test_is_accepted_and_only_a_foreign_message_fails() {
    let stack = Stack::start().await;
    let before = stack.items().await;
    let sample: Value =
        serde_json::from_str(include_str!("../../events/inspect-package.test-event.json"))
            .expect("JSON");
    assert!(stack.notify(sample["Records"][0]["body"].as_str().expect("a body")).await);
    let never_announced = format!("uploads/{UNKNOWN}/{UNKNOWN}/{UNKNOWN}.zip");
    let encoded = never_announced.replace('/', "%2F");
    let of_another_kind = never_announced.replace(UNKNOWN, "3f333df6-90a4-4fda-8dd3-9485d27cee36");
    for key in [
        never_announced.as_str(),
        &encoded,
        &of_another_kind,
        "uploads/%FF",
        "uploads/../x.zip",
        "packages/x",
    ] {
        assert!(stack.notify(&notification(key)).await, "{key}");
    }
    let removed =
        notification(&never_announced).replace("ObjectCreated:Post", "ObjectRemoved:Delete");
    assert!(stack.notify(&removed).await);
    for foreign in ["{}", "5", "not json", r#"{"Event": "s3:Other"}"#, r#"{"Records": [{}]}"#] {
        assert!(!stack.notify(foreign).await, "{foreign}");
    }
    assert_eq!(stack.items().await, before);
}
