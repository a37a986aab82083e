// Headers and cookies of the event: `{"value": "…", "multiValue": [{"value": "…"}, …]}` each, where
// `multiValue` is there if there is more than one value.

/**
 * The value of a header or cookie that is there once. Undefined if it is not there, null if it is there
 * more than once.
 */
export function single(entry) {
  if (entry) return entry.multiValue && entry.multiValue[1] ? null : entry.value;
}

/** Likewise of a header by its name. */
export function one(request, name) {
  return single(request.headers[name]);
}

/**
 * Where a request comes from: its `Origin`, else the origin of its `Referer`. An `Origin` that is empty or
 * there twice is one that nobody allows.
 */
export function source(request) {
  if (request.headers.origin) return one(request, "origin");
  // Two URLs, with a blank between them, have none.
  const url = /^(https?:\/\/[!-"$-.0->@-~]*)[!-~]*(?!\n)$/.exec(one(request, "referer") || "");
  return url && url[1];
}
