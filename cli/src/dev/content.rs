//! The content: the files of one folder, as a static origin serves them.

use core::pin::Pin;
use std::io;
use std::path::{Component, Path, PathBuf};

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_RANGE, LAST_MODIFIED, RANGE};
use axum::http::{HeaderValue, Method, Uri};
use axum::response::Response;
use axum::routing::get;
use tower::ServiceExt;
use tower_http::services::ServeDir;
use tower_http::services::fs::{Backend, DefaultServeDirFallback, TokioBackend};

/// The origin of the paths below `prefix`: `folder`, which must be canonical.
pub(super) fn origin(prefix: &str, folder: &Path) -> Router {
    let confined = Confined { root: Arc::from(folder) };
    let files = ServeDir::with_backend(folder, confined)
        .append_index_html_on_directories(false)
        .ignore_multi_range_requests(true);
    Router::new().nest_service(prefix, get(serve).with_state(files))
}

type Files = ServeDir<DefaultServeDirFallback, Confined>;

async fn serve(State(files): State<Files>, mut request: Request) -> Response {
    if let Some(version) = request.headers().get(IF_RANGE).cloned()
        && !is_current(&files, request.uri().clone(), version).await
    {
        request.headers_mut().remove(RANGE);
    }
    let media_type = streaming_media_type(request.uri().path());
    let mut response = match files.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    };
    if response.status().is_success() {
        if let Some(media_type) = media_type {
            response.headers_mut().insert(CONTENT_TYPE, media_type);
        }
        // A browser asks every time, so that every time the edge decides.
        let always_ask = HeaderValue::from_static("private, no-cache");
        response.headers_mut().insert(CACHE_CONTROL, always_ask);
    }
    response
}

/// A range is of use only to who has the same version of the file (RFC 9110, 13.1.5), which
/// `ServeDir` does not check.
async fn is_current(files: &Files, target: Uri, version: HeaderValue) -> bool {
    let mut probe = Request::new(Body::empty());
    *probe.method_mut() = Method::HEAD;
    *probe.uri_mut() = target;
    let current = match files.clone().oneshot(probe).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    [ETAG, LAST_MODIFIED].iter().any(|validator| current.headers().get(validator) == Some(&version))
}

/// The types of HLS (RFC 8216, 4 and 10; ISO/IEC 14496-12), which `ServeDir` takes for others.
fn streaming_media_type(path: &str) -> Option<HeaderValue> {
    let (_, extension) = path.rsplit_once('.')?;
    let media_type = match extension {
        "m3u8" => "application/vnd.apple.mpegurl",
        "m4s" => "video/mp4",
        "ts" => "video/mp2t",
        _ => return None,
    };
    Some(HeaderValue::from_static(media_type))
}

/// The regular files below one folder, of which none is hidden.
///
/// It looks at where a path really leads, so that neither a symbolic link nor anything that a file
/// system takes for another name leads out.
#[derive(Clone)]
struct Confined {
    root: Arc<Path>,
}

impl Confined {
    async fn resolve(self, path: PathBuf) -> io::Result<PathBuf> {
        // Also a name too long, or links that lead in a circle.
        let path = tokio::fs::canonicalize(path).await.map_err(|_| io::ErrorKind::NotFound)?;
        let inside = path.strip_prefix(&self.root).map_err(|_| io::ErrorKind::NotFound)?;
        let hidden = |part: Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
        // Opening a pipe would wait for whoever writes to it.
        if inside.components().any(hidden) || !tokio::fs::metadata(&path).await?.is_file() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(path)
    }
}

type Opening<T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send>>;

impl Backend for Confined {
    type File = <TokioBackend as Backend>::File;
    type Metadata = <TokioBackend as Backend>::Metadata;
    type OpenFuture = Opening<Self::File>;
    type MetadataFuture = Opening<Self::Metadata>;

    fn open(&self, path: PathBuf) -> Self::OpenFuture {
        let path = self.clone().resolve(path);
        Box::pin(async { TokioBackend.open(path.await?).await })
    }

    fn metadata(&self, path: PathBuf) -> Self::MetadataFuture {
        let path = self.clone().resolve(path);
        Box::pin(async { TokioBackend.metadata(path.await?).await })
    }
}
