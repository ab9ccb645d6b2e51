//! Which permission does each operation of AWS ask for, and on what?

use std::collections::BTreeSet;

use super::{
    calls::Calls,
    operations::{marks, operations},
};

/// What the resource of a permission looks like; `{NAME}` is what the variable `NAME` refers to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Is(&'static str),
    Under(&'static str),
    Ends(&'static str),
    Holds(&'static str),
}

impl Place {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Is(text) | Self::Under(text) | Self::Ends(text) | Self::Holds(text) => text,
        }
    }
}

pub(super) struct Need {
    pub action: &'static str,
    pub place: Place,
    /// Else it is allowed where the operation is, and not missed.
    pub must: bool,
}

/// The tables below, or those of a test.
pub(super) struct Known {
    pub always: &'static [Need],
    pub operations: &'static [(&'static str, &'static [Need])],
    /// Routines whose requests ask for something else than their operations say.
    pub routines: &'static [(&'static str, &'static [Need])],
}

pub(super) const fn must(action: &'static str, place: Place) -> Need {
    Need { action, place, must: true }
}

const fn may(action: &'static str, place: Place) -> Need {
    Need { action, place, must: false }
}

const TABLE: Place = Place::Is("{TABLE_NAME}");
const POOL: Place = Place::Is("{USER_POOL_ID}");
const QUEUES: Place = Place::Is("{…_QUEUE_URL}");
const OBJECTS: Place = Place::Under("{BUCKET}/");
const TASKS: Place = Place::Ends(":quantum-task/*");
const EVERYTHING: Place = Place::Is("*");

/// Which variable names the bucket that a type's methods use.
pub(super) const HOLDERS: [(&str, &str); 3] =
    [("Avatars", "AVATARS_BUCKET"), ("Packages", "PACKAGES_BUCKET"), ("Results", "RESULTS_BUCKET")];

pub(super) const KNOWN: Known = Known {
    // the platform writes logs and traces in the role's name
    always: &[
        must("logs:CreateLogStream", Place::Holds(":log-group:/aws/lambda/")),
        must("logs:PutLogEvents", Place::Holds(":log-group:/aws/lambda/")),
        must("xray:PutTraceSegments", EVERYTHING),
        must("xray:PutTelemetryRecords", EVERYTHING),
    ],
    operations: &[
        ("store get_item", &[must("dynamodb:GetItem", TABLE)]),
        ("store batch_get_item", &[must("dynamodb:BatchGetItem", TABLE)]),
        ("store put_item", &[must("dynamodb:PutItem", TABLE)]),
        ("store update_item", &[must("dynamodb:UpdateItem", TABLE)]),
        // what they ask for is decided by the variants below
        ("store query", &[]),
        ("store transact_write_items", &[]),
        ("store Index::Table", &[must("dynamodb:Query", TABLE)]),
        ("store Index::Gsi1", &[must("dynamodb:Query", Place::Is("{TABLE_NAME}/index/gsi1"))]),
        ("store Index::Due", &[must("dynamodb:Query", Place::Is("{TABLE_NAME}/index/due"))]),
        ("store Action::Create", &[must("dynamodb:PutItem", TABLE)]),
        ("store Action::Put", &[must("dynamodb:PutItem", TABLE)]),
        ("store Action::Remove", &[must("dynamodb:DeleteItem", TABLE)]),
        ("store Action::Update", &[must("dynamodb:PutItem", TABLE)]),
        ("store Action::Delete", &[must("dynamodb:DeleteItem", TABLE)]),
        ("store Action::Unchanged", &[must("dynamodb:ConditionCheckItem", TABLE)]),
        ("store Action::Exists", &[must("dynamodb:ConditionCheckItem", TABLE)]),
        ("store Action::Add", &[must("dynamodb:UpdateItem", TABLE)]),
        // without ListBucket S3 answers 403 for a missing object, which is no answer to a reader who expects some to be
        (
            "files get_object",
            &[must("s3:GetObject", OBJECTS), may("s3:ListBucket", Place::Is("{BUCKET}"))],
        ),
        (
            "files head_object",
            &[must("s3:GetObject", OBJECTS), may("s3:ListBucket", Place::Is("{BUCKET}"))],
        ),
        ("files put_object", &[must("s3:PutObject", OBJECTS)]),
        ("files delete_object", &[must("s3:DeleteObject", OBJECTS)]),
        (
            "secrets get_secret_value",
            &[must("secretsmanager:GetSecretValue", Place::Is("{SECRET_ID}"))],
        ),
        ("mail send_email", &[must("ses:SendEmail", Place::Holds(":identity/"))]),
        ("identity admin_create_user", &[must("cognito-idp:AdminCreateUser", POOL)]),
        ("identity admin_set_user_password", &[must("cognito-idp:AdminSetUserPassword", POOL)]),
        (
            "identity admin_update_user_attributes",
            &[must("cognito-idp:AdminUpdateUserAttributes", POOL)],
        ),
        ("identity admin_add_user_to_group", &[must("cognito-idp:AdminAddUserToGroup", POOL)]),
        (
            "identity admin_remove_user_from_group",
            &[must("cognito-idp:AdminRemoveUserFromGroup", POOL)],
        ),
        ("identity admin_delete_user", &[must("cognito-idp:AdminDeleteUser", POOL)]),
        ("identity admin_initiate_auth", &[must("cognito-idp:AdminInitiateAuth", POOL)]),
        (
            "identity admin_link_provider_for_user",
            &[must("cognito-idp:AdminLinkProviderForUser", POOL)],
        ),
        (
            "identity admin_disable_provider_for_user",
            &[must("cognito-idp:AdminDisableProviderForUser", POOL)],
        ),
        (
            "identity admin_user_global_sign_out",
            &[must("cognito-idp:AdminUserGlobalSignOut", POOL)],
        ),
        (
            "identity admin_respond_to_auth_challenge",
            &[must("cognito-idp:AdminRespondToAuthChallenge", POOL)],
        ),
        (
            "identity admin_set_user_mfa_preference",
            &[must("cognito-idp:AdminSetUserMFAPreference", POOL)],
        ),
        // open to anyone who holds a token: not a matter of roles
        ("identity get_tokens_from_refresh_token", &[]),
        ("identity revoke_token", &[]),
        ("identity associate_software_token", &[]),
        ("identity verify_software_token", &[]),
        ("worker send_message", &[must("sqs:SendMessage", QUEUES)]),
        ("worker send_message_batch", &[must("sqs:SendMessage", QUEUES)]),
        // Braket checks that whoever creates a task may also write and read its results
        (
            "braket create_quantum_task",
            &[
                must("braket:CreateQuantumTask", EVERYTHING),
                must("braket:TagResource", TASKS),
                must("s3:PutObject", Place::Under("{RESULTS_BUCKET}/")),
                may("s3:GetObject", Place::Under("{RESULTS_BUCKET}/")),
                may("s3:ListBucket", Place::Is("{RESULTS_BUCKET}")),
            ],
        ),
        ("braket get_quantum_task", &[must("braket:GetQuantumTask", TASKS)]),
        ("braket cancel_quantum_task", &[must("braket:CancelQuantumTask", TASKS)]),
        ("braket search_quantum_tasks", &[must("braket:SearchQuantumTasks", EVERYTHING)]),
        ("braket search_devices", &[must("braket:SearchDevices", EVERYTHING)]),
        ("braket get_device", &[must("braket:GetDevice", EVERYTHING)]),
    ],
    routines: &[
        // it only asks the SDK for the bucket's address
        ("files Bucket::url", &[]),
        // whoever posts the form acts with the signer's rights
        ("files Avatars::presign_upload", &[must("s3:PutObject", OBJECTS)]),
        ("files Packages::presign_upload", &[must("s3:PutObject", OBJECTS)]),
    ],
};

