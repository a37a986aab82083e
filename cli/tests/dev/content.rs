//! The static content: a folder served under protection.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use policy::Target;

use crate::local_edge::{LocalEdge, empty_folder};
use crate::viewer::Viewer;

/// With a pass to everything below `/media/`.
async fn admitted_to_everything(edge: &LocalEdge) -> Viewer {
    let pattern = format!("http://{}/media/*", edge.host()).parse().unwrap();
    let pass = edge.sign(Target::Cookies(pattern));
    let mut viewer = Viewer::new(edge).await;
    for (name, value) in pass.cookies().unwrap() {
        viewer.cookies.insert(name.to_owned(), value);
    }
    viewer
}

#[tokio::test]
async fn ranges() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let path = "/media/alice/segment-0.m4s";
    let whole = viewer.get(path).await;
    let length = whole.body.len();
    assert_eq!((whole.status, whole.header("accept-ranges")), (200, "bytes"));
    for (range, start, end) in [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=-100", length - 100, length),
        ("bytes=100-", 100, length),
        ("bytes=100-99999999", 100, length),
    ] {
        let part = viewer.send("GET", path, &[("range", range)], "").await;
        assert_eq!(part.status, 206, "{range}");
        let content_range = format!("bytes {start}-{}/{length}", end - 1);
        assert_eq!(part.header("content-range"), content_range);
        assert_eq!(part.header("content-type"), "video/mp4");
        assert_eq!(part.body, whole.body[start..end], "{range}");
    }
    let beyond = [("range", "bytes=99999999-")];
    let beyond = viewer.send("GET", path, &beyond, "").await;
    assert_eq!((beyond.status, beyond.body.len()), (416, 0));
    assert_eq!(beyond.header("content-range"), format!("bytes */{length}"));
    // Several ranges at once may be ignored (RFC 9110, 14.2).
    let several = viewer.send("GET", path, &[("range", "bytes=0-1,5-9")], "").await;
    assert_eq!((several.status, several.body.len()), (200, length));
}

#[tokio::test]
async fn a_range_is_sent_only_of_the_version_that_the_viewer_has() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let path = "/media/alice/init.mp4";
    let whole = viewer.get(path).await;
    let (etag, date) = (whole.header("etag"), whole.header("last-modified"));
    assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 10, "{etag}");
    for (version, status) in [
        (etag, 206),
        (date, 206),
        ("\"another\"", 200),
        (&format!("W/{etag}"), 200),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 200),
        ("nonsense", 200),
    ] {
        let headers = [("range", "bytes=0-9"), ("if-range", version)];
        assert_eq!(viewer.send("GET", path, &headers, "").await.status, status, "{version}");
    }
}

#[tokio::test]
async fn what_the_viewer_has_is_not_sent_again() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let path = "/media/alice/index.m3u8";
    let whole = viewer.get(path).await;
    assert_eq!(whole.header("cache-control"), "private, no-cache");
    let (etag, date) = (whole.header("etag"), whole.header("last-modified"));
    for (header, value, status) in [
        ("if-none-match", etag, 304),
        ("if-none-match", "*", 304),
        ("if-none-match", "\"another\"", 200),
        ("if-modified-since", date, 304),
        ("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT", 200),
    ] {
        let answer = viewer.send("GET", path, &[(header, value)], "").await;
        assert_eq!((answer.status, answer.body.is_empty()), (status, status == 304), "{header}");
    }
    let head = viewer.send("HEAD", path, &[], "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), whole.body.len().to_string());
    assert_eq!(admitted_to_everything(&edge).await.post(path, "").await.status, 405);
}

#[tokio::test]
async fn a_folder_of_ones_own() {
    let root = empty_folder();
    for name in ["a.m3u8", "a.mp4", "a.m4s", "a.ts", "a.vtt", "a.unknown", "a b+c.txt"] {
        fs::write(root.join(name), name).unwrap();
    }
    fs::create_dir(root.join("sub")).unwrap();
    fs::write(root.join("sub/index.html"), "not served for its folder").unwrap();
    let state = empty_folder();
    let edge = LocalEdge::start_with(&state, &["--root", root.to_str().unwrap()]);
    let mut viewer = admitted_to_everything(&edge).await;
    for (path, media_type) in [
        ("a.m3u8", "application/vnd.apple.mpegurl"),
        ("a.mp4", "video/mp4"),
        ("a.m4s", "video/mp4"),
        ("a.ts", "video/mp2t"),
        ("a.vtt", "text/vtt"),
        ("a.unknown", "application/octet-stream"),
        ("a%20b+c.txt", "text/plain"),
        ("%61.mp4", "video/mp4"),
        ("sub/index.html", "text/html"),
    ] {
        let answer = viewer.get(&format!("/media/{path}")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, media_type), "{path}");
    }
    for path in ["", "sub", "sub/", "a.mp4/", "a.mp4/x", "missing", "alice/index.m3u8", "A.MP4"] {
        assert_eq!(viewer.get(&format!("/media/{path}")).await.status, 404, "{path}");
    }
    assert!(!state.join("content").exists());
    assert_eq!(Viewer::new(&edge).await.get("/media/a.mp4").await.status, 403);
}

#[tokio::test]
async fn nothing_leads_out_of_the_folder() {
    let outside = empty_folder();
    fs::write(outside.join("secret"), "secret").unwrap();
    let root = outside.join("root");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("open"), "open").unwrap();
    fs::write(root.join(".hidden"), "secret").unwrap();
    fs::create_dir(root.join(".git")).unwrap();
    fs::write(root.join(".git/config"), "secret").unwrap();
    symlink(outside.join("secret"), root.join("link")).unwrap();
    symlink(&*outside, root.join("folder-link")).unwrap();
    symlink("../secret", root.join("relative-link")).unwrap();
    symlink(".hidden", root.join("hidden-link")).unwrap();
    symlink("open", root.join("link-inside")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    assert!(Command::new("mkfifo").arg(root.join("pipe")).status().unwrap().success());
    let state = empty_folder();
    let edge = LocalEdge::start_with(&state, &["--root", root.to_str().unwrap()]);
    let mut viewer = admitted_to_everything(&edge).await;
    for path in ["open", "link-inside"] {
        assert_eq!(viewer.get(&format!("/media/{path}")).await.text(), "open", "{path}");
    }
    let long = "a".repeat(300);
    for path in [
        &long,
        "link",
        "folder-link/secret",
        "relative-link",
        "hidden-link",
        ".hidden",
        ".git/config",
        "loop",
        "pipe",
        "...",
        "%ff",
    ] {
        let answer = viewer.get(&format!("/media/{path}")).await;
        assert_eq!((answer.status, answer.body.len()), (404, 0), "{path}");
    }
    for path in
        ["../secret", "x/../../secret", "%2e%2e/secret", "..%2fsecret", "..%5csecret", "/secret"]
    {
        let answer = viewer.get(&format!("/media/{path}")).await;
        assert_eq!(answer.header("x-edgepass-reason"), "request-malformed", "{path}");
    }
}
