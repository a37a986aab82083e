// @ts-check
import { find, make } from "./element.js";

/** @typedef {import("./edge.js").Me} Me */

/** Who can sign in, and who has. */
export class Users {
  #group = find("users", HTMLElement);
  #label = find("users-label", HTMLElement);
  #signIn;
  #signOut;

  /**
   * @param {(user: string) => void} signIn
   * @param {() => void} signOut
   */
  constructor(signIn, signOut) {
    this.#signIn = signIn;
    this.#signOut = signOut;
  }

  /** @param {Me} me */
  show({ user: current, users }) {
    const focused = this.#group.contains(document.activeElement)
      ? document.activeElement?.id
      : null;
    const buttons = users.map(({ id, name }) => {
      const pressed = `${id === current}`;
      return button(`user-${id}`, { "aria-pressed": pressed }, name, () => this.#signIn(id));
    });
    if (current !== null) {
      buttons.push(button("sign-out", { class: "quiet" }, "Sign out", this.#signOut));
    }
    this.#label.textContent = current === null ? "Sign in as" : "Signed in as";
    this.#group.replaceChildren(this.#label, ...buttons);
    // The focus stays on the button just made again, or goes to the first when that one is gone.
    if (focused) (buttons.find(({ id }) => id === focused) ?? buttons[0])?.focus();
  }
}

/**
 * @param {string} id
 * @param {Record<string, string>} attributes
 * @param {string} label
 * @param {() => void} press
 */
function button(id, attributes, label, press) {
  const element = make("button", { id, type: "button", ...attributes }, label);
  element.addEventListener("click", press);
  return element;
}