impl Known {
    /// What a routine needs for one of its operations or marks.
    pub(super) fn of(&self, calls: &Calls<'_>, at: usize, name: &str) -> Option<&'static [Need]> {
        if self.of_routine(calls, at).is_some() {
            return None;
        }
        self.operations.iter().find(|(known, _)| *known == name).map(|(_, needs)| *needs)
    }

    /// What stands in the table of routines about this one.
    pub(super) fn of_routine(&self, calls: &Calls<'_>, at: usize) -> Option<&'static [Need]> {
        let name = full_name(calls, at);
        self.routines.iter().find(|(known, _)| *known == name).map(|(_, needs)| *needs)
    }

    /// Operations the tables do not know, and entries that nothing in the sources matches any more.
    pub(super) fn faults(&self, calls: &Calls<'_>) -> Vec<String> {
        let all = 0..calls.sources.routines.len();
        let mut found = BTreeSet::new();
        for at in all.clone() {
            found.extend(operations(calls, at));
            found.extend(marks(calls, at));
        }
        let routines: BTreeSet<String> = all.map(|at| full_name(calls, at)).collect();
        let listed: BTreeSet<&str> = self.operations.iter().map(|(name, _)| *name).collect();
        let mut faults: Vec<String> = found
            .iter()
            .filter(|name| !listed.contains(name.as_str()))
            .map(|name| format!("no permission is known for {name}"))
            .collect();
        let gone = listed.iter().filter(|name| !found.contains(**name));
        let gone = gone.chain(
            self.routines.iter().map(|(name, _)| name).filter(|name| !routines.contains(**name)),
        );
        faults.extend(
            gone.map(|name| format!("a permission is listed for {name}, which is not there")),
        );
        faults
    }
}

fn full_name(calls: &Calls<'_>, at: usize) -> String {
    let routine = &calls.sources.routines[at];
    let owner = routine.owner.as_ref().map_or(String::new(), |owner| format!("{owner}::"));
    format!("{} {owner}{}", calls.sources.crate_of(routine).name, routine.name)
}
