//! What is the same for all actors that are started in the same way, kept once.
//!
//! Ten thousand connections differ in their names; their type, framework, abilities and child spec
//! are one [`Class`]. Most registrations of a thread are of the class of the one before, and find it
//! without a lock.

use crate::adapter::{BudgetRule, Registration, Registry};
use crate::sync::{Mutex, global, lock, thread_local};
use actorscope_core::id_map::IdHasher;
use actorscope_core::spec::{ChildSpec, SupervisorSpec};
use actorscope_core::{Capabilities, ChildKind, text};
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Deref;
use std::sync::{Arc, LazyLock, OnceLock};

/// What the actors of a class have in common.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Facts {
    pub(crate) registry: Registry,
    pub(crate) framework: &'static str,
    pub(crate) actor_type: &'static str,
    pub(crate) kind: ChildKind,
    pub(crate) capabilities: Capabilities,
    pub(crate) mailbox_capacity: Option<u64>,
    pub(crate) supervisor: Option<SupervisorSpec>,
    /// What it supervises with as soon as it has a supervised child.
    pub(crate) latent_supervisor: Option<SupervisorSpec>,
    /// Without the child's id, which is each child's own.
    pub(crate) child_spec: Option<ChildSpec>,
    pub(crate) no_kill: Option<&'static str>,
    pub(crate) budget_rule: BudgetRule,
}

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Class {
    facts: Facts,
    /// Made when somebody looks.
    texts: OnceLock<Texts>,
}

/// The texts of a class, as identities hold them.
#[derive(Debug)]
pub(crate) struct Texts {
    pub(crate) framework: Arc<str>,
    pub(crate) actor_type: Arc<str>,
    /// The type's short form, safe to be a name.
    pub(crate) short_type: Arc<str>,
    pub(crate) no_kill: Option<Arc<str>>,
}

impl Deref for Class {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

impl Class {
    /// That of a new actor.
    pub(crate) fn of(registry: Registry, new: &Registration) -> Arc<Self> {
        let make = || Facts::of(registry, new).class();
        LAST.try_with(|last| {
            let mut last = last.try_borrow_mut().ok()?;
            if let Some(same) = last.as_ref().filter(|last| last.is_of(registry, new)) {
                return Some(same.clone());
            }
            Some(last.insert(make()).clone())
        })
        .ok()
        .flatten()
        // On a thread that is ending.
        .unwrap_or_else(make)
    }

    /// Whether it is that of a new actor.
    pub(crate) fn is_of(&self, registry: Registry, new: &Registration) -> bool {
        self.facts.are_of(registry, new)
    }

    /// Its texts.
    pub(crate) fn texts(&self) -> &Texts {
        self.texts.get_or_init(|| Texts {
            framework: self.framework.into(),
            actor_type: self.actor_type.into(),
            short_type: text::segment(&text::short_type(self.actor_type)).into(),
            no_kill: self.no_kill.map(Into::into),
        })
    }
}

/// All classes with the same hash: one, hardly ever more.
type Bucket = Vec<Arc<Class>>;

/// Every class there is, by hash.
#[derive(Default)]
struct Known {
    buckets: HashMap<u64, Bucket, BuildHasherDefault<IdHasher>>,
    count: usize,
    /// The number of classes at which those that nobody has any more are thrown out.
    clean_at: usize,
}

global! {
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
}

thread_local! {
    static LAST: RefCell<Option<Arc<Class>>> = const { RefCell::new(None) };
}

const fn kind_of(new: &Registration) -> ChildKind {
    if new.supervisor.is_some() { ChildKind::Supervisor } else { new.kind }
}

/// Whether a class's child spec, which has no id, is that of a child.
fn is_but_for_the_id(spec: &ChildSpec, child: &ChildSpec) -> bool {
    // All fields, so that none is forgotten that is added.
    let ChildSpec {
        child_id: _,
        restart,
        intensity,
        period_ns,
        shutdown,
        significant,
        backoff,
        kill_is_normal_exit,
    } = child;
    (spec.restart, spec.intensity, spec.period_ns) == (*restart, *intensity, *period_ns)
        && (&spec.shutdown, &spec.backoff) == (shutdown, backoff)
        && (spec.significant, spec.kill_is_normal_exit) == (*significant, *kill_is_normal_exit)
}

impl Facts {
    /// Those of a new actor.
    pub(crate) fn of(registry: Registry, new: &Registration) -> Self {
        let kind = kind_of(new);
        let child_spec =
            new.child_spec.as_ref().map(|spec| ChildSpec { child_id: None, ..spec.clone() });
        Self {
            registry,
            framework: new.framework,
            actor_type: new.actor_type,
            kind,
            capabilities: new.capabilities,
            mailbox_capacity: new.mailbox_capacity,
            supervisor: new.supervisor,
            latent_supervisor: new.latent_supervisor,
            child_spec,
            no_kill: new.no_kill,
            budget_rule: new.budget_rule,
        }
    }

