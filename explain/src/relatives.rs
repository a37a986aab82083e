//! URLs that were probably signed where a signature is not for the URL requested: for a segment its
//! playlist, for a path that a proxy changed the path before.

/// A path that may have been signed, and what that means.
pub(crate) type Relative = (String, String);

/// The stems that packagers and players give to playlists and manifests.
const PLAYLISTS: [&str; 18] = [
    "master",
    "index",
    "playlist",
    "manifest",
    "main",
    "stream",
    "video",
    "audio",
    "prog_index",
    "chunklist",
    "variant",
    "hls",
    "dash",
    "output",
    "media",
    "live",
    "out",
    "src",
];

/// HLS playlists, DASH manifests, and the file that was packaged.
const EXTENSIONS: [&str; 3] = ["m3u8", "mpd", "mp4"];

/// Extensions of what players fetch because a playlist or manifest names it.
const PARTS: [&str; 14] = [
    "ts", "m4s", "m4v", "m4a", "cmfv", "cmfa", "cmft", "mp4", "aac", "vtt", "webvtt", "key",
    "m3u8", "jpg",
];

/// How many folders above the file are looked into, and how many paths are tried in all.
const MOST_FOLDERS: usize = 8;
const MOST: usize = 900;

/// Whether a path looks like a segment, a variant playlist or a key: players fetch these, people
/// do not sign them one by one.
pub(crate) fn is_part_of_a_stream(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    if !PARTS.contains(&extension) {
        return false;
    }
    // A film and a picture are files of their own, unless they are numbered like segments.
    let numbered = stem.ends_with(|last: char| last.is_ascii_digit());
    let part = ["seg", "chunk", "frag", "init", "part"].iter().any(|word| stem.contains(word));
    match extension {
        "mp4" | "m4v" | "m4a" | "jpg" | "m3u8" | "aac" | "key" => part,
        "vtt" | "webvtt" => numbered || part,
        _ => true,
    }
}

/// The paths that may have been signed in place of this one, the nearest first.
pub(crate) fn relatives(path: &str, prefixes: &[String]) -> Vec<Relative> {
    let mut found: Vec<Relative> = Vec::new();
    let mut add = |former: String, what: &str| {
        let known = former == path || found.iter().any(|(known, _)| *known == former);
        if !known && found.len() < MOST {
            found.push((former, what.to_owned()));
        }
    };
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stems = stems(file);
    for stem in &stems {
        for extension in EXTENSIONS {
            add(format!("{folder}/{stem}.{extension}"), "the file of the same name was signed");
        }
    }
    for other in other_numbers(file) {
        add(format!("{folder}/{other}"), "another segment was signed");
    }
    for prefix in prefixes {
        add(format!("{prefix}{path}"), "the path lost its beginning after signing");
    }
    for (at, _) in path.match_indices('/').skip(1).take(3) {
        if let Some(rest) = path.get(at..) {
            add(rest.to_owned(), "the path got another beginning after signing");
        }
    }
    let mut above = folder;
    for _ in 0..MOST_FOLDERS {
        let (parent, name) = above.rsplit_once('/').unwrap_or(("", ""));
        let named = (!name.is_empty()).then_some(name);
        let above_of_name = named.map(|name| format!("{parent}/{name}"));
        for extension in EXTENSIONS {
            if let Some(beside) = &above_of_name {
                add(format!("{beside}.{extension}"), PLAYLIST);
            }
            for stem in PLAYLISTS.into_iter().chain(named).chain(stems.iter().map(String::as_str)) {
                add(format!("{above}/{stem}.{extension}"), PLAYLIST);
            }
        }
        add(format!("{above}/"), "the folder was signed");
        if above.is_empty() {
            break;
        }
        add(above.to_owned(), "the folder was signed");
        above = parent;
    }
    found
}

const PLAYLIST: &str = "the playlist or manifest was signed";

/// `movie_720p_00001.ts`: `movie_720p_00001`, `movie_720p`, `movie`.
fn stems(file: &str) -> Vec<String> {
    let mut stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let mut stems = Vec::new();
    while !stem.is_empty() && stems.len() < 4 {
        stems.push(stem.to_owned());
        let digits = stem.trim_end_matches(|last: char| last.is_ascii_digit());
        let shorter = if digits.len() < stem.len() {
            digits.trim_end_matches(['_', '-', '.'])
        } else {
            stem.rsplit_once(['_', '-', '.']).map_or("", |(shorter, _)| shorter)
        };
        stem = shorter;
    }
    stems
}

/// The first two segments and the one before: `seg7.ts`: `seg0.ts`, `seg1.ts`, `seg6.ts`.
fn other_numbers(file: &str) -> Vec<String> {
    let (stem, extension) =
        file.split_at_checked(file.rfind('.').unwrap_or(file.len())).unwrap_or((file, ""));
    let before = stem.trim_end_matches(|it: char| it.is_ascii_digit());
    let digits = stem.get(before.len()..).unwrap_or_default();
    let Ok(number) = digits.parse::<u64>() else { return Vec::new() };
    let width = digits.len();
    [0, 1, number.saturating_sub(1)]
        .into_iter()
        .map(|number| format!("{before}{number:0width$}{extension}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn playlists_of_segments_are_found() {
        for (segment, playlist) in [
            ("/hls/720p/seg1.ts", "/hls/master.m3u8"),
            ("/hls/720p/seg1.ts", "/hls/720p/index.m3u8"),
            ("/hls/720p/seg1.ts", "/hls/720p.m3u8"),
            ("/films/matrix/hls/720p/seg1.ts", "/films/matrix/matrix.m3u8"),
            ("/films/matrix/hls/720p/seg1.ts", "/films/matrix.m3u8"),
            ("/v/movie_720p_00001.ts", "/v/movie.m3u8"),
            ("/v/movie_720p_00001.ts", "/v/movie_720p.m3u8"),
            ("/dash/video/1/init.mp4", "/dash/manifest.mpd"),
            ("/live/chan-7/chunk_0042.m4s", "/live/chan-7/chunk_0041.m4s"),
            ("/film/ep1.vtt", "/film/ep1.mp4"),
            ("/seg1.ts", "/master.m3u8"),
            ("/cdn/film/ep1.mp4", "/film/ep1.mp4"),
            ("/film/ep1.mp4", "/media/film/ep1.mp4"),
        ] {
            let found = relatives(segment, &["/media".to_owned()]);
            assert!(found.iter().any(|(path, _)| path == playlist), "{segment}: {playlist}");
            assert!(found.len() <= MOST, "{segment}");
        }
    }

    #[test]
    fn parts_of_streams() {
        for (path, part) in [
            ("/hls/720p/seg1.ts", true),
            ("/hls/720p/0001.ts", true),
            ("/dash/chunk-stream0-00001.m4s", true),
            ("/dash/init-0.mp4", true),
            ("/film/ep1.mp4", false),
            ("/film/master.m3u8", false),
            ("/film/ep1.vtt", true),
            ("/poster.jpg", false),
            ("/", false),
        ] {
            assert_eq!(is_part_of_a_stream(path), part, "{path}");
        }
    }
}
