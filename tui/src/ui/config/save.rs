//! Putting the chosen columns into a configuration: whatever else stands there stays as it is, and
//! whatever goes wrong leaves the file as it was.

use super::place::contents;
use super::read::read;
use super::text::list;
use crate::ui::columns::Columns;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, Item, Table};

/// Saves the columns of all screens; says in words why that was not possible.
pub fn columns(path: &Path, columns: &Columns) -> Result<(), String> {
    let place = path.display();
    let text = match contents(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(format!("{place} can't be read: {error}")),
    };
    // Somebody may have edited it meanwhile.
    read(path, &text).map_err(|error| error.to_string())?;
    let text = with_columns(&text, columns).map_err(|error| format!("{place}: {error}"))?;
    replace(path, |file| file.write_all(text.as_bytes()))
        .map_err(|error| format!("{place} can't be written: {error}"))
}

/// The text with these columns in it.
fn with_columns(text: &str, columns: &Columns) -> Result<String, toml_edit::TomlError> {
    const SECTION: &str = "columns";
    let mut document: DocumentMut = text.parse()?;
    for (screen, choice) in columns.all() {
        let word = screen.word();
        if choice.is_usual() {
            // What is usual may be another thing in the next version.
            if let Some(section) = document.get_mut(SECTION).and_then(Item::as_table_like_mut) {
                section.remove(word);
            }
            continue;
        }
        let mut value = list(choice.shown().map(|column| column.id.to_owned()));
        let section = document.entry(SECTION).or_insert_with(|| Item::Table(Table::new()));
        let Some(section) = section.as_table_like_mut() else { continue };
        match section.get_mut(word).and_then(Item::as_value_mut) {
            Some(old) => {
                *value.decor_mut() = old.decor().clone();
                *old = value;
            }
            None => {
                section.insert(word, Item::Value(value));
            }
        }
    }
    Ok(document.to_string())
}

/// Replaces a file by what `write` writes, at once: whoever reads it sees the old one or the new one.
fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    // A link stays one: what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = path.parent().filter(|d| !d.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    create(directory)?;
    let new = New::beside(&path)?;
    let mut file = new.open()?;
    write(&mut file)?;
    if let Ok(old) = fs::metadata(&path) {
        if old.permissions().readonly() {
            return Err(io::Error::new(ErrorKind::PermissionDenied, "it is read-only"));
        }
        file.set_permissions(old.permissions())?;
    }
    file.sync_all()?;
    drop(file);
    fs::rename(&new.path, &path)
}

/// A file on its way; removed unless it has taken the place of another.
struct New {
    path: PathBuf,
}

impl New {
    fn beside(path: &Path) -> io::Result<Self> {
        let name = path.file_name().ok_or_else(|| io::Error::other("it has no name"))?;
        let mut new = std::ffi::OsString::from(".");
        new.push(name);
        new.push(format!(".{}.new", std::process::id()));
        Ok(Self { path: path.with_file_name(new) })
    }

    fn open(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        options.open(&self.path)
    }
}

impl Drop for New {
    fn drop(&mut self) {
        // Gone already if all went well.
        let _ = fs::remove_file(&self.path);
    }
}

fn create(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(directory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::columns::{Choice, named};
    use crate::ui::screens::ScreenId;

    fn chosen(screen: ScreenId, ids: &[&str]) -> Columns {
        let mut columns = Columns::default();
        *columns.of_mut(screen).unwrap() = Choice::of(ids.iter().map(|id| named(id).unwrap()));
        columns
    }

    fn names(directory: &Path) -> Vec<String> {
        let names = fs::read_dir(directory).unwrap();
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn the_rest_of_the_file_stays_as_it_is() {
        let text = "# my keys\n[keys]\n  pause = 'F5' # as at home\n\n[columns] # chosen\ntree = [\n  \"state\",\n] # few\n\n[ui]\nascii=true\n";
        let saved = with_columns(text, &chosen(ScreenId::Tree, &["wait", "state"])).unwrap();
        let expected = text.replace("[\n  \"state\",\n]", "[\"wait\", \"state\"]");
        assert_eq!(saved, expected);
        let reset = with_columns(&saved, &Columns::default()).unwrap();
        assert_eq!(reset, expected.replace("tree = [\"wait\", \"state\"] # few\n", ""));
    }

    #[test]
    fn what_was_saved_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new").join("config.toml");
        let mut wanted = chosen(ScreenId::Table, &["age"]);
        *wanted.of_mut(ScreenId::Tree).unwrap() = Choice::of([]);
        columns(&path, &wanted).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(read(&path, &text).unwrap().columns, wanted);
        assert_eq!(names(path.parent().unwrap()), ["config.toml"]);
        columns(&path, &Columns::default()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "[columns]\n");
    }

    #[test]
    fn a_disk_that_is_full_loses_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        fs::write(&path, "[ui]\n").unwrap();
        let error = replace(&path, |file| {
            file.write_all(b"[u")?;
            Err(ErrorKind::StorageFull.into())
        });
        assert_eq!(error.unwrap_err().kind(), ErrorKind::StorageFull);
        assert_eq!(fs::read_to_string(&path).unwrap(), "[ui]\n");
        assert_eq!(names(dir.path()), ["config.toml"]);
    }

    #[test]
    fn a_file_that_is_wrong_or_read_only_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        fs::write(&path, "[ui]\ncolor = 3\n").unwrap();
        let error = columns(&path, &chosen(ScreenId::Tree, &["age"])).unwrap_err();
        assert!(error.contains("config.toml:2: `color` can't be 3"), "{error}");
        fs::write(&path, "[ui]\n").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let error = columns(&path, &chosen(ScreenId::Tree, &["age"])).unwrap_err();
        assert!(error.ends_with("can't be written: it is read-only"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "[ui]\n");
        assert_eq!(names(dir.path()), ["config.toml"]);
        let below = path.join("config.toml");
        assert!(columns(&below, &Columns::default()).is_err(), "a file is no directory");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_are_kept() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("dotfile"), dir.path().join("config.toml"));
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        columns(&link, &chosen(ScreenId::Tree, &["age"])).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "[columns]\ntree = [\"age\"]\n");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o640);
        let fresh = dir.path().join("fresh").join("config.toml");
        columns(&fresh, &chosen(ScreenId::Tree, &["age"])).unwrap();
        assert_eq!((mode(&fresh), mode(fresh.parent().unwrap())), (0o600, 0o700));
    }
}
