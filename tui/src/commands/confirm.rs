//! Whether somebody meant it.

use crate::cli::{Exit, VerbArgs};
use crate::output::Failure;
use actorscope_core::blast::BlastRadius;

/// From more than this many affected actors on, their common end must be asked for by name.
const FEW: u64 = 10;

/// What stands between the command and the deed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Consent {
    /// Nothing: go on.
    Given,
    /// A question, to be answered with yes.
    AskYes,
    /// A question, to be answered with the actor's name.
    AskName,
}

/// Weighs what was written against what would happen. Nobody is asked who cannot answer: without a
/// terminal one actor, or a few, are dealt with as written, and many need `--confirm NAME`.
pub fn weigh(
    radius: &BlastRadius,
    name: &str,
    args: &VerbArgs,
    somebody_there: bool,
) -> Result<Consent, Failure> {
    if let Some(confirmed) = &args.confirm {
        if confirmed == name {
            return Ok(Consent::Given);
        }
        let message = format!("--confirm {confirmed} does not name the actor; nothing was done");
        let failure = Failure::new(Exit::Usage, "confirmation_differs", message);
        return Err(failure.hint(format!("its name is {name}")));
    }
    let many = radius.affected_total > FEW;
    match (many, somebody_there) {
        (false, false) => Ok(Consent::Given),
        (false, true) if args.yes => Ok(Consent::Given),
        (false, true) => Ok(Consent::AskYes),
        (true, true) => Ok(Consent::AskName),
        (true, false) => {
            let message = format!(
                "{} {} affects {} actors; nothing was done",
                radius.verb, radius.path, radius.affected_total
            );
            let failure = Failure::new(Exit::Usage, "confirmation_required", message);
            Err(failure.hint(format!("see what happens with --dry-run, then add --confirm {name}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actorscope_core::blast::QueueFate;
    use actorscope_core::{Incarnation, SlotId, Verb};

    fn radius(affected_total: u64) -> BlastRadius {
        BlastRadius {
            verb: Verb::Kill,
            slot: SlotId::new(1).unwrap(),
            incarnation: Incarnation::FIRST,
            path: "/shop/pool".into(),
            impossible: None,
            affected: Vec::new(),
            affected_total,
            queued: QueueFate::Unknown,
            queued_messages: None,
            budget: None,
            exceeds_budget: false,
            sentences: Vec::new(),
        }
    }

    fn args(confirm: Option<&str>, yes: bool) -> VerbArgs {
        VerbArgs {
            actor: crate::cli::ActorArgs { actor: "pool".into() },
            incarnation: None,
            reason: String::new(),
            dry_run: false,
            confirm: confirm.map(Into::into),
            yes,
        }
    }

    fn weighed(affected: u64, args: &VerbArgs, terminal: bool) -> Result<Consent, &'static str> {
        weigh(&radius(affected), "pool", args, terminal).map_err(|f| f.code)
    }

    #[test]
    fn a_person_is_asked_and_a_script_is_not() {
        assert_eq!(weighed(1, &args(None, false), true), Ok(Consent::AskYes));
        assert_eq!(weighed(1, &args(None, true), true), Ok(Consent::Given));
        assert_eq!(weighed(1, &args(None, false), false), Ok(Consent::Given));
    }

    #[test]
    fn many_actors_need_their_name() {
        assert_eq!(weighed(11, &args(None, true), true), Ok(Consent::AskName));
        assert_eq!(weighed(11, &args(None, true), false), Err("confirmation_required"));
        assert_eq!(weighed(11, &args(Some("pool"), false), false), Ok(Consent::Given));
    }

    #[test]
    fn another_name_is_never_taken() {
        assert_eq!(weighed(1, &args(Some("lobby"), true), true), Err("confirmation_differs"));
    }
}
