//! Real servers that stand in for AWS, one process each, ended with the test.

use core::net::SocketAddr;
use core::time::Duration;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

pub(crate) struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    /// moto: DynamoDB and S3.
    pub(crate) async fn moto() -> Self {
        Self::start(|port| {
            let mut command = Command::new(installed(".venv/bin/moto_server"));
            command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
            command
        })
        .await
    }

    /// dynalite: DynamoDB, by others.
    #[allow(dead_code, reason = "S3 has no use for it")]
    pub(crate) async fn dynalite() -> Self {
        Self::start(|port| {
            let mut command = Command::new("node");
            command.arg(installed("node_modules/dynalite/cli.js"));
            command.args(["--host", "127.0.0.1", "--createTableMs", "0"]);
            command.args(["--port", &port.to_string()]);
            command
        })
        .await
    }

    async fn start(command: impl FnOnce(u16) -> Command) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let mut command = command(address.port());
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        let server = Self { process: quiet.spawn().expect("tests/servers/install"), address };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(start.elapsed() < Duration::from_secs(60), "{command:?} does not listen");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.process.kill().and_then(|()| self.process.wait());
    }
}

fn installed(program: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/servers").join(program);
    assert!(path.exists(), "the servers are not installed; run tests/servers/install");
    path.to_str().unwrap().to_owned()
}
