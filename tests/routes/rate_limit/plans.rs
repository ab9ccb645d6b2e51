//! Are the limits of keys those that the template sells?

use domain::{access_key::Plan, rate_limit::Limit};

use super::limits;

/// The gateway meters many keys of ours on each of its own, so that its throttle has to bear several of them at once, and
/// knows nothing of their months.
#[test]
fn the_net_at_the_gateway_is_wider_than_any_plan() {
    let template = include_str!("../../../template.yaml");
    let limits = limits(1, 1);
    for (name, plan, times) in
        [("Free", Plan::Free, 50), ("Standard", Plan::Standard, 10), ("Premium", Plan::Premium, 5)]
    {
        let resource = format!("\n  {name}UsagePlan:\n");
        let (_, after) = template.split_once(&resource).expect("a usage plan");
        let after = after.split_once("\n\n").expect("its end").0;
        let (_, throttle) = after.split_once("Throttle: {RateLimit: ").expect("a throttle");
        let numbers = throttle.split_once('}').expect("its end").0.split_once(", BurstLimit: ");
        let (rate, burst) = numbers.expect("a rate and a burst");
        let number = |text: &str| text.parse::<u64>().expect("a number") / times;
        let sold = Limit::new(number(rate), number(burst)).map(|net| (net.interval(), net.burst()));
        let own = limits.of_plan(plan).limit;
        assert_eq!(sold.map(|net| net.0), Some(own.interval()), "{name}");
        assert!(sold.is_some_and(|net| net.1 >= own.burst()), "{name}");
        assert!(!after.contains("Quota"), "{name}: months are ours");
        for (number, value) in plan.gateway_keys("${AWS::StackName}-gateway-key").iter().enumerate()
        {
            assert!(after.contains(&format!("  {name}Key{number}:\n")), "{name}");
            assert!(after.contains(&format!("Value: !Sub \"{value}\"")), "{value}");
        }
    }
}
