// @ts-check
// Runs the function of the bundle beside it for `edgepass dev --edge lambda`, as Lambda would. An
// event is a line on standard input, `{"id", "event"}`, and so is its result on standard output,
// `{"id", "result"}` or `{"id", "threw"}`; several may be under way.

const write = process.stdout.write.bind(process.stdout);
// What the function logs must not get among the results.
process.stdout.write = process.stderr.write.bind(process.stderr);

// Ctrl-C reaches every process of a terminal. The edge has requests to finish, and then ends this
// one by closing its standard input.
process.on("SIGINT", () => {});

/** @type {{ handler: (event: unknown) => Promise<unknown> }} */
const { handler } = await import(new URL("./index.mjs", import.meta.url).href);
send({ node: process.versions.node });

// Not by node:readline: it ends a line at U+2028 too, which a viewer may send.
let rest = "";
for await (const chunk of process.stdin.setEncoding("utf8")) {
  const lines = `${rest}${chunk}`.split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) void answer(JSON.parse(line));
}
process.exit();

/** @param {{ id: number, event: unknown }} call */
async function answer({ id, event }) {
  try {
    send({ id, result: await handler(event) });
  } catch (error) {
    console.error(error);
    send({ id, threw: true });
  }
}

/** @param {object} message */
function send(message) {
  write(`${JSON.stringify(message)}\n`);
}
