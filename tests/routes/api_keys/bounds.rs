//! From where may a key be used, and who counts what comes from elsewhere?

use serde_json::json;

use super::Scene;

#[tokio::test]
async fn a_key_is_used_from_its_networks_alone_from_the_next_request_on() {
    for s in Scene::both().await {
        let made = s.make(json!({"name": "ci"})).await;
        let (path, program) = (s.path(&made), s.program(&made));
        program.from_address("198.51.100.1").get("/jobs").await.expect(200);
        let networks = json!(["203.0.113.0/24", "2001:db8::/32"]);
        let change = json!({"name": "ci", "allowed_addresses": networks});
        let changed = s.bob.put(&path, change).if_match("*").await.expect(200);
        assert_eq!(changed["allowed_addresses"], networks);
        for (address, allowed) in [
            ("203.0.113.0", true),
            ("203.0.113.255", true),
            ("2001:db8:ffff::1", true),
            ("::ffff:203.0.113.7", true),
            ("203.0.114.0", false),
            ("2001:db9::1", false),
            ("nonsense", false),
        ] {
            let answer = program.from_address(address).get("/jobs").await;
            match allowed {
                true => drop(answer.expect(200)),
                false => drop(answer.refused(403, "address_not_allowed")),
            }
        }
        // what a caller says of itself changes nothing
        let elsewhere = program.from_address("198.51.100.1");
        for header in ["X-Forwarded-For", "X-Real-Ip", "Forwarded"] {
            let claimed = elsewhere.get("/jobs").header(header, "203.0.113.7").await;
            claimed.refused(403, "address_not_allowed");
        }
    }
}

#[tokio::test]
async fn what_comes_from_elsewhere_uses_up_nothing_of_the_key() {
    for s in Scene::both().await {
        let made = s.make(json!({"name": "ci", "allowed_addresses": ["203.0.113.0/24"]})).await;
        let (usage, program) = (format!("{}/usage", s.path(&made)), s.program(&made));
        for _ in 0..3 {
            let elsewhere = program.from_address("198.51.100.1").get("/jobs").await;
            elsewhere.refused(403, "address_not_allowed");
        }
        assert_eq!(s.bob.get(&usage).await.expect(200)["today"], 0);
        program.from_address("203.0.113.7").get("/jobs").await.expect(200);
        let elsewhere = program.from_address("198.51.100.1").get("/jobs").await;
        elsewhere.refused(403, "address_not_allowed");
        assert_eq!(s.bob.get(&usage).await.expect(200)["today"], 1);
    }
}
