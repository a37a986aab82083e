// @ts-check
// The language of `cloudfront-js-2.0` (AWS: "JavaScript runtime 2.0 features for CloudFront Functions"), as
// far as njs, from which it descends, has it too: what is not listed here is refused.

import { parse } from "acorn";

/** ES5.1, and of later editions what AWS lists and njs 0.7.9 reads. */
const NODES = new Set(
  `Program ExpressionStatement BlockStatement EmptyStatement ReturnStatement IfStatement ForStatement
  ThrowStatement TryStatement CatchClause VariableDeclaration VariableDeclarator FunctionDeclaration
  FunctionExpression ArrowFunctionExpression Identifier Literal ObjectExpression Property
  ArrayExpression UnaryExpression UpdateExpression BinaryExpression AssignmentExpression
  LogicalExpression MemberExpression ConditionalExpression CallExpression SequenceExpression
  AwaitExpression ImportDeclaration ImportDefaultSpecifier TemplateLiteral TemplateElement`.split(
    /\s+/,
  ),
);

/** Globals that AWS documents and the function uses. */
const GLOBALS = new Set(
  "Array Buffer Date JSON decodeURIComponent Math Number Object String console parseInt undefined".split(
    " ",
  ),
);

/** Methods and properties of built-in objects that came after ES5.1; AWS lists each of these. */
const LATER = new Set("find startsWith repeat isSafeInteger".split(" "));
const NOT_LISTED = new Set(
  `at flat flatMap matchAll replaceAll entries values fromEntries assign is padStart padEnd trimStart trimEnd
  fill includes endsWith codePointAt normalize copyWithin findIndex findLast of from raw substr`.split(
    /\s+/,
  ),
);

/**
 * What is outside of the language; nothing if all is inside.
 *
 * @param {string} code
 * @returns {string[]}
 */
export function faults(code) {
  /** @type {string[]} */
  const found = [];
  const program = parse(code, { ecmaVersion: 2022, sourceType: "module" });
  const declared = namesDeclared(program);
  walk(program, [], (node, parents) => {
    const at = `${node.type} at ${node.start}: ${code.slice(node.start, node.start + 30)}`;
    const parent = parents[0];
    if (!NODES.has(node.type)) found.push(at);
    if (node.type === "CatchClause" && node.param === null) found.push(`no name of ${at}`);
    if (node.type === "Property" && (node.shorthand || node.method || node.computed)) {
      found.push(`short or computed member: ${at}`);
    }
    if (node.type === "Property" && node.kind !== "init") found.push(`accessor: ${at}`);
    if (node.optional) found.push(`optional: ${at}`);
    if (node.generator) found.push(`generator: ${at}`);
    if (node.async && node.type !== "FunctionDeclaration") found.push(`async closure: ${at}`);
    if (node.type === "AwaitExpression") {
      const inArguments = parents.some(
        (outer, index) =>
          outer.type === "CallExpression" && outer.arguments.includes(parents[index - 1] ?? node),
      );
      if (inArguments) found.push(`await in arguments: ${at}`);
    }
    const isPattern = /Function|Declarator|CatchClause/.test(node.type);
    const targets = isPattern ? [...(node.params ?? []), node.id, node.param] : [];
    for (const target of targets) {
      if (target && target.type !== "Identifier") found.push(`pattern or default: ${at}`);
    }
    if (["**=", "??=", "||=", "&&=", "??"].includes(node.operator)) found.push(`operator: ${at}`);
    if (node.type === "Identifier" && isReference(node, parent)) {
      if (!declared.has(node.name) && !GLOBALS.has(node.name)) found.push(`global: ${at}`);
    }
    if (parent?.callee === node && node.type === "MemberExpression" && !node.computed) {
      const { name } = node.property;
      if (NOT_LISTED.has(name) && !LATER.has(name) && !isOwn(node, name)) {
        found.push(`method: ${at}`);
      }
    }
    if (node.type === "Literal" && node.bigint) found.push(`BigInt: ${at}`);
    if (node.type === "Literal" && node.regex) found.push(...regexFaults(node.regex));
  });
  return found;
}

/** `Buffer.from` is AWS's. @param {any} node @param {string} name */
const isOwn = (node, name) => name === "from" && node.object.name === "Buffer";

/**
 * In njs `$` matches before a last line feed too, and without case `k` and `s` match the Kelvin sign and the
 * long s in some engines.
 *
 * @param {{ pattern: string, flags: string }} regex
 */
function regexFaults({ pattern, flags }) {
  const found = [];
  const bare = pattern
    .replace(/\\./g, "__")
    .replace(/\[[^\]]*\]/g, (set) => "_".repeat(set.length));
  for (const { index } of bare.matchAll(/\$/g)) {
    if (bare.slice(0, index).endsWith("(?!__)") && pattern.slice(0, index).endsWith("(?!\\n)"))
      continue;
    found.push(`\`$\` that matches before a line feed: /${pattern}/`);
  }
  if (/[^g]/.test(flags)) found.push(`flags ${flags} of /${pattern}/`);
  if (/\(\?<|\\[pkPu]/.test(pattern)) found.push(`lookbehind, name or property: /${pattern}/`);
  return found;
}

/** @param {any} node @param {any} parent */
function isReference(node, parent) {
  if (parent?.type === "MemberExpression") return parent.computed || parent.object === node;
  if (parent?.type === "Property") return parent.value === node;
  return !/Import/.test(parent?.type ?? "");
}

/** @param {any} program */
function namesDeclared(program) {
  /** @type {Set<string>} */
  const names = new Set();
  walk(program, [], (node) => {
    for (const one of [node.id, node.param, node.local, ...(node.params ?? [])]) {
      if (one?.type === "Identifier") names.add(one.name);
    }
  });
  return names;
}

/**
 * @param {any} node
 * @param {any[]} parents the nearest first
 * @param {(node: any, parents: any[]) => void} visit
 */
function walk(node, parents, visit) {
  visit(node, parents);
  for (const child of Object.values(node)) {
    for (const one of Array.isArray(child) ? child : [child]) {
      if (one && typeof one.type === "string") walk(one, [node, ...parents], visit);
    }
  }
}
