// as-pect's reporter for tools/test/unit.mjs: a plain line a spec file, what failed, and a line of JSON for the counts.
// as-pect's own summary is coloured even when piped, and says nothing of files.

/** Marks the line that unit.mjs reads. */
export const COUNTS = "unit-counts ";

/** as-pect writes namespaces as `!~outer[0]!~inner[1]`. */
function title(test) {
  const parts = test.namespace.split("!~").filter(Boolean);
  return parts.map((part) => part.replace(/\[\d+\]$/, "")).join(" > ");
}

function describeFailure(test) {
  const lines = [`  failed: ${title(test)}${test.message ? ` - ${test.message}` : ""}`];
  if (test.actual) lines.push(`    actual:   ${test.actual.stringify({ indent: 4 }).trim()}`);
  if (test.expected) {
    lines.push(`    expected: ${test.expected.negated ? "not " : ""}${test.expected.stringify({ indent: 4 }).trim()}`);
  }
  return lines;
}

export default {
  stdout: null,
  stderr: null,
  onEnter() {},
  onExit() {},
  onFinish(suite) {
    const tests = suite.rootNode.childGroups.flatMap((group) => group.groupTests);
    const failed = tests.filter((test) => !test.pass);
    const todos = suite.rootNode.childGroups.flatMap((group) => group.groupTodos);
    const passed = tests.length - failed.length;
    const errors = [...suite.errors, ...suite.warnings].map(({ type, message }) => `  ${type}: ${message}`);
    const lines = [
      ...failed.flatMap(describeFailure),
      ...(suite.pass ? [] : errors),
      COUNTS + JSON.stringify({ file: suite.fileName, passed, failed: failed.length, todos }),
    ];
    this.stdout.write(`${lines.join("\n")}\n`);
  },
};
