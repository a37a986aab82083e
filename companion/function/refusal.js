// A refusal on its way from the check that found the reason to the handler.

/** Ends every check. `code` is one of the table of refusals in the README of the project. */
export function refuse(code) {
  throw code;
}

/** For tokens that no signer of ours makes. */
export function malformed() {
  refuse("claims-malformed");
}
