// Strict JSON: no member twice, integers written one way.

/** A string, or white space between the tokens. */
const STRING_OR_BLANK = /"(?:[^"\\]|\\.)*"|\s+/g;

/**
 * The object that a text spells; undefined if it spells none, or one that readers disagree on. A member
 * that is there twice, `1.0`, `-0`, a number that was rounded and `__proto__` come out otherwise than
 * they went in.
 */
export function strictObject(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (problem) {
    return;
  }
  // Most have neither escapes nor blanks.
  const spelt = /[\\\s]/.test(text) ? text.replace(STRING_OR_BLANK, plain) : text;
  if (members(spelt) === members(JSON.stringify(value))) return value;
}

/** What stands between the commas, in order: njs forgets that of more than ten members. */
function members(text) {
  return text.slice(2, -1).split(',"').sort().join();
}

/** A string as it would be written; nothing for a blank. */
function plain(token) {
  return token[0] === '"' ? JSON.stringify(JSON.parse(token)) : "";
}
