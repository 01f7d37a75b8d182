//! Databases of seek indexes: whole, interrupted, damaged, written by two at once.

use fastaug_jpeg::{
    Database, Decoder, Options, Region, SeekIndex, Workspace,
    encode::{self, Picture, PixelFormat},
    index::{Answer, DatabaseWriter, Fingerprint, NoIndex, examine},
};
use fearless_simd::Level;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A folder that is gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fastaug-database-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("index")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Files that differ: JPEGs of several sizes, one cut short, and one that is something else.
fn files() -> Vec<Vec<u8>> {
    let mut files: Vec<Vec<u8>> = (1..6)
        .map(|number| {
            let (height, width) = (20 * number, 30);
            let pixels: Vec<u8> = (0..height * width * 3).map(|place| (place * number / 5 % 251) as u8).collect();
            let picture = Picture::new(&pixels, (height, width), 3 * width, PixelFormat::Rgb).unwrap();
            encode::encode(picture, &encode::Options::default(), Level::new()).unwrap()
        })
        .collect();
    files.push(files[4][..400].to_vec());
    files.push(b"GIF89a and so on".to_vec());
    files
}

fn add(writer: &mut DatabaseWriter, files: &[Vec<u8>], first_stamp: usize) {
    for (number, file) in files.iter().enumerate() {
        writer.add((first_stamp + number) as u64, Fingerprint::of(file), Some(&examine(file, None)));
    }
}

fn open(path: &Path) -> Database {
    Database::open(fs::read(path).unwrap()).unwrap()
}

fn found(database: &Database, files: &[Vec<u8>]) -> Vec<Option<Answer>> {
    files.iter().map(|file| database.find(Fingerprint::of(file))).collect()
}

fn expected(files: &[Vec<u8>]) -> Vec<Option<Answer>> {
    files.iter().map(|file| Some(examine(file, None))).collect()
}

#[test]
fn every_file_is_found_and_no_other() {
    let folder = Folder::new("found");
    let files = files();
    let mut writer = DatabaseWriter::open(&folder.file()).unwrap();
    add(&mut writer, &files[1..], 10);
    writer.finish().unwrap();
    let database = open(&folder.file());
    assert_eq!(database.len(), files.len() - 1);
    assert_eq!(found(&database, &files[1..]), expected(&files[1..]));
    assert_eq!(database.find(Fingerprint::of(&files[0])), None);
    assert_eq!(database.find(Fingerprint::of(&files[5])), Some(Err(NoIndex::Damaged)));
    assert_eq!(database.find(Fingerprint::of(&files[6])), Some(Err(NoIndex::NotJpeg)));
    assert_eq!(database.answers().filter(|answer| matches!(answer, Some(Ok(_)))).count(), 4);
}

#[test]
fn it_is_added_to_and_old_maps_stay_valid() {
    let folder = Folder::new("added");
    let files = files();
    let mut writer = DatabaseWriter::open(&folder.file()).unwrap();
    add(&mut writer, &files[..3], 0);
    writer.finish().unwrap();
    let before = fs::read(folder.file()).unwrap();
    let mut writer = DatabaseWriter::open(&folder.file()).unwrap();
    assert!((0..3).all(|stamp| writer.has_stamp(stamp)) && !writer.has_stamp(3));
    assert!(writer.knows(Fingerprint::of(&files[2])) && !writer.knows(Fingerprint::of(&files[3])));
    add(&mut writer, &files[3..], 3);
    writer.finish().unwrap();
    assert!(fs::read(folder.file()).unwrap().starts_with(&before));
    assert_eq!(found(&open(&folder.file()), &files), expected(&files));
    assert_eq!(found(&Database::open(before).unwrap(), &files[..3]), expected(&files[..3]));
}

#[test]
fn what_is_known_is_not_written_again() {
    let folder = Folder::new("again");
    let files = files();
    let mut writer = DatabaseWriter::open(&folder.file()).unwrap();
    add(&mut writer, &files, 0);
    writer.finish().unwrap();
    let once = fs::read(folder.file()).unwrap();
    let mut writer = DatabaseWriter::open(&folder.file()).unwrap();
    add(&mut writer, &files, 0);
    writer.finish().unwrap();
    assert_eq!(fs::read(folder.file()).unwrap(), once);
    // The same file by another name is one file.
    let mut writer = DatabaseWriter::open(&folder.file()).unwrap();
    writer.add(99, Fingerprint::of(&files[0]), None);
    writer.finish().unwrap();
    assert!(DatabaseWriter::open(&folder.file()).unwrap().has_stamp(99));
    assert_eq!(open(&folder.file()).len(), files.len());
}

