//! `/hardware`: anyone may look; a refresh keeps it as Braket has it.

use domain::hardware::{HardwareStatus, hub_simulator};
use serde_json::{Value, json};
use store::{create, hardware::device};
use tests::Stack;

async fn ids(stack: &Stack, query: &str) -> Vec<String> {
    let (mut ids, mut path) = (Vec::new(), format!("/hardware?{query}"));
    loop {
        let page = stack.stranger().get(&path).await.expect(200);
        let items = page["items"].as_array().expect("items");
        ids.extend(items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { return ids };
        path = format!("/hardware?{query}&cursor={cursor}");
    }
}

fn amount(price: &Value, of: &str) -> String {
    price[of]["amount"].as_str().expect("an amount").to_owned()
}

#[tokio::test]
async fn devices_are_those_of_braket_and_our_own() {
    let stack = Stack::start().await;
    assert!(ids(&stack, "").await.is_empty());
    stack.refresh_hardware().await;
    let all = ids(&stack, "limit=100").await;
    for id in [
        "hub-simulator",
        "amazon-dm1",
        "amazon-sv1",
        "ionq-forte-1",
        "iqm-garnet",
        "rigetti-ankaa-3",
    ] {
        assert!(all.iter().any(|have| have == id), "{id} in {all:?}");
    }
    assert!(all.is_sorted());
    for limit in 1..4 {
        assert_eq!(ids(&stack, &format!("limit={limit}")).await, all);
    }
    assert_eq!(ids(&stack, "platform=HUB").await, ["hub-simulator"]);
    assert_eq!(
        ids(&stack, "technology_type=SIMULATOR&limit=1").await,
        ["amazon-dm1", "amazon-sv1", "hub-simulator"]
    );
    assert!(ids(&stack, "technology_type=SIMULATOR&status=RETIRED").await.is_empty());
    let ions = ids(&stack, "technology_type=TRAPPED_ION&platform=BRAKET&limit=1").await;
    assert!(ions.iter().all(|id| id.starts_with("ionq-")) && !ions.is_empty(), "{ions:?}");
}

#[tokio::test]
async fn a_device_is_shown_with_its_price_and_what_it_can_do() {
    let stack = Stack::start().await;
    stack.refresh_hardware().await;
    let garnet = stack.stranger().get("/hardware/iqm-garnet").await.expect(200);
    assert_eq!((&garnet["qubits"], &garnet["status"]), (&json!(20), &json!("ONLINE")));
    assert_eq!(garnet["technology_type"], "SUPERCONDUCTING");
    assert!(garnet["arn"].as_str().is_some_and(|arn| arn.starts_with("arn:aws:braket:")));
    for list in ["connectivity_map", "gate_set", "operations"] {
        assert!(garnet[list].as_array().is_some_and(|list| !list.is_empty()), "{list}");
    }
    let price = &garnet["price"];
    assert_eq!(
        (amount(price, "per_task"), amount(price, "per_shot")),
        ("0.30".into(), "0.00145".into())
    );
    assert_eq!(price["priced_on"], domain::price::as_of());
    assert!(
        garnet["min_shots"].as_u64() >= Some(1) && garnet["max_shots"].as_u64() <= Some(100_000)
    );

    let ours = stack.stranger().get("/hardware/hub-simulator").await.expect(200);
    assert_eq!(
        (&ours["platform"], &ours["qubits"], &ours["arn"]),
        (&json!("HUB"), &json!(30), &Value::Null)
    );
    assert_eq!(amount(&ours["price"], "per_giga_update"), "0.00002");
}

#[tokio::test]
async fn a_refresh_writes_what_changed_and_retires_what_is_gone() {
    let stack = Stack::start().await;
    let table = stack.table();
    let mut ghost = hub_simulator(stack.clock().now());
    ghost.id = "acme-one".to_owned();
    ghost.platform = domain::hardware::Platform::Braket;
    table.write([create(&ghost)]).await.expect("written");
    stack.refresh_hardware().await;
    assert!(ids(&stack, "status=RETIRED").await.contains(&"acme-one".to_owned()));

    let settled = stack.items().await;
    stack.refresh_hardware().await;
    assert_eq!(stack.items().await, settled, "nothing changed");

    let mut garnet = table.get(&device("iqm-garnet")).await.expect("read").expect("known");
    let was = garnet.status;
    garnet.status = HardwareStatus::Offline;
    table.save(garnet).await.expect("saved");
    stack.refresh_hardware().await;
    let garnet = table.get(&device("iqm-garnet")).await.expect("read").expect("known");
    assert_eq!((garnet.status, garnet.version()), (was, 3));

    stack.clock().advance(std::time::Duration::from_secs(3600));
    stack.refresh_hardware().await;
    let ours = table.get(&device("hub-simulator")).await.expect("read").expect("known");
    assert_eq!(ours.version(), 2, "seen again");
    let ghost = table.get(&device("acme-one")).await.expect("read").expect("known");
    assert_eq!(ghost.version(), 2, "retired once");
}

#[tokio::test]
async fn without_braket_our_own_device_is_written_and_nothing_retired() {
    let stack = Stack::start().await;
    stack.refresh_hardware().await;
    let known = ids(&stack, "limit=100").await;
    let retired = ids(&stack, "status=RETIRED").await;
    stack.clock().advance(std::time::Duration::from_secs(3600));
    let failed = stack.refresh_hardware_from("http://127.0.0.1:9").await;
    assert_eq!(failed.expect_err("nobody is there").to_string(), "Braket told of no devices");
    let ours = stack.table().get(&device("hub-simulator")).await.expect("read").expect("known");
    assert_eq!(ours.version(), 2);
    assert_eq!(ids(&stack, "limit=100").await, known);
    assert_eq!(ids(&stack, "status=RETIRED").await, retired);
}

#[tokio::test]
async fn bad_requests_are_refused() {
    let stack = Stack::start().await;
    let anyone = stack.stranger();
    anyone.get("/hardware/acme-one").await.refused(404, "not_found");
    anyone.get("/hardware/Acme%20One").await.refused(400, "bad_id");
    anyone.get(&format!("/hardware/{}", "a".repeat(101))).await.refused(400, "bad_id");
    anyone.get("/hardware?platform=MOON").await.refused(400, "bad_query");
    anyone.get("/hardware?status=online").await.refused(400, "bad_query");
    anyone.get("/hardware?limit=0").await.refused(400, "bad_limit");
    anyone.get("/hardware?cursor=abc").await.refused(400, "bad_cursor");
    anyone.get("/hardware?surprise=1").await.refused(400, "bad_query");
    anyone.post("/hardware", json!({})).await.refused(404, "no_such_operation");
}

#[tokio::test]
async fn anyone_looks_through_one_door_and_a_key_with_the_scope_for_it_through_the_other() {
    let stack = Stack::start().await;
    stack.devices().await;
    let bob = stack.user("bob").await;
    let key = async |scope: &str| {
        let made = bob.post("/api-keys", json!({"name": "ci", "scopes": [scope]})).await;
        made.expect(201)["key"].as_str().expect("the key itself").to_owned()
    };
    let (having, lacking) = (key("hardware:read").await, key("jobs:read").await);
    for path in ["/hardware", "/hardware/hub-simulator"] {
        stack.program(&having).get(path).await.expect(200);
        stack.program(&lacking).get(path).await.refused(403, "scope_required");
        stack.program("qhk_nonsense").get(path).await.refused(401, "unauthenticated");
        // a header makes nobody a program
        stack.stranger().get(path).header("x-api-key", &lacking).await.expect(200);
        bob.get(path).await.expect(200);
    }
    stack.program(&lacking).get("/health").await.expect(200);
}
