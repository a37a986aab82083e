// One line for each refusal. CloudFront adds the id of the request.

import { cf } from "./runtime.js";

export function logRefusal(code, isEnforced) {
  console.log('{"edgepass":"refused","code":"' + code + '","enforced":' + isEnforced + "}");
  // Into the access log, where the runtime can.
  if (cf.logCustomData) cf.logCustomData(code);
}