    /// The one class of which this is true.
    pub(crate) fn class(self) -> Arc<Class> {
        lock(&KNOWN).find(&self)
    }

    /// Whether it is true of a new actor, without making [`Facts::of`] it.
    fn are_of(&self, registry: Registry, new: &Registration) -> bool {
        // Texts of one place in the program are told to be equal by where they are.
        let same = |a: &'static str, b: &'static str| std::ptr::eq(a, b) || a == b;
        // All fields, so that none is forgotten that is added.
        let Self {
            registry: own_registry,
            framework,
            actor_type,
            kind,
            capabilities,
            mailbox_capacity,
            supervisor,
            latent_supervisor,
            child_spec,
            no_kill,
            budget_rule,
        } = self;
        *own_registry == registry
            && same(actor_type, new.actor_type)
            && same(framework, new.framework)
            && *kind == kind_of(new)
            && *capabilities == new.capabilities
            && *mailbox_capacity == new.mailbox_capacity
            && *supervisor == new.supervisor
            && *latent_supervisor == new.latent_supervisor
            && *no_kill == new.no_kill
            && *budget_rule == new.budget_rule
            && match (child_spec, &new.child_spec) {
                (None, None) => true,
                (Some(spec), Some(new)) => is_but_for_the_id(spec, new),
                _ => false,
            }
    }

    fn hash(&self) -> u64 {
        let mut hasher = IdHasher::default();
        // Texts of one program are told apart by where they are; the rest by equality.
        hasher.write_usize(self.actor_type.as_ptr() as usize ^ self.framework.as_ptr() as usize);
        hasher.write_u64(u64::from(self.capabilities.bits()) << 8 | self.kind as u64);
        hasher.write_u64(self.mailbox_capacity.unwrap_or(u64::MAX));
        hasher.finish()
    }
}

impl Known {
    fn find(&mut self, wanted: &Facts) -> Arc<Class> {
        let bucket = self.buckets.entry(wanted.hash()).or_default();
        if let Some(known) = bucket.iter().find(|class| class.facts == *wanted) {
            return known.clone();
        }
        let class = Arc::new(Class { facts: wanted.clone(), texts: OnceLock::new() });
        bucket.push(class.clone());
        self.count += 1;
        if self.count > self.clean_at {
            self.clean();
        }
        class
    }

    /// Child specs and bounds may be chosen at run time, without an end.
    fn clean(&mut self) {
        self.buckets.retain(|_, bucket| {
            bucket.retain(|class| Arc::strong_count(class) > 1);
            !bucket.is_empty()
        });
        self.count = self.buckets.values().map(Vec::len).sum();
        self.clean_at = (2 * self.count).max(1_024);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(capacity: u64) -> Arc<Class> {
        let new = Registration::new("test", "", "of class.rs");
        Facts::of(Registry::global(), &new.mailbox_capacity(Some(capacity))).class()
    }

    #[test]
    fn what_is_equal_is_one() {
        let (a, b) = (class(1), class(2));
        assert!(!Arc::ptr_eq(&a, &b));
        assert!(Arc::ptr_eq(&a, &class(1)) && Arc::ptr_eq(&b, &class(2)));
    }

    #[test]
    fn children_share_a_class_and_keep_their_ids() {
        let child = |id: &str| {
            let spec = ChildSpec { child_id: Some(id.to_owned()), ..ChildSpec::default() };
            Registration::new("test", "", "of class.rs").child_spec(spec)
        };
        let [a, b] = ["a", "b"].map(|id| Facts::of(Registry::global(), &child(id)).class());
        assert!(Arc::ptr_eq(&a, &b));
    }

    #[test]
    fn classes_that_nobody_has_are_forgotten() {
        let mut known = Known::default();
        let kept = known.find(&class(7).facts);
        for capacity in 0..5_000 {
            known.find(&Facts { mailbox_capacity: Some(capacity), ..kept.facts.clone() });
        }
        assert!(known.count < 2_100, "{} classes", known.count);
        assert!(Arc::ptr_eq(&kept, &known.find(&kept.facts)));
    }
}
