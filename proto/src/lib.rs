//! The wire of actorscope, package `actorscope.v1`: generated messages and stubs ([`v1`]), the
//! conversions between them and the types of `actorscope-core` ([`convert`]), and rows as columns of
//! what changed ([`pack`]).
//!
//! The generated code is checked in, so that nobody needs `protoc`; a test generates it anew and
//! fails on a difference. The stubs are independent of any transport: clients bring a channel,
//! servers a connection.

pub mod convert;
pub mod pack;

/// Messages, clients and servers generated from `proto/actorscope/v1/actorscope.proto`, which
/// documents them.
#[allow(missing_docs, clippy::all, clippy::pedantic, rust_2018_idioms)]
pub mod v1 {
    include!("generated/actorscope.v1.rs");
}

/// The highest protocol version spoken here.
pub const PROTOCOL: u32 = 1;

/// The lowest protocol version still spoken here.
pub const PROTOCOL_MIN: u32 = 1;

/// No message exceeds this many bytes, in either direction.
pub const MAX_MESSAGE: usize = 1024 * 1024;

/// Requests are small: what a client sends never exceeds this many bytes.
pub const MAX_REQUEST: usize = 64 * 1024;
