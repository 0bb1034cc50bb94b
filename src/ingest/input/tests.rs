use std::io::Write;

use super::archives::LARGEST_ZIP;
use super::*;

/// Comes in pieces, with a pause after each.
struct Slow(Vec<&'static [u8]>, bool);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if !self.1 && !self.0.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        let piece = if self.0.is_empty() { b"" } else { self.0.remove(0) };
        buffer[..piece.len()].copy_from_slice(piece);
        Ok(piece.len())
    }
}

#[test]
fn of_a_text_that_comes_slowly_what_there_is_is_looked_at() {
    let looked = |pieces: &[&'static [u8]]| {
        let mut head = [0; HEAD];
        let (length, why) = look(&mut Slow(pieces.to_vec(), false), &mut head);
        (length, why.is_some())
    };
    assert_eq!(looked(&[b"{\"id\":1}", b"x"]), (8, true));
    assert_eq!(looked(&[b"title,te", b"xt\n", b"x"]), (11, true));
    assert_eq!(looked(&[b"\x1f", b"\x8b\x08\n", b"x"]), (5, false), "packed");
    assert_eq!(looked(&[b"a.csv", b"\0\0", b"x"]), (8, false), "a tar archive begins so");
}

#[test]
fn a_file_that_breaks_the_code_that_reads_it_costs_itself() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        fs::write(dir.path().join(format!("{name}.json")), format!("{{\"title\":\"{name}\"}}")).unwrap();
    }
    let mut met = Vec::new();
    let input = Input::Path(dir.path().to_owned());
    let _ = read(&input, &ReadOptions::default(), &Progress::default(), &mut |item| {
        met.push(match item {
            Item::Article { article, .. } => article.headline,
            Item::Reject { reason, .. } => reason.code.to_owned(),
            Item::Page(_) => String::new(),
        });
        assert!(met.last().is_none_or(|headline| headline != "b"), "this breaks it");
        ControlFlow::Continue(())
    });
    assert_eq!(met, ["a", "b", "cannot_read", "c"]);
}

#[test]
fn what_is_packed_in_a_way_that_is_not_unpacked_is_told_by_its_name() {
    let _ = read_bytes(b"\xfd7zXZ\0\0\x04", "a.csv.xz", &ReadOptions::default(), &Progress::default(), &mut |item| {
        let Item::Reject { reason, .. } = item else { panic!("{item:?}") };
        assert!(reason.detail.contains("xz") && reason.detail.contains("unpack it first"), "{}", reason.detail);
        ControlFlow::Continue(())
    });
}

#[test]
fn what_is_packed_is_told_by_the_name_it_lies_under() {
    let dir = tempfile::tempdir().unwrap();
    let packed = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    fs::write(dir.path().join("a.jsonl.zst"), packed(b"{\"title\":\"A\"}\nnonsense\n")).unwrap();
    let members = tar(&[(tar::EntryType::Regular, "b.jsonl.zst", &packed(b"nonsense\n"))]);
    fs::write(dir.path().join("c.tar.zst"), packed(&members)).unwrap();
    let mut sources = Vec::new();
    let input = Input::Path(dir.path().to_owned());
    let _ = read(&input, &ReadOptions::default(), &Progress::default(), &mut |item| {
        if let Item::Article { place, .. } | Item::Reject { place, .. } = item {
            sources.push(place.source);
        }
        ControlFlow::Continue(())
    });
    let expected = ["a.jsonl.zst", "a.jsonl.zst", "c.tar.zst!b.jsonl.zst"];
    assert_eq!(sources, expected.map(|name| dir.path().join(name).display().to_string()));
}

#[test]
fn files_read_together_are_named_by_their_folder() {
    let name = |paths: &[&str]| Input::Files(paths.iter().map(PathBuf::from).collect()).name();
    assert_eq!(name(&["/in/a/1.txt"]), "/in/a/1.txt");
    assert_eq!(name(&["/in/a/1.txt", "/in/c.txt", "/in/b/2.txt"]), "3 files in /in: a/1.txt … b/2.txt");
}

#[test]
fn the_members_of_a_zip_unpack_in_proportion_all_together() {
    let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    for name in ["a.jsonl", "b.jsonl", "c.jsonl", "d.jsonl"] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        io::copy(&mut io::repeat(b' ').take(100 << 20), &mut zip).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    let mut codes = Vec::new();
    let _ = read_bytes(&bytes, "a.zip", &ReadOptions::default(), &Progress::default(), &mut |item| {
        if let Item::Reject { reason, place, .. } = item {
            codes.push((place.source, reason.code));
        }
        ControlFlow::Continue(())
    });
    let expected = [("a.zip!a.jsonl", "no_article"), ("a.zip!b.jsonl", "no_article"), ("a.zip!c.jsonl", "too_large")];
    let codes: Vec<_> = codes.iter().map(|(source, code)| (source.as_str(), *code)).collect();
    assert_eq!((&codes[..3], codes[3]), (&expected[..], ("a.zip", "too_large")));
}

