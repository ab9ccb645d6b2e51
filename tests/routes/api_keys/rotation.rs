//! Does a key that is replaced go on for as long as it was to, and no third beside it?

use serde_json::{Value, json};

use super::{DAY, Scene, secret};

impl Scene {
    async fn rotate(&self, key: &Value, grace_seconds: u64) -> Value {
        let path = format!("{}/rotate", self.path(key));
        self.bob.post(&path, json!({"grace_seconds": grace_seconds})).await.expect(201)
    }

    async fn status(&self, key: &Value) -> Value {
        self.bob.get(&self.path(key)).await.expect(200)["status"].clone()
    }
}

#[tokio::test]
async fn both_keys_live_for_the_grace_and_then_the_new_one_alone() {
    for s in Scene::both().await {
        let request = json!({
            "name": "ci", "plan": "STANDARD", "scopes": ["jobs:read"], "max_uses": 3,
            "allowed_addresses": ["203.0.113.0/24"]
        });
        let old = s.make(request).await;
        let rotate = format!("{}/rotate", s.path(&old));
        let grace = json!({"grace_seconds": 86_400});
        let answer = s.bob.post(&rotate, grace.clone()).key("k").await;
        let location = answer.header("location").expect("a location").to_owned();
        let new = answer.expect(201);
        assert!(location.ends_with(new["id"].as_str().expect("an id")), "{location}");
        let again = s.bob.post(&rotate, grace).key("k").await.expect(201);
        assert_eq!((&again["id"], &again["key"]), (&new["id"], &Value::Null));

        assert_ne!(secret(&old), secret(&new));
        for same in ["name", "plan", "scopes", "allowed_addresses", "remaining_uses"] {
            assert_eq!(new[same], old[same], "{same}");
        }
        assert_eq!(new["rotated_from"], old["id"]);
        let replaced = s.bob.get(&s.path(&old)).await.expect(200);
        assert_eq!((&replaced["replaced_by"], &replaced["status"]), (&new["id"], &json!("ACTIVE")));
        let until = s.stack.clock().now().plus(DAY).to_string();
        assert_eq!(replaced["grace_ends_at"].as_str().map(|at| &at[..13]), Some(&until[..13]));
        let programs = [&old, &new].map(|key| s.program(key).from_address("203.0.113.7"));
        for program in &programs {
            program.get("/jobs").await.expect(200);
        }
        s.stack.clock().advance(DAY);
        programs[0].get("/jobs").await.refused(401, "key_expired");
        programs[1].get("/jobs").await.expect(200);
        assert_eq!(s.status(&old).await, "EXPIRED");
    }
}

#[tokio::test]
async fn two_live_at_the_most() {
    for s in Scene::both().await {
        let first = s.make(json!({"name": "ci"})).await;
        let second = s.rotate(&first, 604_800).await;
        let third = s.rotate(&second, 604_800).await;
        for (key, opens) in [(&first, false), (&second, true), (&third, true)] {
            let answer = s.program(key).get("/jobs").await;
            match opens {
                true => drop(answer.expect(200)),
                false => drop(answer.refused(401, "key_expired")),
            }
        }
        let at_once = s.rotate(&third, 0).await;
        s.program(&third).get("/jobs").await.refused(401, "key_expired");
        s.program(&second).get("/jobs").await.refused(401, "key_expired");
        s.program(&at_once).get("/jobs").await.expect(200);
        for replaced in [&first, &second, &third] {
            let rotate = format!("{}/rotate", s.path(replaced));
            let again = s.bob.post(&rotate, json!({"grace_seconds": 0})).await;
            again.refused(409, "key_replaced");
            let change = s.bob.put(&s.path(replaced), json!({"name": "x"})).if_match("*").await;
            change.refused(409, "key_replaced");
        }
    }
}

#[tokio::test]
async fn of_many_who_rotate_a_key_at_once_one_does() {
    for s in Scene::both().await {
        let key = s.make(json!({"name": "ci"})).await;
        let rotate = format!("{}/rotate", s.path(&key));
        let asked: Vec<_> = (0..6)
            .map(|_| {
                let (bob, rotate) = (s.bob.clone(), rotate.clone());
                tokio::spawn(async move { bob.post(&rotate, json!({"grace_seconds": 60})).await })
            })
            .collect();
        let mut made = 0;
        for answer in asked {
            let answer = answer.await.expect("no panic");
            match answer.status {
                201 => made += 1,
                _ => drop(answer.refused(409, "key_replaced")),
            }
        }
        assert_eq!((made, s.listed().await.len()), (1, 2));
    }
}

#[tokio::test]
async fn what_opens_nothing_is_not_replaced() {
    for s in Scene::both().await {
        let revoked = s.make(json!({"name": "ci"})).await;
        s.bob.delete(&s.path(&revoked)).await.expect(204);
        let soon = s.stack.clock().now().plus(DAY).to_string();
        let expired = s.make(json!({"name": "ci", "expire_at": soon})).await;
        s.stack.clock().advance(DAY);
        for key in [revoked, expired] {
            let rotate = format!("{}/rotate", s.path(&key));
            let refused = s.bob.post(&rotate, json!({"grace_seconds": 60})).await;
            refused.refused(409, "key_not_active");
        }
    }
}

#[tokio::test]
async fn a_key_that_was_replaced_takes_no_room_and_gives_none() {
    for s in Scene::both().await {
        let mut keys = Vec::new();
        for n in 0..20 {
            keys.push(s.make(json!({"name": format!("k{n}")})).await);
        }
        let new = s.rotate(&keys[0], 60).await;
        let more = || async { s.bob.post(&s.keys, json!({"name": "one more"})).await };
        more().await.refused(409, "too_many_keys");
        s.bob.delete(&s.path(&keys[0])).await.expect(204);
        s.program(&keys[0]).get("/jobs").await.refused(401, "key_revoked");
        more().await.refused(409, "too_many_keys");
        s.bob.delete(&s.path(&new)).await.expect(204);
        more().await.expect(201);
    }
}

#[tokio::test]
async fn keys_that_replaced_each_other_count_their_uses_together() {
    let s = Scene::on(tests::Stack::start().await, true).await;
    s.stack.devices().await;
    let old = s.make(json!({"name": "ci", "max_uses": 3})).await;
    let new = s.rotate(&old, 600).await;
    let job = json!({"input": {"theta": 1}, "run_mode": "NON_BLOCKING"});
    for key in [&old, &new, &old] {
        s.program(key).post("/jobs", job.clone()).await.expect(202);
    }
    for key in [&old, &new] {
        s.program(key).post("/jobs", job.clone()).await.refused(402, "key_used_up");
        assert_eq!(s.bob.get(&s.path(key)).await.expect(200)["remaining_uses"], 0);
    }
    s.stack.drain().await;
}
