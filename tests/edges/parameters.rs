//! Parameter Store: all pages of a path, within bounds.

use parameters::{Error, MOST_PARAMETERS, Parameters};
use serde_json::{Value, json};
use tests::{Answer, Prepared, nobody};

fn page(names: impl IntoIterator<Item = String>, next: Option<&str>) -> Answer {
    let parameters: Vec<Value> =
        names.into_iter().map(|name| json!({"Name": name, "Value": "v"})).collect();
    Answer::ok(&json!({"Parameters": parameters, "NextToken": next}))
}

async fn read(answers: impl IntoIterator<Item = Answer>) -> Result<Vec<String>, Error> {
    let store = Prepared::answering(answers).await;
    let found = Parameters::new(&store.config()).by_path("/hub/plans/").await?;
    Ok(found.into_keys().collect())
}

#[tokio::test]
async fn every_page_is_read_empty_ones_too() {
    let names = |name: &str| [format!("/hub/plans/{name}")];
    let unnamed = Answer::ok(&json!({"Parameters": [{"Value": "v"}], "NextToken": "c"}));
    let answers = [
        page(names("free"), Some("a")),
        page([], Some("b")),
        unnamed,
        page(names("premium"), None),
    ];
    assert_eq!(read(answers).await.expect("readable"), ["free", "premium"]);
}

#[tokio::test]
async fn a_path_without_end_is_not_read() {
    let why = |failed: Result<Vec<String>, Error>| match failed {
        Err(Error::Failed(why)) => why,
        Ok(found) => panic!("{found:?}"),
    };
    let crowded = (0..=MOST_PARAMETERS).map(|number| format!("/hub/plans/{number}"));
    assert_eq!(why(read([page(crowded, None)]).await), "/hub/plans holds more than 100 parameters");
    assert_eq!(why(read([page([], Some("again"))]).await), "/hub/plans has more than 30 pages");
    let denied = Answer::error(400, "AccessDeniedException", "not authorized");
    let denied = why(read([denied]).await);
    assert_eq!(denied, "GetParametersByPath: AccessDeniedException (request request-1)");
    let Err(Error::Failed(why)) = Parameters::new(&nobody()).by_path("/").await else {
        panic!("nobody is there")
    };
    assert!(why.starts_with("GetParametersByPath: dispatch failure"), "{why}");
}
