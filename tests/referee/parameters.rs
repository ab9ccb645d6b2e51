//! Parameter Store: what the deployment leaves there is found by its path.

use parameters::Parameters;
use tests::{config, services};

#[tokio::test]
async fn the_usage_plans_are_found_by_name_and_are_those_that_were_made() {
    let cloud = services();
    let parameters = Parameters::new(&config(&cloud.addresses().services));
    let path = &cloud.stack().outputs["UsagePlansPath"];
    let found = parameters.by_path(path).await.expect("readable");
    let plan = |logical: &str| Some(&cloud.stack().resources[logical]);
    assert_eq!(found.get("free"), plan("FreeUsagePlan"));
    assert_eq!(found.get("standard"), plan("StandardUsagePlan"));
    assert_eq!(found.get("premium"), plan("PremiumUsagePlan"));
    assert_eq!(found.len(), 3);
}

#[tokio::test]
async fn a_path_that_nobody_wrote_to_holds_nothing() {
    let parameters = Parameters::new(&config(&services().addresses().services));
    let found = parameters.by_path("/nobody/wrote/here").await.expect("readable");
    assert!(found.is_empty(), "{found:?}");
}
