//! What tests do to the shared S3 that no edge of the hub can.

use aws_sdk_s3::{Client, config::Builder};

use crate::services::{config, services};

/// A bucket that is not of this stage; the same again where it is there already.
pub async fn make_bucket(name: &str) {
    client().create_bucket().bucket(name).send().await.expect("a bucket");
}

/// An object that no form of ours would have let in.
pub async fn put_object(bucket: &str, key: &str, bytes: Vec<u8>) {
    let put = client().put_object().bucket(bucket).key(key).body(bytes.into());
    put.send().await.expect("written");
}

/// An object is gone, or not there yet.
pub async fn remove_object(bucket: &str, key: &str) {
    client().delete_object().bucket(bucket).key(key).send().await.expect("removed");
}

fn client() -> Client {
    let config = config(&services().addresses().services);
    Client::from_conf(Builder::from(&config).force_path_style(true).build())
}
