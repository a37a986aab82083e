use core::sync::atomic::{AtomicU32, Ordering};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use signer::{Entry, FileStore, Store};

use crate::conformance::{self, NOW, all, subject};

/// A path that no other test uses, in a folder that Cargo gives to tests.
fn path() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let folder = folder.join(format!("store-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder.join("revocations.json")
}

#[tokio::test(flavor = "multi_thread")]
async fn it_conforms() {
    conformance::run(|| async { Arc::new(FileStore::new(path())) }).await;
}

#[tokio::test]
async fn another_process_sees_what_was_acknowledged() {
    let path = path();
    let entry = Entry::new(subject("ada"), NOW);
    FileStore::new(&path).revoke(&entry).await.unwrap();
    assert_eq!(all(&FileStore::new(&path), 10).await, [entry]);
}

/// As several processes do: none of the writers knows of the others.
#[tokio::test(flavor = "multi_thread")]
async fn writers_take_turns() {
    let path = path();
    let revoke = |number: u32| {
        let store = FileStore::new(&path);
        tokio::spawn(async move {
            store.revoke(&Entry::new(subject(&number.to_string()), NOW)).await.unwrap();
        })
    };
    for revoked in (0..40).map(revoke).collect::<Vec<_>>() {
        revoked.await.unwrap();
    }
    assert_eq!(all(&FileStore::new(&path), 7).await.len(), 40);
}

#[tokio::test]
async fn a_damaged_file_is_reported_and_left_as_it_is() {
    let path = path();
    let store = FileStore::new(&path);
    store.revoke(&Entry::new(subject("ada"), NOW)).await.unwrap();
    let sound = fs::read(&path).unwrap();
    let text = String::from_utf8(sound.clone()).unwrap();
    let mut damaged: Vec<Vec<u8>> =
        (0..sound.len()).map(|length| sound[..length].to_vec()).collect();
    for (from, to) in [
        ("revocations-1", "revocations-2"),
        ("subject:ada", "ada"),
        ("\"up_to\":", "\"up_to\":-"),
        ("\"up_to\"", "\"surprise\":1,\"up_to\""),
        (
            "\"entries\":[",
            "\"entries\":[{\"scope\":\"subject:ada\",\"up_to\":1,\"recorded_at\":1},",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        damaged.push(text.replace(from, to).into_bytes());
    }
    for damage in damaged {
        fs::write(&path, &damage).unwrap();
        let refused = store.standing("ada", "s1").await.unwrap_err().to_string();
        assert!(refused.contains("is damaged and was left as it is"), "{refused}");
        assert!(store.revoke(&Entry::new(subject("bob"), NOW)).await.is_err());
        assert!(store.note_lifetime(60).await.is_err());
        assert!(store.list(None, 10).await.is_err());
        assert_eq!(fs::read(&path).unwrap(), damage);
    }
    fs::write(&path, &sound).unwrap();
    assert_eq!(all(&store, 10).await.len(), 1);
}

/// A writer that died half-way leaves a file beside it, which is nothing to anybody.
#[tokio::test]
async fn what_a_crash_left_behind_is_ignored() {
    let path = path();
    let store = FileStore::new(&path);
    let entry = Entry::new(subject("ada"), NOW);
    store.revoke(&entry).await.unwrap();
    fs::write(path.with_extension("json.new"), "{\"format\":\"edge").unwrap();
    assert_eq!(all(&store, 10).await, [entry]);
    store.revoke(&Entry::new(subject("bob"), NOW)).await.unwrap();
    assert_eq!(all(&store, 10).await.len(), 2);
}

/// The system releases the lock of a process that was killed while it held it.
#[tokio::test]
async fn a_killed_writer_blocks_nobody() {
    let path = path();
    let lock = path.with_extension("json.lock");
    fs::write(&lock, "").unwrap();
    let held = path.with_extension("held");
    // One process from beginning to end, so that the one killed is the one that holds the lock.
    let script = "exec flock --no-fork \"$1\" sh -c 'echo >\"$1\"; exec sleep 60' - \"$2\"";
    let command = ["-c", script, "-"];
    let mut holder = Command::new("sh").args(command).args([&lock, &held]).spawn().unwrap();
    while !held.exists() {
        tokio::time::sleep(core::time::Duration::from_millis(5)).await;
    }
    let store = FileStore::new(&path);
    let entry = Entry::new(subject("ada"), NOW);
    let revoke = tokio::spawn({
        let (store, entry) = (store.clone(), entry.clone());
        async move { store.revoke(&entry).await }
    });
    tokio::time::sleep(core::time::Duration::from_millis(50)).await;
    assert!(!revoke.is_finished(), "it waits for its turn");
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert_eq!(revoke.await.unwrap().unwrap(), entry);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let path = path().with_file_name("missing").join("revocations.json");
    let store = FileStore::new(&path);
    let refused = store.revoke(&Entry::new(subject("ada"), NOW)).await.unwrap_err();
    assert!(refused.to_string().contains("missing/revocations.json"), "{refused}");
}
