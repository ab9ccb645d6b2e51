//! S3: an object as it was written, or why it is not to be used.

use aws_sdk_s3::{Client, config::Builder};
use files::{Error, PackageKey, Packages, Refusal, ResultKey, Results, Sha256Digest, UploadKey};
use tests::{Answer, Prepared, config, nobody, services};
use time::OffsetDateTime;
use uuid::Uuid;

const LIMIT: u64 = 10;

fn bucket(output: &str) -> String {
    services().stack().outputs[output].clone()
}

fn packages() -> Packages {
    Packages::new(&config(&services().addresses().services), bucket("PackagesBucketName"))
}

fn upload_key() -> UploadKey {
    UploadKey { app_id: Uuid::new_v4(), version_id: Uuid::new_v4(), upload_id: Uuid::new_v4() }
}

fn package_key(content: &[u8]) -> PackageKey {
    let UploadKey { app_id, version_id, .. } = upload_key();
    PackageKey { app_id, version_id, sha256: Sha256Digest::of(content) }
}

fn result_key() -> ResultKey {
    ResultKey::Job { job_id: Uuid::new_v4() }
}

async fn read(answer: Answer) -> Result<Vec<u8>, Error> {
    let s3 = Prepared::answering([answer]).await;
    let results = Results::new(&s3.config(), "results");
    results.read(&result_key(), LIMIT).await.map(|object| object.bytes)
}

fn why<T: std::fmt::Debug>(answer: Result<T, Error>) -> String {
    match answer {
        Err(Error::Failed(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_result_is_read_up_to_the_limit() {
    let aws = config(&services().addresses().services);
    let results = Results::new(&aws, bucket("ResultsBucketName"));
    let key = result_key();
    let absent = results.read(&key, LIMIT).await;
    assert!(matches!(absent, Err(Error::Refused(Refusal::NotFound))), "{absent:?}");
    results.keep(&key, b"0123456789".to_vec()).await.expect("written");
    let object = results.read(&key, LIMIT).await.expect("not too large");
    assert_eq!(
        (object.bytes.as_slice(), object.sha256),
        (b"0123456789".as_slice(), Sha256Digest::of(b"0123456789"))
    );
    assert!(!format!("{object:?}").contains("0123"), "an object prints its size alone");
    let large = results.read(&key, LIMIT - 1).await;
    assert!(matches!(large, Err(Error::Refused(Refusal::TooLarge { limit: 9 }))), "{large:?}");
}

#[tokio::test]
async fn a_body_of_unsaid_length_is_read_up_to_the_limit_too() {
    let read_whole = read(Answer::text(200, "0123456789").of_unsaid_length()).await;
    assert_eq!(read_whole.expect("not too large"), b"0123456789");
    let large = read(Answer::text(200, "0123456789a").of_unsaid_length()).await;
    assert!(matches!(large, Err(Error::Refused(Refusal::TooLarge { limit: LIMIT }))), "{large:?}");
}

#[tokio::test]
async fn an_upload_is_the_file_that_was_announced() {
    let aws = config(&services().addresses().services);
    let client = Client::from_conf(Builder::from(&aws).force_path_style(true).build());
    let (packages, key) = (packages(), upload_key());
    assert_eq!(packages.upload_size(&key).await.expect("asked"), None);
    for (announced, is_it) in [(b"a package".as_slice(), true), (b"another", false)] {
        client
            .put_object()
            .bucket(bucket("PackagesBucketName"))
            .key(key.to_string())
            .metadata("sha256", Sha256Digest::of(announced).to_string())
            .body(b"a package".to_vec().into())
            .send()
            .await
            .expect("written");
        match packages.read_upload(&key).await {
            Ok(object) => assert!(is_it && object.bytes == b"a package"),
            Err(Error::Refused(Refusal::OtherContent)) => assert!(!is_it),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(packages.upload_size(&key).await.expect("asked"), Some(9));
    packages.delete_upload(&key).await.expect("deleted");
    packages.delete_upload(&key).await.expect("safe to repeat");
    let gone = packages.read_upload(&key).await;
    assert!(matches!(gone, Err(Error::Refused(Refusal::NotFound))), "{gone:?}");
}

#[tokio::test]
async fn a_program_is_text() {
    let s3 = Prepared::answering([Answer::text(200, b"\xff\xfe".to_vec())]).await;
    let packages = Packages::new(&s3.config(), "packages");
    assert_eq!(why(packages.read_program("a.qasm").await), "a.qasm is not UTF-8");
}

#[tokio::test]
async fn a_failure_names_the_call_and_not_what_the_service_said() {
    let denied =
        || Answer::xml_error(403, "AccessDenied", "The role arn:aws:iam::1:role/x may not");
    let s3 = || Prepared::answering([denied()]);
    let expected = |operation: &str| format!("{operation}: AccessDenied (request request-1)");
    assert_eq!(why(read(denied()).await), expected("GetObject"));
    let at = s3().await;
    let put = Results::new(&at.config(), "results").keep(&result_key(), Vec::new()).await;
    assert_eq!(why(put), expected("PutObject"));
    let at = s3().await;
    let delete = Packages::new(&at.config(), "packages").delete_upload(&upload_key()).await;
    assert_eq!(why(delete), expected("DeleteObject"));
    // an answer to HEAD has no body that could name the code
    let at = Prepared::answering([Answer::text(403, "")]).await;
    let head = why(Packages::new(&at.config(), "packages").upload_size(&upload_key()).await);
    assert!(head.starts_with("HeadObject: "), "{head}");
    let nobody = why(Results::new(&nobody(), "results").read(&result_key(), LIMIT).await);
    assert!(nobody.starts_with("GetObject: dispatch failure"), "{nobody}");
    let broken = why(read(Answer::text(200, "01234").broken_off()).await);
    assert!(broken.starts_with("GetObject: "), "{broken}");
}

#[tokio::test]
async fn neither_a_form_nor_a_link_is_printed() {
    let (packages, now) = (packages(), OffsetDateTime::UNIX_EPOCH);
    let form = packages.presign_upload(&upload_key(), &Sha256Digest::of(b"x"), now).await;
    let link = packages.presign_download(&package_key(b"x"), "x.zip", now).await;
    let (form, link) = (form.expect("a form"), link.expect("a link"));
    let printed = format!("{form:?} {link:?}");
    for secret in [&form.fields["x-amz-signature"], &form.url, &link.url] {
        assert!(!printed.contains(secret.as_str()), "{printed}");
    }
}

#[tokio::test]
async fn nothing_is_signed_without_credentials() {
    let mut aws = config("http://127.0.0.1:1").into_builder();
    aws.set_credentials_provider(None);
    let packages = Packages::new(&aws.build(), "packages");
    let now = OffsetDateTime::UNIX_EPOCH;
    let upload = packages.presign_upload(&upload_key(), &Sha256Digest::of(b"x"), now).await;
    assert_eq!(why(upload), "no credentials to sign with");
    let download = packages.presign_download(&package_key(b"x"), "x.zip", now).await;
    assert_eq!(why(download), "no credentials to sign with");
}
