//! Which functions are there, what do they serve, and what do they hold?

/// A function, as its folder is called.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: &'static str,
    /// In the template; of one in several sizes, the smallest.
    pub logical_id: &'static str,
    /// The first segments of the paths it serves; none where it works through events.
    pub serves: &'static [&'static str],
    /// The operation whose calls are measured; none where it works through events.
    pub operation: Option<&'static str>,
    /// The AWS services it holds a client of, one for each client.
    pub clients: &'static [&'static str],
    /// Measured unless told otherwise.
    pub by_default: bool,
}

/// What ClientApi asks before it asks any other.
pub const AUTHORIZER: &str = "authorize-key";

const TABLE: &str = "dynamodb";
const SECRETS: &str = "secretsmanager";
const FILES: &str = "s3";

/// All that the template deploys.
pub const FUNCTIONS: [Function; 24] = [
    noun("api-keys", "ApiKeysFunction", &["api-keys", "usage"], "getApiKey", &[TABLE, SECRETS]),
    noun("auth", "AuthFunction", &["auth"], "getMe", &[TABLE, SECRETS, "cognito-idp", "ses"]),
    noun("billing", "BillingFunction", &["bills"], "getBill", &[TABLE, SECRETS]),
    noun("hardware", "HardwareFunction", &["hardware"], "getHardware", &[TABLE, SECRETS]),
    named(noun("jobs", "JobsFunction", &["jobs"], "getJob", &[TABLE, SECRETS, "sqs", FILES])),
    noun(
        "marketplace",
        "MarketplaceFunction",
        &["marketplace"],
        "getMarketplaceApp",
        &[TABLE, SECRETS],
    ),
    noun(
        "operations",
        "OperationsFunction",
        &["dead-letters"],
        "getDeadLetter",
        &[TABLE, SECRETS, "sqs"],
    ),
    named(noun("projects", "ProjectsFunction", &["projects"], "getProject", &[TABLE, SECRETS])),
    noun(
        "quantum-apps",
        "QuantumAppsFunction",
        &["quantum-apps"],
        "getQuantumApp",
        &[TABLE, SECRETS, FILES],
    ),
    named(noun("reference", "ReferenceFunction", &["health", "openapi.json"], "getHealth", &[])),
    named(noun(
        "registry",
        "RegistryFunction",
        &["registry"],
        "getRegistryApp",
        &[TABLE, SECRETS, FILES],
    )),
    noun(
        "subscriptions",
        "SubscriptionsFunction",
        &["subscriptions"],
        "getSubscription",
        &[TABLE, SECRETS],
    ),
    noun(
        "users",
        "UsersFunction",
        &["users"],
        "becomeProvider",
        &[TABLE, SECRETS, "cognito-idp", FILES],
    ),
    verb(AUTHORIZER, "AuthorizeKeyFunction", &[TABLE, SECRETS]),
    verb("close-bills", "CloseBillsFunction", &[TABLE]),
    verb("inspect-package", "InspectPackageFunction", &[TABLE, FILES]),
    verb("process-avatar", "ProcessAvatarFunction", &[TABLE, FILES]),
    verb("reconcile-jobs", "ReconcileJobsFunction", &[TABLE, "sqs"]),
    verb("record-dead-letter", "RecordDeadLetterFunction", &[TABLE]),
    verb("refresh-hardware", "RefreshHardwareFunction", &[TABLE, "braket"]),
    verb("renew-subscriptions", "RenewSubscriptionsFunction", &[TABLE]),
    named(verb("run-simulation", "RunSimulationSmallFunction", &[TABLE, FILES, FILES])),
    verb("settle-job", "SettleJobFunction", &[TABLE, "braket", FILES]),
    verb("submit-quantum-task", "SubmitQuantumTaskFunction", &[TABLE, FILES, "braket"]),
];

/// The function that serves a path, by its first segment; keys are served together, whoever has them.
#[must_use]
pub fn serving(path: &str) -> Option<&'static Function> {
    let mut segments = path.trim_start_matches('/').split(['/', '?']);
    let first = match (segments.next()?, segments.nth(1)) {
        ("subscriptions", Some("keys")) => "api-keys",
        (first, _) => first,
    };
    FUNCTIONS.iter().find(|function| function.serves.contains(&first))
}

#[must_use]
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

const fn noun(
    name: &'static str,
    logical_id: &'static str,
    serves: &'static [&'static str],
    operation: &'static str,
    clients: &'static [&'static str],
) -> Function {
    Function { serves, operation: Some(operation), ..verb(name, logical_id, clients) }
}

const fn verb(
    name: &'static str,
    logical_id: &'static str,
    clients: &'static [&'static str],
) -> Function {
    Function { name, logical_id, serves: &[], operation: None, clients, by_default: false }
}

const fn named(function: Function) -> Function {
    Function { by_default: true, ..function }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_of_the_template_is_known() {
        let template = include_str!("../../../template.yaml");
        let deployed: Vec<&str> = template
            .lines()
            .filter_map(|line| line.trim().strip_prefix("CodeUri: functions/"))
            .map(|folder| folder.trim_end_matches('/'))
            .collect();
        for folder in &deployed {
            assert!(function(folder).is_some(), "{folder} is not measured");
        }
        for known in &FUNCTIONS {
            assert!(deployed.contains(&known.name), "{} is not deployed", known.name);
            assert!(template.contains(&format!("\n  {}:\n", known.logical_id)), "{}", known.name);
        }
    }

    #[test]
    fn a_path_is_served_by_its_first_segment() {
        assert_eq!(serving("/jobs/1/result").map(|found| found.name), Some("jobs"));
        assert_eq!(serving("/openapi.json").map(|found| found.name), Some("reference"));
        assert_eq!(serving("/bills?limit=1").map(|found| found.name), Some("billing"));
        assert_eq!(serving("/subscriptions/1").map(|found| found.name), Some("subscriptions"));
        for path in ["/subscriptions/1/keys", "/subscriptions/1/keys/2/usage", "/usage"] {
            assert_eq!(serving(path).map(|found| found.name), Some("api-keys"), "{path}");
        }
        assert_eq!(serving("/nothing"), None);
    }
}
