//! The checked-in code is what the `.proto` files generate, so that users need no `protoc`.
//!
//! After a change of a `.proto` file: `ACTORSCOPE_REGENERATE=1 cargo test -p actorscope-proto`.

use prost_build::Config;
use std::path::Path;

#[test]
fn generated_code_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let include = root.join("proto");
    let file = include.join("actorscope/v1/actorscope.proto");
    let descriptors = protox::compile([file], [include]).expect("the .proto files are valid");

    let out = tempfile::tempdir().expect("a temporary directory");
    let mut config = Config::new();
    config.out_dir(out.path());
    tonic_prost_build::configure()
        .build_transport(false)
        .build_client(true)
        .build_server(true)
        .out_dir(out.path())
        .compile_fds_with_config(descriptors, config)
        .expect("code generation");

    let fresh = std::fs::read_to_string(out.path().join("actorscope.v1.rs")).expect("output");
    let checked_in = root.join("src/generated/actorscope.v1.rs");
    if std::env::var_os("ACTORSCOPE_REGENERATE").is_some() {
        std::fs::write(&checked_in, &fresh).expect("write the generated code");
    }
    let current = std::fs::read_to_string(&checked_in).unwrap_or_default();
    assert!(
        current == fresh,
        "{} is out of date: run ACTORSCOPE_REGENERATE=1 cargo test -p actorscope-proto",
        checked_in.display()
    );
}
