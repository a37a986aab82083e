//! The demo page and the demo clip, built into the program.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::routing::get;
use tower_http::set_header::SetResponseHeaderLayer;

/// A file of the program's own.
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) bytes: &'static [u8],
}

macro_rules! files {
    ($folder:literal: $($name:literal)+) => {
        [$(File { name: $name, bytes: include_bytes!(concat!($folder, $name)) }),+]
    };
}

/// The clip that each demo user has, as HLS.
pub(super) static CLIP: [File; 5] =
    files!("site/clip/": "index.m3u8" "init.mp4" "segment-0.m4s" "segment-1.m4s" "segment-2.m4s");

/// The session module of the npm package: the page runs the very files.
static SESSION: [File; 8] = files!("../../../wasm/session/":
    "clock.js"
    "cookie.js"
    "fetch.js"
    "resource.js"
    "session.js"
    "signer.js"
    "tabs.js"
    "video.js"
);

/// The inspector of the npm package, as browsers load it.
#[cfg(npm_package)]
static INSPECTOR: &[File] = &[
    File { name: "inspect.js", bytes: include_bytes!("../../../wasm/dist/npm/index.browser.js") },
    File { name: "inspector.wasm", bytes: include_bytes!("../../../wasm/dist/npm/inspector.wasm") },
];

/// The page says so.
#[cfg(not(npm_package))]
static INSPECTOR: &[File] =
    &[File { name: "inspect.js", bytes: b"export const inspect = null;\n" }];

/// The explainer of the npm package, likewise.
#[cfg(npm_package)]
static EXPLAINER: &[File] = &[
    File { name: "explain.js", bytes: include_bytes!("../../../wasm/dist/npm/explain.browser.js") },
    File { name: "explainer.wasm", bytes: include_bytes!("../../../wasm/dist/npm/explainer.wasm") },
];

#[cfg(not(npm_package))]
static EXPLAINER: &[File] =
    &[File { name: "explain.js", bytes: b"export const explain = null;\n" }];

static PAGE: [File; 30] = files!("site/":
    "clock.js"
    "demo.css"
    "demo.js"
    "edge.js"
    "element.js"
    "explainer.css"
    "explainer.js"
    "icon.svg"
    "index.html"
    "inspector.css"
    "inspector.js"
    "log-out.js"
    "masthead.css"
    "media-source.js"
    "panels.css"
    "pass-panel.css"
    "pass-panel.js"
    "player-requests.js"
    "player.css"
    "player.js"
    "request-log.css"
    "request-log.js"
    "session-panel.css"
    "session-panel.js"
    "signed-text.js"
    "trial-panel.css"
    "trial-panel.js"
    "trials.js"
    "users.js"
    "walk.js"
);

/// Nothing from elsewhere, no inline script; `blob:` is what Media Source plays from, and the
/// inspector and the explainer are WebAssembly.
const ONLY_OUR_OWN: &str =
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; media-src 'self' blob:";

/// The origin of the page and its parts.
pub(super) fn origin() -> Router {
    let mut routes = Router::new();
    let folders = [
        ("/", &PAGE[..]),
        ("/session/", &SESSION[..]),
        ("/inspector/", INSPECTOR),
        ("/explainer/", EXPLAINER),
    ];
    for (folder, files) in folders {
        for file in files {
            let name = if file.name == "index.html" { "" } else { file.name };
            let media_type = HeaderValue::from_static(media_type(file.name));
            let answer = get(async || ([(CONTENT_TYPE, media_type)], file.bytes));
            routes = routes.route(&format!("{folder}{name}"), answer);
        }
    }
    let header =
        |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    routes
        .layer(header(CONTENT_SECURITY_POLICY, ONLY_OUR_OWN))
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // The next build of the program may have another page.
        .layer(header(CACHE_CONTROL, "no-cache"))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        Some((_, "wasm")) => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_folders_is_built_in() {
        let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dev/site");
        for (folder, files) in [(site.clone(), &PAGE[..]), (site.join("clip"), &CLIP[..])] {
            let there: BTreeSet<_> = fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .filter(|name| name.contains('.'))
                .collect();
            let built_in: BTreeSet<_> = files.iter().map(|file| file.name.to_owned()).collect();
            assert_eq!(built_in, there);
        }
    }

    #[test]
    fn every_file_has_a_media_type() {
        for file in PAGE.iter().chain(&SESSION).chain(INSPECTOR).chain(EXPLAINER) {
            assert_ne!(media_type(file.name), "application/octet-stream", "{}", file.name);
        }
    }
}
