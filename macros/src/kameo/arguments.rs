//! What can be said in the parentheses of `#[observed(…)]`.

use proc_macro2::{Span, TokenStream};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Ident, Result, Token};

/// All arguments there are, for the message about one that there is not.
const KNOWN: &str = "`state` (its `Debug` output can be asked for)";

/// The arguments of `#[observed(…)]`.
#[derive(Clone, Copy, Default, Debug)]
pub struct Arguments {
    /// The actor prints itself when asked; where that was said, for messages about it.
    pub state: Option<Span>,
}

impl Arguments {
    pub fn parse(tokens: TokenStream) -> Result<Self> {
        let all = Punctuated::<Argument, Token![,]>::parse_terminated.parse2(tokens)?;
        let mut arguments = Self::default();
        for Argument(name) in all {
            arguments.add(&name)?;
        }
        Ok(arguments)
    }

    /// Takes one argument.
    pub fn add(&mut self, name: &Ident) -> Result<()> {
        if name != "state" {
            let what = format!("`#[observed]` does not know `{name}`; it knows {KNOWN}");
            return Err(Error::new(name.span(), what));
        }
        if self.state.replace(name.span()).is_some() {
            return Err(Error::new(name.span(), "`state` is said twice"));
        }
        Ok(())
    }
}

/// A word that stands alone.
struct Argument(Ident);

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name: Ident = input.call(syn::ext::IdentExt::parse_any).map_err(|error| {
            Error::new(error.span(), format!("`#[observed]` takes words; it knows {KNOWN}"))
        })?;
        if name == "state" && !(input.is_empty() || input.peek(Token![,])) {
            return Err(input.error("`state` stands alone, without a value"));
        }
        if name != "state" {
            // Whatever follows belongs to a word that is refused anyway.
            while !(input.is_empty() || input.peek(Token![,])) {
                input.parse::<proc_macro2::TokenTree>()?;
            }
        }
        Ok(Self(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn state_is_known_and_everything_else_is_refused_with_what_is() {
        assert!(Arguments::parse(quote!()).unwrap().state.is_none());
        assert!(Arguments::parse(quote!(state)).unwrap().state.is_some());
        assert!(Arguments::parse(quote!(state,)).unwrap().state.is_some());
        let cases = [
            (quote!(stat), "does not know `stat`; it knows `state`"),
            (quote!(state, name = "x"), "does not know `name`; it knows `state`"),
            (quote!(type), "does not know `type`; it knows `state`"),
            (quote!("state"), "takes words; it knows `state`"),
            (quote!(state = true), "stands alone"),
            (quote!(state, state), "said twice"),
        ];
        for (tokens, message) in cases {
            let error = Arguments::parse(tokens).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
