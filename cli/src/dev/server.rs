//! Connections: taking them, bounding them, and ending them.

use core::convert::Infallible;
use core::net::IpAddr;
use core::pin::pin;
use core::time::Duration;
use std::io;
use std::sync::Arc;

use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use policy::{MAX_COOKIE_BYTES, MAX_URL_BYTES};
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::time::{sleep, timeout};

use super::edge::Edge;

/// How long a client may take to send the head of a request. The wait for the next request on a
/// connection counts too.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// The longest head of a request, in bytes: what the validator reads, and other headers.
const MAX_HEAD: usize = MAX_URL_BYTES + MAX_COOKIE_BYTES + 8192;

/// How long what has begun may take to end.
const DRAIN: Duration = Duration::from_secs(2);

/// How long to wait when no connection can be taken, for others to end.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves the edge until `stop` is done, and then finishes what has begun, within bounds.
pub(super) async fn serve(listener: TcpListener, edge: Arc<Edge>, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_header_size(MAX_HEAD);
    // Who has said all it has to say is still answered: `nc`, for one.
    http.half_close(true);
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let serving = serve_one(
                        http.clone(), stream, peer.ip(), Arc::clone(&edge), connections.watcher(),
                    );
                    tokio::spawn(serving);
                }
                Err(_) => sleep(PAUSE).await,
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    // What is not done by then is cut off.
    let _ = timeout(DRAIN, connections.shutdown()).await;
}

async fn serve_one(
    http: http1::Builder,
    stream: TcpStream,
    address: IpAddr,
    edge: Arc<Edge>,
    watcher: Watcher,
) {
    // Without it small answers wait for an acknowledgement; with an error they only wait.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| async {
        Ok::<_, Infallible>(edge.answer(request.map(Body::new), address).await)
    });
    // An error ends this connection, and is the client's: hyper has answered it where it could.
    let _ = watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await;
}

/// Done when a person or the system wants the program to end. Made early, so that it catches a
/// signal that comes at once.
#[cfg(unix)]
pub(super) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Done when a person wants the program to end.
#[cfg(not(unix))]
pub(super) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
