//! Where agents put their sockets and what the files are called.
//!
//! An agent binds in the first of [`directories`], a client searches all of them: both sides take
//! the order from here, so that they cannot disagree. Nothing is read here; the values of the
//! environment come in as arguments.

use crate::id::InstanceId;
use crate::text;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Longest path of a socket in bytes: `sun_path` holds 108 with its final zero on Linux.
pub const MAX_PATH: usize = 107;

/// Longest service name inside a file name, in bytes; the rest of [`MAX_PATH`] is for the directory.
pub const MAX_FILE_NAME_PART: usize = 40;

/// What the end of a socket's file name says.
const SUFFIX: &str = ".sock";

/// The values that decide about directories.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Environment<'a> {
    /// `$ACTORSCOPE_DIR`: the operator's own choice, which rules out all others.
    pub actorscope_dir: Option<&'a Path>,
    /// `$RUNTIME_DIRECTORY`: set by systemd for a unit with `RuntimeDirectory=`; may name several
    /// directories with `:` between them.
    pub runtime_directory: Option<&'a Path>,
    /// `$XDG_RUNTIME_DIR`: the login session's own directory.
    pub xdg_runtime_dir: Option<&'a Path>,
    /// The directory for temporary files.
    pub temp_dir: &'a Path,
    /// The user id of this process.
    pub uid: u32,
}

/// Directories of sockets, best first, without repetitions: an agent binds in the first one, a
/// client searches them all. Never empty. Unset, empty and relative values are passed over, except
/// that `$ACTORSCOPE_DIR` may be relative (it was written by a person, on purpose).
pub fn directories(environment: &Environment<'_>) -> Vec<PathBuf> {
    if let Some(dir) = environment.actorscope_dir.filter(|dir| !is_empty(dir)) {
        return vec![dir.to_owned()];
    }
    let runtime = environment.runtime_directory.and_then(first_of_list);
    let session = environment
        .xdg_runtime_dir
        .filter(|dir| dir.is_absolute())
        .map(|dir| dir.join("actorscope"));
    let temporary = environment.temp_dir.join(format!("actorscope-{}", environment.uid));
    let mut found: Vec<PathBuf> = Vec::with_capacity(3);
    for dir in runtime.into_iter().chain(session).chain([temporary]) {
        if !found.contains(&dir) {
            found.push(dir);
        }
    }
    found
}

/// systemd separates several runtime directories with `:`; the first one is the unit's main one.
fn first_of_list(list: &Path) -> Option<PathBuf> {
    let first = match list.to_str() {
        Some(text) => Path::new(text.split(':').next().unwrap_or_default()),
        None => list,
    };
    first.is_absolute().then(|| first.to_owned())
}

fn is_empty(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

/// What the file name of a socket says: `<name>-<pid>-<4 hex digits of the instance>.sock`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SocketName {
    /// The service's name as it stands in the file name: cut at [`MAX_FILE_NAME_PART`] bytes and
    /// without characters that file systems or terminals object to.
    pub name: String,
    /// The process.
    pub pid: u32,
    /// The low 16 bits of the instance id: two lives of one service under one pid differ here.
    pub short_instance: u16,
}

impl SocketName {
    /// The file of one process. Any name is made fit to be part of a file name.
    pub fn new(name: &str, pid: u32, instance: InstanceId) -> Self {
        Self { name: name_part(name), pid, short_instance: (instance.0 & 0xffff) as u16 }
    }

    /// The file's name.
    pub fn file_name(&self) -> String {
        format!("{}-{}-{:04x}{SUFFIX}", name_part(&self.name), self.pid, self.short_instance)
    }

    /// Reads a file's name; `None` if it is not one of a socket of ours.
    pub fn parse(file_name: &str) -> Option<Self> {
        let mut parts = file_name.strip_suffix(SUFFIX)?.rsplitn(3, '-');
        let (short, pid, name) = (parts.next()?, parts.next()?, parts.next()?);
        let canonical = short.len() == 4
            && short.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            && !pid.is_empty()
            && pid.bytes().all(|b| b.is_ascii_digit())
            && name_part(name) == name;
        if !canonical {
            return None;
        }
        Some(Self {
            name: name.to_owned(),
            pid: pid.parse().ok()?,
            short_instance: u16::from_str_radix(short, 16).ok()?,
        })
    }

    /// Whether a service called `name` would have a file of this name.
    pub fn is_of(&self, name: &str) -> bool {
        self.name == name_part(name)
    }
}

impl fmt::Display for SocketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.file_name())
    }
}

impl FromStr for SocketName {
    type Err = NotASocketName;

    fn from_str(s: &str) -> Result<Self, NotASocketName> {
        Self::parse(s).ok_or_else(|| NotASocketName(text::line(s, 128)))
    }
}

