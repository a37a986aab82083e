use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Builder, Config, Credentials, Region};
use signer::{Destination, MemoryStore, S3Destination};

use crate::edge::{NOW, Site};
use crate::publisher;
use crate::servers::Server;

fn config(server: &Server) -> Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .region(Region::new("us-east-1"))
        .endpoint_url(server.url())
        .force_path_style(true)
}

async fn bucket(server: &Server, name: &str) -> S3Destination {
    let client = Client::from_conf(config(server).build());
    client.create_bucket().bucket(name).send().await.unwrap();
    S3Destination::new(config(server), name, "edgepass/state/", 5)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_conforms_on_moto() {
    let server = Server::moto().await;
    publisher::what_is_revoked_reaches_edges(&bucket(&server, "reaches").await).await;
    publisher::it_may_die_at_any_step(&bucket(&server, "dies").await).await;
    publisher::publishers_do_not_undo_each_other(&bucket(&server, "turns").await).await;
    publisher::bodies_are_removed_after_the_grace_period(&bucket(&server, "grace").await).await;
    publisher::entries_leave_when_no_pass_can_match(&bucket(&server, "leave").await).await;
    publisher::clocks_may_differ(&bucket(&server, "clocks").await).await;
    publisher::garbage_is_replaced(&bucket(&server, "garbage").await).await;
    publisher::what_is_read_once_is_not_replaced(&bucket(&server, "once").await).await;
}

#[tokio::test]
async fn objects_say_how_long_they_may_be_cached() {
    let server = Server::moto().await;
    let destination = bucket(&server, "cached").await;
    let (site, store) = (Site::new(), MemoryStore::default());
    site.publisher().publish(&store, &destination, NOW).await.unwrap();
    let body = site.read(&destination, NOW).await.unwrap().head().body_name();
    let client = Client::from_conf(config(&server).build());
    for (key, expected) in [
        ("edgepass/state/head".to_owned(), "public, max-age=5"),
        (format!("edgepass/state/body/{body}"), "public, max-age=31536000, immutable"),
    ] {
        let got = client.head_object().bucket("cached").key(key).send().await.unwrap();
        assert_eq!(got.cache_control(), Some(expected));
    }
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_an_error() {
    let server = Server::moto().await;
    let destination = S3Destination::new(config(&server), "missing", "", 5);
    assert!(destination.head().await.is_err());
    let (site, store) = (Site::new(), MemoryStore::default());
    assert!(site.publisher().publish(&store, &destination, NOW).await.is_err());
}
