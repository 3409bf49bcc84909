//! Where the configuration is, and getting it from there.

use super::read::read;
use super::{Config, ConfigError};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// No configuration is longer.
const MAX_BYTES: u64 = 1 << 20;

/// Where a configuration is looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// Nowhere: none is wanted, or there is no home to look in.
    Nowhere,
    /// Where the user said; it must be there.
    Named(PathBuf),
    /// Where configurations are; it need not be there.
    Usual(PathBuf),
}

impl Place {
    /// Where it is for a user whose environment is `env` and who named `path` on the command line:
    /// there, or else where `ACTORSCOPE_CONFIG` says, or else in the directory for configurations.
    pub fn of(path: Option<&Path>, env: impl Fn(&str) -> Option<std::ffi::OsString>) -> Self {
        let set = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        if let Some(path) = path.map(Path::to_owned).or_else(|| set("ACTORSCOPE_CONFIG")) {
            return Self::Named(path);
        }
        // The XDG base directory specification: a relative path is as good as none.
        let directory = set("XDG_CONFIG_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| set("HOME").map(|home| home.join(".config")));
        directory
            .map_or(Self::Nowhere, |dir| Self::Usual(dir.join("actorscope").join("config.toml")))
    }

    /// The file, whether it is there or not.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Nowhere => None,
            Self::Named(path) | Self::Usual(path) => Some(path),
        }
    }

    /// Reads the configuration.
    pub fn load(&self) -> Result<Config, ConfigError> {
        let Some(path) = self.path() else {
            return Ok(Config::default());
        };
        match contents(path) {
            Ok(text) => read(path, &text),
            Err(error) if error.kind() == ErrorKind::NotFound && matches!(self, Self::Usual(_)) => {
                Ok(Config::default())
            }
            Err(error) => {
                let what = match error.kind() {
                    ErrorKind::NotFound => "there is no such file".to_owned(),
                    ErrorKind::InvalidData => "it is not text in UTF-8".to_owned(),
                    _ => format!("it can't be read: {error}"),
                };
                Err(ConfigError { path: path.to_owned(), line: None, what })
            }
        }
    }
}

/// The text of a file.
pub fn contents(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(std::io::Error::other("it is longer than 1 MiB"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: Option<&str>, env: &[(&str, &str)]) -> Place {
        Place::of(path.map(Path::new), |name| {
            env.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).into())
        })
    }

    #[test]
    fn the_nearest_word_decides() {
        let home = ("HOME", "/home/ann");
        let xdg = ("XDG_CONFIG_HOME", "/etc/ann");
        let named = ("ACTORSCOPE_CONFIG", "mine.toml");
        let usual = |path: &str| Place::Usual(path.into());
        assert_eq!(place(Some("a"), &[named, xdg, home]), Place::Named("a".into()));
        assert_eq!(place(None, &[named, xdg, home]), Place::Named("mine.toml".into()));
        assert_eq!(place(None, &[xdg, home]), usual("/etc/ann/actorscope/config.toml"));
        assert_eq!(
            place(None, &[("XDG_CONFIG_HOME", "etc"), ("ACTORSCOPE_CONFIG", ""), home]),
            usual("/home/ann/.config/actorscope/config.toml")
        );
        assert_eq!(place(None, &[]), Place::Nowhere);
    }

    #[test]
    fn a_file_must_be_there_only_if_it_was_named() {
        let dir = tempfile::tempdir().unwrap();
        let none = dir.path().join("none.toml");
        assert!(Place::Usual(none.clone()).load().is_ok());
        assert!(Place::Nowhere.load().is_ok());
        let error = Place::Named(none.clone()).load().unwrap_err();
        assert_eq!(error.to_string(), format!("{}: there is no such file", none.display()));
        let error = Place::Usual(dir.path().to_owned()).load().unwrap_err();
        assert!(error.to_string().contains("it can't be read"), "{error}");
        std::fs::write(&none, [0xff, 0xfe]).unwrap();
        let error = Place::Usual(none).load().unwrap_err();
        assert!(error.to_string().contains("UTF-8"), "{error}");
    }
}