/// A file name that does not follow `<name>-<pid>-<4 hex>.sock`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotASocketName(String);

impl fmt::Display for NotASocketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not of the form NAME-PID-XXXX.sock", self.0)
    }
}

impl std::error::Error for NotASocketName {}

/// The service's name, fit for a file name: what is no letter, digit, `.`, `_` or `-` becomes `_`,
/// a leading `.` or `-` too (hidden files, options), and what is too long is cut.
fn name_part(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len().min(MAX_FILE_NAME_PART));
    for c in raw.trim().chars() {
        let keep = c.is_alphanumeric() || c == '_' || (matches!(c, '.' | '-') && !out.is_empty());
        let c = if keep { c } else { '_' };
        if out.len() + c.len_utf8() > MAX_FILE_NAME_PART {
            break;
        }
        out.push(c);
    }
    if out.is_empty() { "_".to_owned() } else { out }
}

/// A path that does not fit into a socket's address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathTooLong {
    /// The path.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: usize,
}

impl fmt::Display for PathTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the socket path {} has {} bytes, at most {MAX_PATH} are possible: choose a shorter \
             directory with ACTORSCOPE_DIR, or a shorter path",
            self.path.display(),
            self.bytes
        )
    }
}

impl std::error::Error for PathTooLong {}

/// Refuses a path that does not fit into a socket's address, with an error that says what to do:
/// the system's own one is a bare "invalid argument".
pub fn check_length(path: &Path) -> Result<(), PathTooLong> {
    let bytes = path.as_os_str().len();
    if bytes > MAX_PATH {
        return Err(PathTooLong { path: path.to_owned(), bytes });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn environment() -> Environment<'static> {
        Environment {
            actorscope_dir: None,
            runtime_directory: None,
            xdg_runtime_dir: None,
            temp_dir: Path::new("/tmp"),
            uid: 1000,
        }
    }

    #[test]
    fn the_service_managers_directory_comes_before_the_sessions() {
        let all = Environment {
            runtime_directory: Some(Path::new("/run/shop:/run/other")),
            xdg_runtime_dir: Some(Path::new("/run/user/1000")),
            ..environment()
        };
        let expected = ["/run/shop", "/run/user/1000/actorscope", "/tmp/actorscope-1000"];
        assert_eq!(directories(&all), expected.map(PathBuf::from));
    }

    #[test]
    fn the_operators_choice_rules_out_the_rest() {
        let chosen = Environment {
            actorscope_dir: Some(Path::new("/srv/scopes")),
            xdg_runtime_dir: Some(Path::new("/run/user/1000")),
            ..environment()
        };
        assert_eq!(directories(&chosen), [PathBuf::from("/srv/scopes")]);
    }

    #[test]
    fn empty_and_relative_values_count_as_unset() {
        let odd = Environment {
            actorscope_dir: Some(Path::new("")),
            runtime_directory: Some(Path::new("")),
            xdg_runtime_dir: Some(Path::new("relative")),
            ..environment()
        };
        assert_eq!(directories(&odd), [PathBuf::from("/tmp/actorscope-1000")]);
    }

    #[test]
    fn a_service_name_with_dashes_is_read_back() {
        let name = SocketName::new("my-shop-2", 4711, InstanceId(0xbeef));
        assert_eq!(name.file_name(), "my-shop-2-4711-beef.sock");
        assert_eq!(SocketName::parse("my-shop-2-4711-beef.sock"), Some(name));
    }

    #[test]
    fn foreign_files_are_no_sockets_of_ours() {
        for foreign in [
            "",
            ".sock",
            "-1-0000.sock",
            "a-1-00.sock",
            "a-1-00EF.sock",
            "a-x-0000.sock",
            "a-+1-0000.sock",
            "a-99999999999-0000.sock",
            "a-1-0000",
            "a b-1-0000.sock",
            "bus",
        ] {
            assert_eq!(SocketName::parse(foreign), None, "{foreign:?}");
        }
    }

    #[test]
    fn long_paths_are_refused_with_advice() {
        let fits = PathBuf::from(format!("/{}", "a".repeat(MAX_PATH - 1)));
        assert_eq!(check_length(&fits), Ok(()));
        let long = fits.join("b");
        let message = check_length(&long).unwrap_err().to_string();
        assert!(message.contains("ACTORSCOPE_DIR"), "{message}");
    }

    proptest! {
        #[test]
        fn every_service_gets_a_file_name_that_reads_back(
            name in any::<String>(), pid in any::<u32>(), instance in any::<u128>(),
        ) {
            let socket = SocketName::new(&name, pid, InstanceId(instance));
            let file = socket.file_name();
            prop_assert!(!file.contains('/') && !file.starts_with('.') && file.len() <= 64);
            prop_assert!(socket.is_of(&name));
            prop_assert_eq!(SocketName::parse(&file), Some(socket));
        }
    }
}
