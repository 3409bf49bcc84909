//! Building each variant by itself.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;

/// Where each package's binary is.
pub type Built = HashMap<&'static str, PathBuf>;

/// Builds the packages, one `cargo build` each: within one build Cargo would unify their features.
pub fn build(packages: impl Iterator<Item = &'static str>) -> Result<Built, String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = root.join("target");
    let mut built = Built::new();
    for package in packages {
        if built.contains_key(package) {
            continue;
        }
        eprintln!("building {package}");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(&root).args(["build", "--release", "--quiet", "--locked", "-p", package]);
        // tokio-console needs tokio's unstable hooks; a directory of its own keeps the rest built.
        let target = if package == "tokio-console" {
            cargo.env("RUSTFLAGS", "--cfg tokio_unstable");
            target.join("unstable")
        } else {
            target.clone()
        };
        let status = cargo
            .arg("--target-dir")
            .arg(&target)
            .status()
            .map_err(|error| format!("cargo can't be started: {error}"))?;
        if !status.success() {
            return Err(format!("{package} can't be built"));
        }
        built.insert(package, target.join("release").join(package));
    }
    Ok(built)
}
