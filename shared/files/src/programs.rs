//! Where does the program of an inspected package lie, so that a job reads no archive?

use crate::{Error, PackageKey, Packages, limits::PROGRAM_BYTES};

const OPENQASM: &str = "text/plain; charset=utf-8";

impl Packages {
    /// Keeps the program beside its package and answers its key. Safe to repeat.
    ///
    /// # Errors
    /// Failed when S3 did not take it.
    pub async fn keep_program(
        &self,
        package: &PackageKey,
        source: String,
    ) -> Result<String, Error> {
        let package = package.to_string();
        let key = format!("{}.qasm", package.trim_end_matches(".zip"));
        self.bucket.put(&key, OPENQASM, source.into_bytes()).await?;
        Ok(key)
    }

    /// Keeps a package's program as Braket's devices are given it, and answers its key. Safe to repeat.
    ///
    /// # Errors
    /// Failed when S3 did not take it.
    pub async fn keep_braket_program(
        &self,
        package: &PackageKey,
        source: String,
    ) -> Result<String, Error> {
        let package = package.to_string();
        let key = format!("{}.braket.qasm", package.trim_end_matches(".zip"));
        self.bucket.put(&key, OPENQASM, source.into_bytes()).await?;
        Ok(key)
    }

    /// The program under a key that one of these answered.
    ///
    /// # Errors
    /// [`crate::Refusal::NotFound`], or failed, also when it is not text.
    pub async fn read_program(&self, key: &str) -> Result<String, Error> {
        let object = self.bucket.get(key, PROGRAM_BYTES).await?;
        String::from_utf8(object.bytes).map_err(|_| Error::Failed(format!("{key} is not UTF-8")))
    }
}
