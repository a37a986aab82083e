// `*` is any run of characters, `?` any one: AWS, "Create a signed URL using a custom policy".

/**
 * One section of a pattern against its text. Runs between two `*` hold no `?`, so that each is found by
 * one search, as far left as it can be, and no step is taken back.
 */
export function matches(pattern, text) {
  const runs = pattern.split("*");
  const first = runs.shift();
  if (!runs.length) return fits(first, text);
  const last = runs.pop();
  const end = text.length - last.length;
  let at = first.length;
  return (
    fits(first, text.slice(0, at)) &&
    fits(last, text.slice(end)) &&
    runs.every((run) => {
      const found = text.indexOf(run, at);
      at = found + run.length;
      return found >= 0;
    }) &&
    at <= end
  );
}

/** A run without `*` against a text of the same length. */
function fits(run, text) {
  if (run.indexOf("?") < 0 || run.length !== text.length) return run === text;
  for (let index = 0; index < run.length; index++) {
    if (run[index] !== "?" && run[index] !== text[index]) return false;
  }
  return true;
}
