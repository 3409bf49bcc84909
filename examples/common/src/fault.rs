//! Defects a service can be told to have, so that there is something to find with an observer.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// A text names none of the defects there are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownFault(String);

impl UnknownFault {
    /// `text` is none of `known`.
    pub fn new(text: &str, known: &[&str]) -> Self {
        Self(format!("unknown fault `{text}`; known are {}", known.join(", ")))
    }
}

impl std::fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UnknownFault {}

/// An enumeration of defects: a documented variant each, the word for it, what is wrong in one line.
///
/// ```
/// actorscope_examples::defects! {
///     /// A defect to run with.
///     pub Fault {
///         /// The disk takes 20 ms more for each sync.
///         SlowDisk = "slow-disk", "the disk takes 20 ms a sync; all wait for it";
///     }
/// }
/// assert_eq!("slow-disk".parse(), Ok(Fault::SlowDisk));
/// assert!("slow".parse::<Fault>().unwrap_err().to_string().ends_with("known are slow-disk"));
/// assert!(Fault::ALL.iter().all(|fault| fault.about().contains(" ms ")));
/// ```
#[macro_export]
macro_rules! defects {
    (
        $(#[$meta:meta])* pub $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $word:literal, $about:literal;)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name { $($(#[$variant_meta])* $variant,)+ }

        impl $name {
            /// Every one, in the order in which they are documented.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// The name used on the command line.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What is wrong, in one line.
            pub const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)+ }
            }

            /// An argument of the command line: all names, each with a line of help.
            pub fn argument() -> impl $crate::TypedValueParser<Value = Self> {
                $crate::one_of(Self::ALL.map(|it| (it, it.as_str(), it.about())))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownFault;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let known = Self::ALL.into_iter().find(|it| it.as_str() == text);
                known.ok_or_else(|| $crate::UnknownFault::new(text, &Self::ALL.map(Self::as_str)))
            }
        }
    };
}

/// An argument that is one of these: a value, its name, a line of help.
pub fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [(T, &'static str, &'static str); N],
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.map(|(_, name, help)| PossibleValue::new(name).help(help)))
        .try_map(move |given| {
            let found = all.iter().find(|(_, name, _)| *name == given);
            found.map(|(value, ..)| *value).ok_or("no such fault")
        })
}
