//! What many slots have in common, sent once.

use crate::convert::{Malformed, word};
use crate::v1;
use actorscope_core::spec::{ChildKind, ChildSpec, SupervisorSpec};
use actorscope_core::{Capabilities, Identity};
use prost::Message;
use std::collections::HashMap;
use std::sync::Arc;

/// The class of an identity.
fn class_of(identity: &Identity) -> v1::Class {
    let child_spec =
        identity.child_spec.as_ref().map(|spec| v1::ChildSpec { child_id: None, ..spec.into() });
    v1::Class {
        actor_type: identity.actor_type.to_string(),
        framework: identity.framework.to_string(),
        kind: identity.kind.word().to_owned(),
        supervisor: identity.supervisor.as_ref().map(Into::into),
        child_spec,
        capabilities: identity.capabilities.bits(),
        mailbox_capacity: identity.mailbox_capacity,
        no_kill: identity.no_kill.as_ref().map(ToString::to_string),
    }
}

/// The classes that a reader knows, by their bytes.
#[derive(Default)]
pub(super) struct Classes {
    known: HashMap<Vec<u8>, u64>,
    /// Of those, not sent yet.
    pub(super) new: Vec<v1::Class>,
}

impl Classes {
    /// The number of an identity's class, and the bytes that sending it takes.
    pub(super) fn number(&mut self, identity: &Identity) -> (u64, usize) {
        let class = class_of(identity);
        let bytes = class.encode_to_vec();
        if let Some(number) = self.known.get(&bytes) {
            return (*number, 0);
        }
        let (number, len) = (self.known.len() as u64, bytes.len());
        self.known.insert(bytes, number);
        self.new.push(class);
        (number, len + 4)
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }
}

/// A class as a reader keeps it.
#[derive(Clone)]
pub(super) struct Class {
    pub(super) actor_type: Arc<str>,
    pub(super) framework: Arc<str>,
    pub(super) kind: ChildKind,
    pub(super) supervisor: Option<SupervisorSpec>,
    pub(super) child_spec: Option<ChildSpec>,
    pub(super) capabilities: Capabilities,
    pub(super) mailbox_capacity: Option<u64>,
    pub(super) no_kill: Option<Arc<str>>,
}

impl TryFrom<v1::Class> for Class {
    type Error = Malformed;

    fn try_from(wire: v1::Class) -> Result<Self, Malformed> {
        Ok(Self {
            actor_type: wire.actor_type.into(),
            framework: wire.framework.into(),
            kind: word!(ChildKind, "kind", wire.kind)?,
            supervisor: wire.supervisor.map(TryInto::try_into).transpose()?,
            child_spec: wire.child_spec.map(Into::into),
            capabilities: Capabilities::from_bits(wire.capabilities),
            mailbox_capacity: wire.mailbox_capacity,
            no_kill: wire.no_kill.map(Into::into),
        })
    }
}