#[test]
fn wherever_it_is_cut_it_is_read_and_continued() {
    let folder = Folder::new("cut");
    let files = files();
    let mut writer = DatabaseWriter::open(&folder.file()).unwrap();
    add(&mut writer, &files[..4], 0);
    writer.finish().unwrap();
    let mut writer = DatabaseWriter::open(&folder.file()).unwrap();
    add(&mut writer, &files[4..], 4);
    writer.finish().unwrap();
    let whole = fs::read(folder.file()).unwrap();
    for length in (0..whole.len()).step_by(7).chain([whole.len() - 1]) {
        fs::write(folder.file(), &whole[..length]).unwrap();
        if length < 8 {
            assert!(Database::open(whole[..length].to_vec()).is_err());
            assert_eq!(DatabaseWriter::open(&folder.file()).is_ok(), length == 0);
            continue;
        }
        let answers = found(&open(&folder.file()), &files);
        for (answer, expected) in answers.iter().zip(expected(&files)) {
            assert!(answer.is_none() || *answer == expected, "{length}");
        }
        let mut writer = DatabaseWriter::open(&folder.file()).unwrap();
        assert_eq!(writer.len(), answers.iter().flatten().count());
        add(&mut writer, &files, 0);
        writer.finish().unwrap();
        assert_eq!(found(&open(&folder.file()), &files), expected(&files), "{length}");
    }
}

#[test]
fn a_changed_byte_makes_it_forget_and_never_lie() {
    let folder = Folder::new("changed");
    let files = files();
    let mut writer = DatabaseWriter::open(&folder.file()).unwrap();
    add(&mut writer, &files, 0);
    writer.finish().unwrap();
    let whole = fs::read(folder.file()).unwrap();
    let expected = expected(&files);
    for place in 0..whole.len() {
        for change in [1, 0x80, 0xFF] {
            let mut bytes = whole.clone();
            bytes[place] ^= change;
            let Ok(database) = Database::open(bytes) else {
                assert!(place < 8);
                continue;
            };
            for (answer, expected) in found(&database, &files).into_iter().zip(&expected) {
                assert!(answer.is_none() || answer == *expected, "byte {place}");
            }
            assert!(database.answers().flatten().all(|answer| expected.contains(&Some(answer))));
        }
    }
}

#[test]
fn two_do_not_write_at_once() {
    let folder = Folder::new("two");
    let writer = DatabaseWriter::open(&folder.file()).unwrap();
    let error = DatabaseWriter::open(&folder.file()).unwrap_err();
    assert!(error.to_string().contains("another process"), "{error}");
    drop(writer);
    assert!(DatabaseWriter::open(&folder.file()).is_ok());
}

#[test]
fn the_budget_holds_for_every_file() {
    for file in &files()[..5] {
        for budget in [44, 60, 76, 100, 1000, 9000] {
            let index = SeekIndex::build(file, Some(budget)).unwrap().unwrap();
            assert!(index.to_bytes().len() <= budget);
        }
    }
}

/// Somebody may write a false index on purpose: pixels are wrong then, or there is an error, and nothing worse.
#[test]
fn a_false_index_with_sums_in_order_does_no_harm() {
    const KEPT: usize = 20;
    let mut state = 1u64;
    let mut random = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize
    };
    let mut used = 0;
    for file in &files()[..5] {
        let right = SeekIndex::build(file, Some(4000)).unwrap().unwrap().to_bytes();
        let decoder = Decoder::new(file).unwrap();
        let info = decoder.info();
        for _ in 0..400 {
            let mut bytes = right.clone();
            let end = bytes.len() - 8;
            for _ in 0..=random() % 4 {
                let place = KEPT + random() % (end - KEPT);
                bytes[place] = random() as u8;
            }
            let checksum = Fingerprint::of(&bytes[..end]).hash();
            bytes[end..].copy_from_slice(&checksum.to_le_bytes());
            let Ok(index) = SeekIndex::from_bytes(&bytes) else { continue };
            used += 1;
            let region = Region { x: info.width / 3, y: info.height / 2, width: info.width / 2, height: 3 };
            for tolerant in [false, true] {
                let options = Options { region: Some(region), tolerant, ..Options::default() };
                let mut pixels = vec![0; region.width * region.height * 3];
                let stride = region.width * 3;
                let decoded =
                    decoder.decode_indexed(Some(&index), &options, &mut pixels, stride, &mut Workspace::default());
                assert!(decoded.is_ok() || !tolerant);
            }
        }
    }
    assert!(used > 500, "{used}");
}
