//! The programs that are measured, built by themselves.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where they are.
#[derive(Debug)]
pub struct Binaries {
    pub storm: PathBuf,
    pub actorscope: PathBuf,
}

/// Plain tokio, and tokio observed: for starts and ends one after another.
#[derive(Debug)]
pub struct Variants {
    pub plain: PathBuf,
    pub observed: PathBuf,
}

/// Builds them, one `cargo build` each: within one build Cargo would unify their features.
pub fn build() -> Result<Binaries, String> {
    let root = bench().join("..");
    Ok(Binaries { storm: one(&root, "actorscope-storm")?, actorscope: one(&root, "actorscope")? })
}

/// Builds two variants of the benchmark beside this.
pub fn variants() -> Result<Variants, String> {
    Ok(Variants { plain: one(&bench(), "tokio-base")?, observed: one(&bench(), "tokio-ours")? })
}

fn bench() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The path of a package's only binary.
fn one(workspace: &Path, package: &str) -> Result<PathBuf, String> {
    eprintln!("building {package}");
    let out = Command::new(env!("CARGO"))
        .current_dir(workspace)
        .args(["build", "--release", "--quiet", "--locked", "-p", package])
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo can't be started: {error}"))?;
    if !out.status.success() {
        return Err(format!("{package} can't be built"));
    }
    let text = String::from_utf8_lossy(&out.stdout);
    let executable = text.lines().rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message.get("executable")?.as_str().map(PathBuf::from)
    });
    executable.ok_or_else(|| format!("cargo built {package} and did not say where it is"))
}
