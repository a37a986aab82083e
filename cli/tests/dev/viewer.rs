//! A viewer: one connection, and the cookies that a browser would keep.

use core::time::Duration;
use std::collections::BTreeMap;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{COOKIE, HOST, SET_COOKIE};
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::local_edge::LocalEdge;

pub(crate) struct Viewer {
    connection: SendRequest<Full<Bytes>>,
    pub(crate) host: String,
    pub(crate) cookies: BTreeMap<String, String>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Viewer {
    pub(crate) async fn new(edge: &LocalEdge) -> Self {
        let stream = TcpStream::connect(edge.address).await.unwrap();
        let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self { connection: sender, host: edge.host(), cookies: BTreeMap::new() }
    }

    /// With a pass to the own clip.
    pub(crate) async fn signed_in(edge: &LocalEdge, user: &str) -> Self {
        let mut viewer = Self::new(edge).await;
        let body = format!(r#"{{"user":"{user}"}}"#);
        assert_eq!(viewer.post("/demo/sign-in", &body).await.status, 204);
        assert_eq!(viewer.post("/edgepass/session", "{}").await.status, 200);
        viewer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    pub(crate) async fn post(&mut self, path: &str, json: &str) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], json).await
    }

    /// On a busy machine a function that has just started may not get the state in the half second
    /// for which it waits, and refuses until it has looked again.
    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        for _ in 0..100 {
            let answer = self.send_once(method, path, headers, body).await;
            if answer.header("x-edgepass-reason") != "revocation-unknown" {
                return answer;
            }
            sleep(Duration::from_millis(200)).await;
        }
        panic!("the function did not get the state");
    }

    async fn send_once(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(HOST, &self.host);
        if !self.cookies.is_empty() {
            let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header(COOKIE, cookies.collect::<Vec<_>>().join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::from(body.to_owned())).unwrap();
        self.connection.ready().await.unwrap();
        let (head, body) = self.connection.send_request(request).await.unwrap().into_parts();
        self.keep_cookies(&head.headers);
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (cookie, attributes) = line.split_once(';').unwrap();
            let (name, value) = cookie.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Answer {
    /// The one header of this name; empty when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        assert!(self.headers.get_all(name).iter().count() <= 1, "{name} twice");
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        core::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Asserts that this is a problem (RFC 9457) of this status.
    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.json()["status"], status);
        assert_ne!(self.json()["detail"], "");
    }

    /// Asserts that this is the signer's problem of this type.
    #[track_caller]
    pub(crate) fn assert_signer_problem(&self, status: u16, name: &str) {
        self.assert_problem(status);
        assert_eq!(self.json()["type"], format!("urn:edgepass:problem:{name}"));
        assert_eq!(self.header("cache-control"), "no-store");
    }
}
