//! What `bundle` baked in, read back: the members of JSON objects, taken by name.

use core::mem;

use policy::json::{self, Object, Value};

use crate::settings_refused::SettingsRefused;

/// The members of an object. One that is not as `bundle` writes it is noted and read as something
/// empty; nothing that was read counts unless [`Baked::read`] found nothing amiss. So reading has
/// one way out, which is a third of the code of one at every member.
pub(crate) struct Baked<'t> {
    members: Object<'t>,
    /// The first thing.
    amiss: Option<SettingsRefused>,
}

impl<'t> Baked<'t> {
    /// Reads an object that fills the whole text.
    pub(crate) fn read<T>(
        text: &'t str,
        name: &'static str,
        members: impl FnOnce(&mut Self) -> T,
    ) -> Result<T, SettingsRefused> {
        let value = json::read(text.as_bytes()).map_err(SettingsRefused::NotJson)?;
        let mut baked = Self { members: Object::default(), amiss: None };
        let read = baked.object(value, name, members);
        match baked.amiss {
            None => Ok(read),
            Some(refused) => Err(refused),
        }
    }

    /// Reads an object, of which nothing may be left over.
    pub(crate) fn object<T>(
        &mut self,
        value: Value<'t>,
        name: &'static str,
        members: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let object = match value {
            Value::Object(object) => object,
            _ => self.wrong(name, "an object"),
        };
        let outer = mem::replace(&mut self.members, object);
        let read = members(self);
        if let Some(unknown) = mem::replace(&mut self.members, outer).rest() {
            self.note(SettingsRefused::UnknownMember(unknown.into_owned()));
        }
        read
    }

    /// An array of objects, each called `name`.
    pub(crate) fn objects<T>(
        &mut self,
        member: &'static str,
        name: &'static str,
        members: impl Fn(&mut Self) -> T,
    ) -> Vec<T> {
        let values = self.array(member);
        values.into_iter().map(|value| self.object(value, name, &members)).collect()
    }

    pub(crate) fn object_or_null<T>(
        &mut self,
        member: &'static str,
        members: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        match self.members.take(member) {
            Some(Value::Null) => None,
            value => Some(self.object(value.unwrap_or(Value::Null), member, members)),
        }
    }

    pub(crate) fn strings(&mut self, member: &'static str) -> Vec<String> {
        let values = self.array(member);
        let string = |value| match value {
            Value::String(string) => string.into_owned(),
            _ => self.wrong(member, "an array of strings"),
        };
        values.into_iter().map(string).collect()
    }

    pub(crate) fn string(&mut self, member: &'static str) -> String {
        match self.members.take(member) {
            Some(Value::String(string)) => string.into_owned(),
            _ => self.wrong(member, "a string"),
        }
    }

    pub(crate) fn string_or_null(&mut self, member: &'static str) -> Option<String> {
        match self.members.take(member) {
            Some(Value::String(string)) => Some(string.into_owned()),
            Some(Value::Null) => None,
            _ => self.wrong(member, "a string or null"),
        }
    }

    /// One of the names that `named` knows.
    pub(crate) fn named<T: Default>(
        &mut self,
        member: &'static str,
        named: impl Fn(&str) -> Option<T>,
        expected: &'static str,
    ) -> T {
        named(&self.string(member)).unwrap_or_else(|| self.wrong(member, expected))
    }

    pub(crate) fn boolean(&mut self, member: &'static str) -> bool {
        match self.members.take(member) {
            Some(Value::Boolean(boolean)) => boolean,
            _ => self.wrong(member, "true or false"),
        }
    }

    pub(crate) fn seconds(&mut self, member: &'static str) -> u32 {
        self.seconds_or_null(member).unwrap_or_else(|| self.wrong(member, "a number of seconds"))
    }

    pub(crate) fn seconds_or_null(&mut self, member: &'static str) -> Option<u32> {
        let seconds = match self.members.take(member) {
            Some(Value::Null) => return None,
            Some(Value::Integer(seconds)) => u32::try_from(seconds).ok(),
            _ => None,
        };
        seconds.or_else(|| self.wrong(member, "a number of seconds or null"))
    }

    pub(crate) fn number(&mut self, member: &'static str) -> u64 {
        match self.members.take(member) {
            Some(Value::Integer(number)) => u64::try_from(number).ok(),
            _ => None,
        }
        .unwrap_or_else(|| self.wrong(member, "a number"))
    }

    /// Notes that a member is not what it should be, and stands in for it.
    pub(crate) fn wrong<T: Default>(&mut self, member: &'static str, expected: &'static str) -> T {
        self.note(SettingsRefused::Member { member, expected });
        T::default()
    }

    pub(crate) fn note(&mut self, refused: SettingsRefused) {
        self.amiss.get_or_insert(refused);
    }

    fn array(&mut self, member: &'static str) -> Vec<Value<'t>> {
        match self.members.take(member) {
            Some(Value::Array(values)) => values,
            _ => self.wrong(member, "an array"),
        }
    }
}
