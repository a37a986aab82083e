// @ts-check

/**
 * The element of the page with this id, which must exist and be of this type.
 *
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function find(id, type) {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`the page has no ${type.name} \`#${id}\``);
}

/**
 * A new element with text and elements inside. Text is never read as markup.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * A message as a sentence begins, in which backticks set off what was given.
 *
 * @param {string} message
 */
export function prose(message) {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return text.split("`").map((part, index) => (index % 2 ? make("code", {}, part) : part));
}
