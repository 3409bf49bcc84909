//! `#[derive(Actor)]`: what kameo's own derive writes, observed.

use super::arguments::Arguments;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{DeriveInput, Error, LitStr, Result, parse_quote, parse2};

pub fn derive(input: TokenStream) -> Result<TokenStream> {
    let input: DeriveInput = parse2(input)?;
    let Attributes { name, arguments } = attributes(&input)?;
    let ident = &input.ident;
    let name = name.map_or_else(|| ident.unraw().to_string(), |name| name.value());
    let (generics, types, bounds) = input.generics.split_for_impl();
    let observed = super::observe(
        arguments,
        parse_quote! {
            #[automatically_derived]
            impl #generics ::actorscope_kameo::__private::Actor for #ident #types #bounds {
                type Args = Self;
                type Error = ::actorscope_kameo::__private::Infallible;

                fn name() -> &'static str {
                    #name
                }

                async fn on_start(
                    state: Self::Args,
                    _actor_ref: ::actorscope_kameo::__private::ActorRef<Self>,
                ) -> ::core::result::Result<Self, Self::Error> {
                    ::core::result::Result::Ok(state)
                }
            }
        },
    )?;
    Ok(quote!(#observed))
}

/// What `#[actor(…)]` says.
#[derive(Default)]
struct Attributes {
    name: Option<LitStr>,
    arguments: Arguments,
}

fn attributes(input: &DeriveInput) -> Result<Attributes> {
    let mut found: Option<Attributes> = None;
    for attribute in input.attrs.iter().filter(|a| a.path().is_ident("actor")) {
        if found.is_some() {
            return Err(Error::new(attribute.span(), "a second `#[actor(…)]`"));
        }
        let mut attributes = Attributes::default();
        attribute.parse_nested_meta(|meta| attributes.parse_one(&meta))?;
        found = Some(attributes);
    }
    Ok(found.unwrap_or_default())
}

impl Attributes {
    fn parse_one(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let word = meta.path.require_ident()?;
        match word.to_string().as_str() {
            "name" => {
                let name = meta.value()?.parse()?;
                if self.name.replace(name).is_some() {
                    return Err(Error::new(word.span(), "`name` is said twice"));
                }
                Ok(())
            }
            "state" => self.arguments.add(word),
            // kameo's documentation names it; its derive knows it no more.
            "mailbox" => Err(Error::new(
                word.span(),
                "kameo takes the mailbox where the actor is spawned: `spawn_with_mailbox`",
            )),
            other => Err(Error::new(
                word.span(),
                format!(
                    "`#[actor]` does not know `{other}`; it knows `name = \"…\"` and `state` (its \
                     `Debug` output can be asked for)"
                ),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(item: TokenStream) -> String {
        derive(item).unwrap().to_string()
    }

    #[test]
    fn the_actor_goes_by_its_type_or_the_given_name() {
        let out = expand(quote!(
            struct Room;
        ));
        assert!(out.contains("\"Room\"") && out.contains("Observed for Room"), "{out}");
        let out = expand(quote!(
            #[actor(name = "hall")]
            struct Room;
        ));
        assert!(out.contains("\"hall\"") && !out.contains("\"Room\""), "{out}");
    }

    #[test]
    fn generics_and_bounds_are_kept() {
        let out = expand(quote!(
            struct Cache<K, const N: usize>
            where
                K: Send + 'static,
            {
                keys: [K; N],
            }
        ));
        let bounds = "for Cache < K , N > where K : Send + 'static";
        assert_eq!(out.matches(bounds).count(), 2, "{out}");
    }

    #[test]
    fn state_can_be_asked_for() {
        let out = expand(quote!(
            #[actor(name = "hall", state)]
            struct Room;
        ));
        assert!(out.contains("printer"), "{out}");
        assert!(
            !expand(quote!(
                struct Room;
            ))
            .contains("printer")
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            (
                quote!(
                    #[actor(mailbox = bounded(8))]
                    struct A;
                ),
                "spawn_with_mailbox",
            ),
            (
                quote!(
                    #[actor(names = "x")]
                    struct A;
                ),
                "does not know `names`; it knows `name",
            ),
            (
                quote!(
                    #[actor(name = "x", name = "y")]
                    struct A;
                ),
                "`name` is said twice",
            ),
            (
                quote!(
                    #[actor(name = x)]
                    struct A;
                ),
                "string literal",
            ),
            (
                quote!(
                    #[actor(state)]
                    #[actor(name = "x")]
                    struct A;
                ),
                "a second `#[actor(…)]`",
            ),
        ];
        for (item, message) in cases {
            let error = derive(item).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
