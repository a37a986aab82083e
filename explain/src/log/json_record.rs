//! A record as a JSON object: values are texts or numbers.

use core::fmt;
use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::layout::Column;
use super::record::Fields;

/// The members that count, in the order of the columns.
#[derive(Debug, Default)]
pub(super) struct JsonRecord<'o>([Option<Cow<'o, [u8]>>; Column::COUNT]);

impl<'o> JsonRecord<'o> {
    /// None if the text is no JSON object.
    pub(super) fn read(object: &'o [u8]) -> Option<Self> {
        let mut reader = serde_json::Deserializer::from_slice(object);
        let mut record = Self::default();
        reader.deserialize_map(Members(&mut record)).ok()?;
        Some(record)
    }

    pub(super) fn get(&self, column: Column) -> Option<&[u8]> {
        self.0.get(column.slot())?.as_deref()
    }

    pub(super) fn fields(&self) -> Fields<'_> {
        let mut fields = Fields::default();
        for column in Column::ALL {
            fields.set(column, self.get(column).unwrap_or_default());
        }
        fields
    }
}

struct Members<'r, 'o>(&'r mut JsonRecord<'o>);

impl<'o> Visitor<'o> for Members<'_, 'o> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'o>>(self, mut members: A) -> Result<(), A::Error> {
        // `get-query-results` writes {"field":"@message","value":"…"}.
        let mut field = None;
        while let Some(name) = members.next_key_seed(Text)? {
            let column = match Column::named(&name) {
                None if *name == *b"field" => {
                    let named = members.next_value_seed(Text)?;
                    field = Column::named(&named);
                    continue;
                }
                None if *name == *b"value" => field.take(),
                column => column,
            };
            match column.and_then(|column| self.0.0.get_mut(column.slot())) {
                Some(slot) => *slot = Some(members.next_value_seed(Text)?),
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// A text, or a number as it is written; of everything else nothing.
struct Text;

impl<'o> DeserializeSeed<'o> for Text {
    type Value = Cow<'o, [u8]>;

    fn deserialize<D: Deserializer<'o>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'o> Visitor<'o> for Text {
    type Value = Cow<'o, [u8]>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'o str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text.as_bytes()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.as_bytes().to_vec()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string().into_bytes()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string().into_bytes()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(format!("{number:.3}").into_bytes()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(b"-"))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(b"-"))
    }

    fn visit_seq<A: SeqAccess<'o>>(self, mut values: A) -> Result<Self::Value, A::Error> {
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Cow::Borrowed(b"-"))
    }

    fn visit_map<A: MapAccess<'o>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Cow::Borrowed(b"-"))
    }
}
