use core::sync::atomic::{AtomicU32, Ordering};
use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Config, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};
use signer::{DynamoDbStore, Entry, LONGEST_LIFETIME, Scope, Store};

use crate::conformance::{self, NOW, all, session, subject};
use crate::servers::Server;

fn config(server: &Server) -> Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .region(Region::new("eu-central-1"))
        .endpoint_url(server.url())
}

async fn table(server: &Server) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("revocations-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let (key, string) = (KeyType::Hash, ScalarAttributeType::S);
    let scope = AttributeDefinition::builder().attribute_name("scope").attribute_type(string);
    Client::from_conf(config(server).build())
        .create_table()
        .table_name(&name)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(scope.build().unwrap())
        .key_schema(
            KeySchemaElement::builder().attribute_name("scope").key_type(key).build().unwrap(),
        )
        .send()
        .await
        .unwrap();
    name
}

async fn store(server: &Server) -> (DynamoDbStore, String) {
    let table = table(server).await;
    (DynamoDbStore::new(config(server), &table, 3600), table)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_conforms_on_moto() {
    let server = Server::moto().await;
    conformance::run(|| async { Arc::new(store(&server).await.0) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_conforms_on_dynalite() {
    let server = Server::dynalite().await;
    conformance::run(|| async { Arc::new(store(&server).await.0) }).await;
}

/// Over 1 MB, where a scan ends by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_comes_in_pages_of_the_server() {
    for server in [Server::moto().await, Server::dynalite().await] {
        let (store, _) = store(&server).await;
        let note = Some("x".repeat(30_000));
        for number in 0..50 {
            let entry = Entry::new(subject(&number.to_string()), NOW);
            store.revoke(&Entry { note: note.clone(), ..entry }).await.unwrap();
        }
        assert!(store.list(None, 1000).await.unwrap().next.is_some(), "{}", server.url());
        assert_eq!(all(&store, 1000).await.len(), 50);
    }
}

#[tokio::test]
async fn items_expire_only_when_nobody_can_need_them() {
    let server = Server::moto().await;
    let (store, table) = store(&server).await;
    let entries = [session("s1"), subject("ada"), Scope::All];
    for scope in entries.clone() {
        store.revoke(&Entry { up_to: NOW, ..Entry::new(scope, NOW) }).await.unwrap();
    }
    let items = Client::from_conf(config(&server).build()).scan().table_name(table).send().await;
    let expiries: HashMap<String, Option<AttributeValue>> = items
        .unwrap()
        .items
        .unwrap()
        .into_iter()
        .map(|mut item| (item["scope"].as_s().unwrap().clone(), item.remove("expires")))
        .collect();
    let expires = NOW.plus_seconds(LONGEST_LIFETIME).plus_seconds(301).to_string();
    assert_eq!(expiries["session:s1"], Some(AttributeValue::N(expires.clone())));
    assert_eq!(expiries["subject:ada"], Some(AttributeValue::N(expires)));
    assert_eq!(expiries["all"], None);
}

#[tokio::test]
async fn a_garbled_item_is_named_and_nothing_is_answered() {
    let server = Server::moto().await;
    let (store, table) = store(&server).await;
    let scope = AttributeValue::S("subject:ada".to_owned());
    Client::from_conf(config(&server).build())
        .put_item()
        .table_name(table)
        .item("scope", scope)
        .item("up_to", AttributeValue::S("soon".to_owned()))
        .send()
        .await
        .unwrap();
    let refused = store.standing("ada", "s1").await.unwrap_err().to_string();
    assert!(refused.contains("`subject:ada`"), "{refused}");
    assert!(store.list(None, 10).await.is_err());
}

#[tokio::test]
async fn a_table_that_is_not_there_is_an_error() {
    let server = Server::moto().await;
    let store = DynamoDbStore::new(config(&server), "missing", 0);
    assert!(store.standing("ada", "s1").await.is_err());
    assert!(store.revoke(&Entry::new(subject("ada"), NOW)).await.is_err());
}
