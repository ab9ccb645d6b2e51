//! What a version of an app is and the states it passes from draft to release.

use serde::{Deserialize, Serialize};

pub use crate::package::{
    AskedResults, Finding, IrType, Package, ResourceEstimate, SimulationEstimate, Upload,
};
use crate::{
    AppId, Kind, Moment, Refusal, UserId, VersionId,
    field::{Checks, MAX_DESCRIPTION},
};

pub const MAX_VERSION_NUMBER: usize = 20;
pub const MAX_PACKAGE_BYTES: u64 = 10 * 1024 * 1024;
pub const MAX_README_BYTES: usize = 200 * 1024;
pub const MAX_FINDINGS: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Sdk {
    Openqasm,
    Qiskit,
    Braket,
    Cirq,
    Pennylane,
    Qsharp,
    Pytket,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VersionStatus {
    /// Waits for a package, or for its release.
    Draft,
    /// A package was announced and is not inspected yet.
    Validating,
    Released,
    /// The package did not pass; the findings say why.
    Rejected,
    Yanked,
}

/// One release of an app, or what is to become one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppVersion {
    pub id: VersionId,
    pub app_id: AppId,
    pub developer_id: UserId,
    /// Semantic version.
    pub version_number: String,
    pub sdk_used: Sdk,
    pub release_notes: String,
    pub status: VersionStatus,
    /// The upload whose inspection counts; a later one supersedes it.
    pub upload: Option<Upload>,
    pub findings: Vec<Finding>,
    pub package: Option<Package>,
    pub created_at: Moment,
    pub updated_at: Moment,
    pub released_at: Option<Moment>,
}

/// What a developer may say of a new version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub version_number: String,
    pub sdk_used: Sdk,
    pub release_notes: String,
}

impl Details {
    pub fn checked(self) -> Result<Self, Refusal> {
        let mut checks = Checks::new();
        let number = &self.version_number;
        let canonical = semver::Version::parse(number).is_ok_and(|v| v.to_string() == *number);
        checks.require(
            canonical && number.len() <= MAX_VERSION_NUMBER,
            "/version_number",
            format!(
                "write a semantic version such as 1.2.0, at most {MAX_VERSION_NUMBER} characters"
            ),
        );
        let release_notes = checks.text("/release_notes", &self.release_notes, MAX_DESCRIPTION);
        checks.finish()?;
        Ok(Self { release_notes, ..self })
    }
}

impl AppVersion {
    pub fn new(
        id: VersionId,
        app: AppId,
        developer: UserId,
        details: Details,
        now: Moment,
    ) -> Self {
        Self {
            id,
            app_id: app,
            developer_id: developer,
            version_number: details.version_number,
            sdk_used: details.sdk_used,
            release_notes: details.release_notes,
            status: VersionStatus::Draft,
            upload: None,
            findings: Vec::new(),
            package: None,
            created_at: now,
            updated_at: now,
            released_at: None,
        }
    }

    /// A package is about to be uploaded; what was uploaded before no longer counts.
    pub fn expect_upload(&mut self, upload: Upload, now: Moment) -> Result<(), Refusal> {
        self.still_open()?;
        self.upload = Some(upload);
        self.status = VersionStatus::Validating;
        self.updated_at = now;
        Ok(())
    }

    /// Takes an inspection's verdict; answers `false` where it is of a superseded or judged upload.
    pub fn inspected(
        &mut self,
        key: &str,
        verdict: Result<Package, Vec<Finding>>,
        now: Moment,
    ) -> bool {
        let awaited = self.upload.as_ref().is_some_and(|upload| upload.key == key);
        if !awaited || self.status != VersionStatus::Validating {
            return false;
        }
        self.updated_at = now;
        match verdict {
            Ok(package) => {
                self.status = VersionStatus::Draft;
                self.findings.clear();
                self.package = Some(package);
            }
            Err(mut findings) => {
                findings.truncate(MAX_FINDINGS);
                self.status = VersionStatus::Rejected;
                self.findings = findings;
                self.package = None;
            }
        }
        true
    }

    /// From here on the version never changes but by being yanked.
    pub fn release(&mut self, now: Moment) -> Result<(), Refusal> {
        self.still_open()?;
        match (self.status, &self.package) {
            (VersionStatus::Draft, Some(_)) => {}
            (VersionStatus::Validating, _) => {
                return Err(Refusal::conflict(
                    "inspection_pending",
                    "The package is not inspected yet; upload it if you have not, then read the version until its status is DRAFT.",
                ));
            }
            (VersionStatus::Rejected, _) => {
                return Err(Refusal::conflict(
                    "package_rejected",
                    "The package did not pass inspection; correct what the version's findings say and upload it again.",
                ));
            }
            _ => {
                return Err(Refusal::conflict(
                    "package_missing",
                    "Upload a package before releasing the version.",
                ));
            }
        }
        self.status = VersionStatus::Released;
        self.released_at = Some(now);
        self.updated_at = now;
        Ok(())
    }

    /// Whether its owner may try it, or anyone may run it.
    pub fn runnable(&self, by_owner: bool) -> Result<&Package, Refusal> {
        match (&self.package, self.status) {
            (Some(package), VersionStatus::Released) => Ok(package),
            (Some(package), VersionStatus::Draft) if by_owner => Ok(package),
            (_, VersionStatus::Yanked) => Err(Refusal::conflict(
                "version_yanked",
                "This version was withdrawn; choose another one.",
            )),
            _ if by_owner => Err(Refusal::conflict(
                "version_not_ready",
                "This version has no package that passed inspection; upload one first.",
            )),
            _ => Err(Refusal::not_found("version")),
        }
    }

