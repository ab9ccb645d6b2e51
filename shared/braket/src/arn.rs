//! Which region an ARN of Braket belongs to.

/// The region named by a device or task ARN; empty for devices that are in every region.
///
/// `None` for what is no ARN of Braket: the region becomes part of a host name, so nothing else may pass.
pub(crate) fn region(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    let known = parts.next() == Some("arn")
        && parts
            .next()
            .is_some_and(|partition| partition == "aws" || partition.starts_with("aws-"))
        && parts.next() == Some("braket");
    let region = parts.next()?;
    let plain = region.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    (known
        && plain
        && region.len() <= 30
        && parts.nth(1).is_some_and(|resource| !resource.is_empty()))
    .then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_comes_from_the_arn() {
        for (arn, expected) in [
            ("arn:aws:braket:us-east-1::device/qpu/ionq/Forte-1", Some("us-east-1")),
            ("arn:aws:braket:::device/quantum-simulator/amazon/sv1", Some("")),
            ("arn:aws:braket:eu-north-1:123456789012:quantum-task/5a2c", Some("eu-north-1")),
            ("arn:aws:s3:us-east-1::bucket", None),
            ("arn:aws:braket:us-east-1.evil.example/::device/qpu/a/b", None),
            ("arn:aws:braket:us-east-1::", None),
            ("nonsense", None),
            ("", None),
        ] {
            assert_eq!(region(arn), expected, "{arn}");
        }
    }
}
