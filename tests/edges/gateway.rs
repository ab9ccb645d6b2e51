//! API Gateway: a key is registered and on its plan, or not there at all.

use gateway::{Error, Gateway, GatewayKeyId, Refusal};
use serde_json::json;
use tests::{Answer, Prepared, nobody};

const VALUE: &str = "a-secret-value-of-a-key-0123456789";

async fn create(
    answers: impl IntoIterator<Item = Answer>,
) -> (Prepared, Result<GatewayKeyId, Error>) {
    let gateway = Prepared::answering(answers).await;
    let edge = Gateway::new(&gateway.config());
    let made = edge.create_key("a key", VALUE, "plan", &[("subscription_id", "1")]).await;
    (gateway, made)
}

fn registered() -> Answer {
    Answer::text(201, json!({"id": "k1", "value": VALUE}).to_string())
}

fn on_plan() -> Answer {
    Answer::text(201, json!({"id": "k1", "type": "API_KEY"}).to_string())
}

#[tokio::test]
async fn a_value_that_is_taken_and_a_full_account_are_told_apart() {
    let answer = Answer::error(409, "ConflictException", "API Key already exists");
    let (_gateway, taken) = create([answer]).await;
    assert!(matches!(taken, Err(Error::Refused(Refusal::ValueTaken))), "{taken:?}");
    let answer = Answer::error(429, "LimitExceededException", "API Key limit exceeded");
    let (_gateway, full) = create([answer]).await;
    assert!(matches!(full, Err(Error::Refused(Refusal::TooManyKeys))), "{full:?}");
}

#[tokio::test]
async fn a_key_that_does_not_get_onto_its_plan_is_removed_again() {
    let no_plan = || Answer::error(404, "NotFoundException", "Invalid Usage Plan identifier");
    let gone = Answer::error(404, "NotFoundException", "Invalid API Key identifier");
    for removed in [Answer::text(202, ""), gone, Answer::error(400, "BadRequestException", "")] {
        let (gateway, failed) = create([registered(), no_plan(), removed]).await;
        let Err(Error::Failed(why)) = failed else { panic!("{failed:?}") };
        assert_eq!(why, "CreateUsagePlanKey: NotFoundException (request request-1)");
        let asked = ["POST /apikeys", "POST /usageplans/plan/keys", "DELETE /apikeys/k1"];
        assert_eq!(gateway.asked(), asked);
    }
}

#[tokio::test]
async fn a_key_whose_place_on_the_plan_was_already_taken_by_itself_is_made() {
    let again = Answer::error(409, "ConflictException", "The key is already on the plan");
    for second in [on_plan(), again] {
        let (_gateway, made) = create([registered(), second]).await;
        assert_eq!(made.expect("a key").to_string(), "k1");
    }
}

#[tokio::test]
async fn a_failure_names_the_call_and_never_the_value() {
    let says = format!("{VALUE} is not to your taste");
    for (answer, expected) in [
        (
            Answer::error(400, "BadRequestException", &says),
            "CreateApiKey: BadRequestException (request request-1)",
        ),
        (Answer::text(201, "{}"), "CreateApiKey: an answer without an id"),
    ] {
        let (_gateway, failed) = create([answer]).await;
        let Err(Error::Failed(why)) = failed else { panic!("{failed:?}") };
        assert_eq!(why, expected);
    }
    let edge = Gateway::new(&nobody());
    let Err(Error::Failed(why)) = edge.delete_key(&GatewayKeyId::new("k1")).await else {
        panic!("nobody is there")
    };
    assert!(why.starts_with("DeleteApiKey: dispatch failure"), "{why}");
}
