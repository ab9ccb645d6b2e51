//! Does any token but a genuine, living access token of this hub open anything?
//!
//! Each hostile one stands beside a good one that was made in the same way and lacks its defect alone. They are sent to
//! the deployed gateway, and then to a function as if no gateway stood before it.

mod corpus;
mod jwt;

use local_cloud::Cloud;
use tests::{Stack, handed_on};

use self::{
    corpus::{Specimen, hostile},
    jwt::Maker,
};
use super::place::Place;

/// The issue asks for thirty.
const LEAST: usize = 30;

pub(super) async fn are_refused_unless_genuine(place: &Place, cloud: &Cloud) {
    let maker = Maker::of(place, cloud).await;
    let corpus = hostile(&maker).await;
    assert!(corpus.len() >= LEAST, "{} are too few", corpus.len());
    let outputs = &cloud.stack().outputs;
    let pool = ["UserPoolId", "UserPoolClientId"].map(|name| outputs[name].clone());
    let stack = Stack::start().await.trusting(pool.into());
    let mut wrong = Vec::new();
    for specimen in &corpus {
        let Specimen { defect, hostile, good, .. } = specimen;
        for (token, expected) in [(good, 200), (hostile, 401)] {
            let status = at_the_gateway(place, token).await;
            if status != expected {
                wrong.push(format!("{defect}: the gateway answers {status}, not {expected}"));
            }
        }
        // A function believes the gateway alone: what a header says is nobody, genuine or not.
        for token in [good, hostile] {
            let header = format!("Bearer {token}");
            let sent = stack.stranger().get("/auth/me").header("Authorization", &header).await;
            if sent.status != 401 {
                wrong.push(format!("{defect}: without a gateway it is answered {}", sent.status));
            }
        }
        // And of what a gateway hands on, it takes no claim that a good token has not.
        if let (Some(claims), Some(of_good)) = (specimen.handed_on(), jwt::claims(good)) {
            stack.begin_session(&of_good).await;
            for (claims, expected) in [(of_good, 200), (claims, 401)] {
                let status = stack.claiming(handed_on(&claims)).get("/auth/me").await.status;
                if status != expected {
                    wrong.push(format!(
                        "{defect}: handed on, its claims are answered {status}, not {expected}"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "of {} tokens:\n{}", corpus.len(), wrong.join("\n"));
    println!("{} hostile tokens were refused, each beside a good one", corpus.len());
}

async fn at_the_gateway(place: &Place, token: &str) -> u16 {
    let request = place.get("/v1/auth/me").header("authorization", format!("Bearer {token}"));
    request.send().await.expect("an answer").status().as_u16()
}