    /// Whether it should take the place of `latest` as what is run by default.
    pub fn supersedes(&self, latest: Option<&str>) -> bool {
        let number = |text: &str| semver::Version::parse(text).ok();
        match latest.and_then(number) {
            Some(latest) => number(&self.version_number).is_some_and(|own| own > latest),
            None => true,
        }
    }

    fn still_open(&self) -> Result<(), Refusal> {
        if matches!(self.status, VersionStatus::Released | VersionStatus::Yanked) {
            return Err(Refusal::new(
                Kind::Conflict,
                "version_immutable",
                "A released version never changes; create a new version instead.",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version() -> AppVersion {
        let now = Moment::from_unix_millis(1);
        let details = Details {
            version_number: "1.0.0".into(),
            sdk_used: Sdk::Openqasm,
            release_notes: String::new(),
        };
        AppVersion::new(
            VersionId::new(now, [1; 10]),
            AppId::new(now, [2; 10]),
            UserId::new(now, [3; 10]),
            details,
            now,
        )
    }

    fn package() -> Package {
        Package {
            key: "packages/a.zip".into(),
            sha256: String::new(),
            bytes: 1,
            program_key: "packages/a.qasm".into(),
            braket_program_key: Some("packages/a.braket.qasm".into()),
            program_file: "a.qasm".into(),
            ir_type: IrType::Openqasm3,
            inputs: vec![],
            input_schema: serde_json::json!({"type": "object"}),
            output_schema: None,
            default_device_id: None,
            default_shots: None,
            estimate: ResourceEstimate {
                qubits: 1,
                depth: 1,
                gates: 1,
                two_qubit_gates: 0,
                measured_qubits: 1,
                gate_names: vec!["h".into()],
                uses_mid_circuit_measurement: false,
                in_braket_dialect: true,
                results: AskedResults::None,
                simulation: SimulationEstimate::of_state_vector(1, 1),
            },
        }
    }

    fn upload(key: &str) -> Upload {
        Upload { key: key.into(), sha256: String::new(), bytes: 1 }
    }

    fn finding() -> Finding {
        Finding::new("x", "y")
    }

    fn check_number(number: &str, valid: bool) {
        let details = Details {
            version_number: number.into(),
            sdk_used: Sdk::Openqasm,
            release_notes: String::new(),
        };
        assert_eq!(details.checked().is_ok(), valid, "{number}");
    }

    #[test]
    fn version_numbers_are_canonical_semver() {
        check_number("1.2.0", true);
        check_number("1.2.0-rc.1+build", true);
        check_number("1.2", false);
        check_number("v1.2.0", false);
        check_number("01.2.0", false);
        check_number("1.2.0-aaaaaaaaaaaaaaaaaaaa", false);
    }

    #[test]
    fn a_version_is_released_after_its_package_passed_and_then_never_changes() {
        let now = Moment::from_unix_millis(2);
        let mut version = version();
        assert_eq!(version.release(now).expect_err("no package").code, "package_missing");
        version.expect_upload(upload("u1"), now).expect("open");
        assert_eq!(version.release(now).expect_err("not inspected").code, "inspection_pending");
        assert!(version.inspected("u1", Err(vec![finding()]), now));
        assert_eq!(version.release(now).expect_err("rejected").code, "package_rejected");
        version.expect_upload(upload("u2"), now).expect("open");
        assert!(version.inspected("u2", Ok(package()), now));
        version.release(now).expect("inspected");
        assert_eq!(
            version.expect_upload(upload("u3"), now).expect_err("released").code,
            "version_immutable"
        );
        assert_eq!(version.release(now).expect_err("released").code, "version_immutable");
    }

    #[test]
    fn a_superseded_or_repeated_inspection_changes_nothing() {
        let now = Moment::from_unix_millis(2);
        let mut version = version();
        version.expect_upload(upload("u1"), now).expect("open");
        version.expect_upload(upload("u2"), now).expect("open");
        assert!(!version.inspected("u1", Ok(package()), now));
        assert!(version.inspected("u2", Ok(package()), now));
        assert!(!version.inspected("u2", Err(vec![finding()]), now));
        assert_eq!(version.status, VersionStatus::Draft);
    }

    #[test]
    fn drafts_run_for_their_owner_alone() {
        let mut version = version();
        assert_eq!(version.runnable(true).expect_err("no package").code, "version_not_ready");
        version.package = Some(package());
        assert!(version.runnable(true).is_ok());
        assert_eq!(version.runnable(false).expect_err("a draft").code, "not_found");
        version.status = VersionStatus::Released;
        assert!(version.runnable(false).is_ok());
        version.status = VersionStatus::Yanked;
        assert_eq!(version.runnable(true).expect_err("yanked").code, "version_yanked");
    }

    #[test]
    fn the_highest_number_is_the_latest() {
        let version = version();
        assert!(version.supersedes(None));
        assert!(version.supersedes(Some("0.9.9")));
        assert!(version.supersedes(Some("1.0.0-rc.1")));
        assert!(!version.supersedes(Some("1.0.0")));
        assert!(!version.supersedes(Some("1.10.0")));
    }
}