/// Counted as it is claimed, what has been read might be more than there are numbers for.
#[test]
fn a_zip_that_lies_about_its_sizes_is_counted_with_what_it_has() {
    let dir = tempfile::tempdir().unwrap();
    let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for name in ["a.json", "b.json"] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(b"{\"title\":\"Tin\"}").unwrap();
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    for at in 0..bytes.len() - 24 {
        // A line of its table of contents, and in it how much is packed.
        if bytes[at..].starts_with(b"PK\x01\x02") {
            bytes[at + 20..at + 24].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
        }
    }
    let path = dir.path().join("a.zip");
    fs::write(&path, &bytes).unwrap();
    let (progress, mut found) = (Progress::default(), 0);
    let _ = read(&Input::Path(path), &ReadOptions::default(), &progress, &mut |_| {
        found += 1;
        ControlFlow::Continue(())
    });
    assert_eq!((progress.read.load(Ordering::Relaxed), found > 0), (bytes.len() as u64, true));
}

#[test]
fn a_zip_on_the_disk_is_read_where_it_lies_however_large() {
    let mut zip = zip::ZipWriter::new(tempfile::NamedTempFile::with_suffix(".zip").unwrap());
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("a.json", stored).unwrap();
    zip.write_all(b"{\"title\":\"Tin\"}").unwrap();
    zip.start_file(".pad", stored).unwrap();
    io::copy(&mut io::repeat(0).take(LARGEST_ZIP), &mut zip).unwrap();
    let file = zip.finish().unwrap();
    let met = |input: &Input| {
        let (mut met, progress) = (Vec::new(), Progress::default());
        let _ = read(input, &ReadOptions::default(), &progress, &mut |item| {
            met.push(match item {
                Item::Article { article, .. } => article.headline,
                Item::Reject { reason, .. } => reason.code.to_owned(),
                Item::Page(_) => String::new(),
            });
            ControlFlow::Continue(())
        });
        (met, progress.read.load(Ordering::Relaxed))
    };
    assert_eq!(met(&Input::Path(file.path().to_owned())), (vec!["Tin".to_owned()], LARGEST_ZIP + 15));
    let stream = Stream::new("sent", None, file.reopen().unwrap());
    assert_eq!(met(&Input::Stream(Arc::new(stream))).0, ["too_large"], "it would have to be held");
}

fn tar(members: &[(tar::EntryType, &str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (kind, name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_path(name).unwrap();
        header.set_cksum();
        archive.append(&header, *content).unwrap();
    }
    archive.into_inner().unwrap()
}

#[test]
fn the_names_of_members_are_read_from_their_headers_and_not_without_end() {
    use tar::EntryType;
    let json = |title: &str| format!("{{\"title\":\"{title}\"}}").into_bytes();
    let (one, two, three, four) = (json("1"), json("2"), json("3"), json("4"));
    let long = format!("{}x.json\0", "a/".repeat(200)).into_bytes();
    let endless = vec![b'a'; 64 << 20];
    let path = format!("{}x.json", "b/".repeat(200));
    let record = format!("416 path={path}\n").into_bytes();
    let bytes = tar(&[
        (EntryType::Regular, "plain.json", &one),
        (EntryType::GNULongName, "././@LongLink", &long),
        (EntryType::Regular, "cut.json", &two),
        (EntryType::XHeader, "pax", &record),
        (EntryType::Regular, "cut.json", &three),
        (EntryType::GNULongName, "././@LongLink", &endless),
        (EntryType::Regular, "cut.json", &four),
        (EntryType::Regular, "last.json", &one),
    ]);
    let mut met = Vec::new();
    let _ = read_bytes(&bytes, "a.tar", &ReadOptions::default(), &Progress::default(), &mut |item| {
        met.push(match item {
            Item::Article { place, .. } => place.source,
            Item::Reject { reason, place, .. } => format!("{} {}", place.source, reason.code),
            Item::Page(_) => String::new(),
        });
        ControlFlow::Continue(())
    });
    let long = format!("a.tar!{}x.json", "a/".repeat(200));
    let expected = ["a.tar!plain.json", &long, &format!("a.tar!{path}"), "a.tar damaged", "a.tar!last.json"];
    assert_eq!(met, expected);
}

#[test]
fn members_of_a_tar_that_are_no_files_are_told() {
    use tar::EntryType;
    let bytes = tar(&[
        (EntryType::Regular, "a.json", b"{\"title\":\"A\"}"),
        (EntryType::Link, "b.json", b""),
        (EntryType::Symlink, "c.json", b""),
        (EntryType::Directory, "d", b""),
        (EntryType::Fifo, "e", b""),
        (EntryType::Symlink, ".hidden", b""),
    ]);
    let (mut told, progress) = (Vec::new(), Progress::default());
    let _ = read_bytes(&bytes, "a.tar", &ReadOptions::default(), &progress, &mut |item| {
        told.push(match item {
            Item::Article { article, .. } => article.headline,
            Item::Reject { place, reason, .. } => format!("{} {}", place.source, reason.code),
            Item::Page(_) => String::new(),
        });
        ControlFlow::Continue(())
    });
    let expected =
        ["A", "a.tar!b.json passed_over", "a.tar!c.json passed_over", "a.tar!e passed_over"].map(str::to_owned);
    assert_eq!(told, expected);
    assert_eq!(progress.set_aside.load(Ordering::Relaxed), 3, "nothing is missing");
}
