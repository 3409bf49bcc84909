//! Who is at the other end, and what they may do.

use std::collections::HashSet;
use std::fmt;

/// What somebody may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// Look and, if the host allows control at all, act.
    Operator,
    /// Look.
    Viewer,
    /// Nothing.
    Stranger,
}

/// Somebody at the other end of a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Principal {
    /// How they are named in events and logs, such as `uid 1000`.
    pub(crate) name: String,
    /// What they may do.
    pub(crate) role: Role,
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Roles by user id.
#[derive(Clone, Default, Debug)]
pub(crate) struct Roles {
    pub(crate) own: u32,
    pub(crate) operators: HashSet<u32>,
    pub(crate) viewers: HashSet<u32>,
}

impl Roles {
    /// The peer with this user id. The process's own user and root are operators.
    pub(crate) fn principal(&self, uid: u32) -> Principal {
        let role = if uid == self.own || uid == 0 || self.operators.contains(&uid) {
            Role::Operator
        } else if self.viewers.contains(&uid) {
            Role::Viewer
        } else {
            Role::Stranger
        };
        Principal { name: format!("uid {uid}"), role }
    }
}
