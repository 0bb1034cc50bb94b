//! `serve --watch`: files come in as they are completed, whole, and once.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::archive::TestArchive;
use crate::server::Server;

struct Desk {
    archive: TestArchive,
    dir: tempfile::TempDir,
}

fn desk() -> Desk {
    Desk { archive: TestArchive::new(), dir: tempfile::tempdir().unwrap() }
}

impl Desk {
    fn folder(&self) -> PathBuf {
        self.dir.path().join("in")
    }

    fn serve(&self) -> Server {
        Server::start_with(self.archive.command("serve").arg("--watch").arg(self.folder()))
    }

    /// A server on a folder that is there.
    fn watching(&self) -> Server {
        fs::create_dir_all(self.folder()).unwrap();
        let server = self.serve();
        server.until_it_says("watching a folder");
        server
    }

    /// Writes a file into the folder, whole.
    fn lay(&self, name: &str, text: &str) {
        let path = self.folder().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The names of the files that were read, one a run, oldest first.
    fn runs(&self) -> Vec<String> {
        let name = |input: &str| Path::new(input).file_name().unwrap().to_string_lossy().into_owned();
        self.archive.runs().iter().rev().map(|run| name(&run["input"])).collect()
    }
}

fn article(id: u32, headline: &str) -> String {
    format!("{{\"id\":{id},\"title\":\"{headline}\",\"language\":\"en\",\"source\":\"Harbour Post\"}}\n")
}

fn comes(server: &Server, word: &str) {
    server.until(word, |server| server.total(word) == 1);
}

#[test]
fn a_file_that_is_being_written_is_read_when_it_is_closed() {
    let desk = desk();
    let server = desk.watching();
    let mut slow = File::create(desk.folder().join("slow.jsonl")).unwrap();
    slow.write_all(article(1, "Tin rises").as_bytes()).unwrap();
    desk.lay("sub/folder/quick.jsonl", &article(2, "Zinc falls"));
    comes(&server, "zinc");
    assert_eq!(server.total("tin"), 0);
    slow.write_all(article(3, "Copper rests").as_bytes()).unwrap();
    drop(slow);
    comes(&server, "copper");
    assert_eq!((server.total("tin"), desk.runs()), (1, vec!["quick.jsonl".into(), "slow.jsonl".into()]));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_link_to_what_lies_elsewhere_is_no_file() {
    let desk = desk();
    let elsewhere = desk.dir.path().join("secret.jsonl");
    fs::write(&elsewhere, article(1, "Tin rises")).unwrap();
    fs::create_dir_all(desk.folder()).unwrap();
    std::os::unix::fs::symlink(&elsewhere, desk.folder().join("a.jsonl")).unwrap();
    let server = desk.watching();
    std::os::unix::fs::symlink(&elsewhere, desk.folder().join("b.jsonl")).unwrap();
    desk.lay("c.jsonl", &article(2, "Zinc falls"));
    comes(&server, "zinc");
    assert_eq!((server.total("tin"), desk.runs()), (0, vec!["c.jsonl".into()]));
}

#[test]
fn a_file_is_taken_under_its_last_name_only() {
    let desk = desk();
    let server = desk.watching();
    for name in [".hidden.jsonl", "a.jsonl.part", "a.jsonl.tmp", "a.jsonl~", ".a.jsonl.swp", "b.crdownload"] {
        desk.lay(name, &article(1, "Lead floats"));
    }
    fs::write(desk.dir.path().join("elsewhere.jsonl"), article(2, "Zinc falls")).unwrap();
    fs::rename(desk.dir.path().join("elsewhere.jsonl"), desk.folder().join("moved.jsonl")).unwrap();
    comes(&server, "zinc");
    assert_eq!(server.total("lead"), 0);
    fs::rename(desk.folder().join("a.jsonl.part"), desk.folder().join("a.jsonl")).unwrap();
    comes(&server, "lead");
    assert_eq!(desk.runs(), ["moved.jsonl", "a.jsonl"]);
}

#[test]
fn a_file_that_is_replaced_is_read_again_and_one_that_is_deleted_stays_in() {
    let desk = desk();
    let server = desk.watching();
    desk.lay("a.jsonl", &article(1, "Tin rises"));
    comes(&server, "tin");
    fs::write(desk.folder().join("new.tmp"), article(1, "Copper rises")).unwrap();
    fs::rename(desk.folder().join("new.tmp"), desk.folder().join("a.jsonl")).unwrap();
    comes(&server, "copper");
    assert_eq!(server.total("tin"), 0, "another version of the same article");
    fs::remove_file(desk.folder().join("a.jsonl")).unwrap();
    desk.lay("b.jsonl", "nonsense\n");
    server.until("a run that refuses", |_| desk.runs().len() == 3);
    desk.lay("c.jsonl", &article(2, "Zinc falls"));
    comes(&server, "zinc");
    assert_eq!((server.total("copper"), desk.runs().len()), (1, 4));
}

#[test]
fn files_dropped_at_once_are_a_run_or_a_few_and_a_broken_one_is_read_again_when_it_is_another() {
    let desk = desk();
    let server = desk.watching();
    for n in 0..400 {
        desk.lay(
            &format!("{n:03}.jsonl"),
            &if n == 200 { "{\"title\":\n".to_owned() } else { article(n, "Tin rises") },
        );
    }
    server.until("all of them", |server| server.total("tin") == 399);
    server.until("their runs to end", |_| desk.archive.runs().iter().all(|run| run["state"] == "finished"));
    let runs = desk.archive.runs();
    assert!(runs.len() < 20, "{runs:?}");
    assert!(runs.iter().any(|run| run["input"].contains(" files in ")), "{runs:?}");
    let rejected = || desk.archive.runs().iter().filter(|run| run["rejected"] != "0").count();
    assert_eq!(rejected(), 1);
    desk.lay("200.jsonl", &article(200, "Tin rises"));
    server.until("the last of them", |server| server.total("tin") == 400);
    assert_eq!((rejected(), desk.runs().last().unwrap().as_str()), (1, "200.jsonl"));
}

#[test]
fn what_lies_there_at_the_start_is_read_once_over_all_starts() {
    let desk = desk();
    desk.lay("sub/a.jsonl", &article(1, "Tin rises"));
    desk.lay("empty.jsonl", "");
    let server = desk.serve();
    comes(&server, "tin");
    server.until("its run to end", |_| desk.runs().len() == 1);
    assert_eq!(server.stop(), Some(0));
    desk.lay("z.jsonl", &article(2, "Zinc falls"));
    let server = desk.serve();
    comes(&server, "zinc");
    assert_eq!(desk.runs(), ["a.jsonl", "z.jsonl"]);
}

#[test]
fn a_folder_that_comes_later_or_again_is_watched() {
    let desk = desk();
    let server = desk.serve();
    desk.lay("a.jsonl", &article(1, "Tin rises"));
    comes(&server, "tin");
    fs::rename(desk.folder(), desk.dir.path().join("out")).unwrap();
    desk.lay("b.jsonl", &article(2, "Zinc falls"));
    comes(&server, "zinc");
    desk.lay("c.jsonl", &article(3, "Copper rests"));
    comes(&server, "copper");
    fs::remove_dir_all(desk.folder()).unwrap();
    desk.lay("d.jsonl", &article(4, "Nickel waits"));
    comes(&server, "nickel");
}

#[test]
fn without_notices_files_are_found_all_the_same() {
    let desk = desk();
    fs::create_dir_all(desk.folder()).unwrap();
    let mut command = desk.archive.command("serve");
    command.arg("--watch").arg(desk.folder()).env("FAILPOINTS", "watch::without_notices=return");
    let server = Server::start_with(&mut command);
    desk.lay("sub/a.jsonl", &article(1, "Tin rises"));
    comes(&server, "tin");
    desk.lay("sub/a.jsonl", &article(1, "Copper rises"));
    comes(&server, "copper");
    assert_eq!(desk.runs(), ["a.jsonl", "a.jsonl"]);
}

#[test]
fn a_folder_is_known_by_where_it_lies_and_not_by_its_name() {
    let desk = desk();
    let (first, second) = (desk.dir.path().join("first"), desk.dir.path().join("second"));
    for (folder, text) in [(&first, article(1, "Tin rises")), (&second, article(2, "Zinc falls"))] {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("a.jsonl"), text).unwrap();
    }
    std::os::unix::fs::symlink(&first, desk.folder()).unwrap();
    let server = desk.serve();
    comes(&server, "tin");
    fs::remove_file(desk.folder()).unwrap();
    std::os::unix::fs::symlink(&second, desk.folder()).unwrap();
    comes(&server, "zinc");
}

#[test]
fn of_two_servers_one_watches_and_the_other_goes_on_when_it_ends() {
    let desk = desk();
    let (first, second) = (desk.watching(), desk.serve());
    desk.lay("a.jsonl", &article(1, "Tin rises"));
    comes(&second, "tin");
    assert_eq!(first.stop(), Some(0));
    desk.lay("b.jsonl", &article(2, "Zinc falls"));
    comes(&second, "zinc");
    assert_eq!(desk.runs(), ["a.jsonl", "b.jsonl"]);
}

#[test]
fn a_file_that_breaks_what_writes_it_costs_itself() {
    let desk = desk();
    fs::create_dir_all(desk.folder()).unwrap();
    let mut serve = desk.archive.command("serve");
    serve.arg("--watch").arg(desk.folder()).env("FAILPOINTS", "store::before_commit=1*panic");
    let server = Server::start_with(&mut serve);
    server.until_it_says("watching a folder");
    desk.lay("a.jsonl", &article(1, "Tin"));
    server.until_it_says("watched files could not be taken in");
    desk.lay("b.jsonl", &article(2, "Zinc"));
    server.until("the next is in", |server| server.total("*") == 1);
}
