//! What explains a refusal, and scripts cannot see.

use serde::Serialize;

use super::Demo;
use crate::dev::state::KEY_ID;
use crate::dev::viewer::Viewer;

/// Part of what `edgepass/explain` takes, by its names.
///
/// Any script of the page can have URLs signed, so this gives it nothing new. And the claims token,
/// without which the edge lets nobody in, is not in it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Evidence {
    /// Lines of the `Cookie` header, with CloudFront's cookies alone.
    cookies: Vec<String>,
    public_keys: [PublicKey; 1],
}

#[derive(Serialize)]
struct PublicKey {
    id: &'static str,
    pem: String,
}

impl Evidence {
    pub(super) fn new(demo: &Demo, viewer: &Viewer) -> Self {
        let lines = viewer.cookies().into_iter().map(of_cloudfront);
        Self {
            cookies: lines.filter(|line| !line.is_empty()).collect(),
            public_keys: [PublicKey { id: KEY_ID, pem: demo.public_key.clone() }],
        }
    }
}

fn of_cloudfront(line: &str) -> String {
    let cookies = line.split(';').map(str::trim_ascii);
    let own: Vec<_> = cookies.filter(|cookie| cookie.starts_with("CloudFront-")).collect();
    own.join("; ")
}
