// What a browser would not complain about, checked without one.
import assert from "node:assert/strict";

const VOID = new Set(["meta", "link", "br", "line", "circle", "rect"]);

/**
 * Asserts that tags are closed in order, ids are unique and those referred to are there, every row of a table has a cell
 * for every header, headers say what they are of, and nothing is loaded or run.
 */
export function checkHtml(page: string): void {
  assert.ok(page.startsWith("<!doctype html>\n<html lang="));
  const body = page.replace(/<style>[\s\S]*?<\/style>/, "");
  const open: string[] = [];
  for (const [tag, closing, name, self] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
    if (closing) assert.equal(open.pop(), name, tag);
    else if (!self && !VOID.has(name)) open.push(name);
  }
  assert.deepEqual(open, []);
  const ids = [...body.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length, `ids repeat: ${ids}`);
  for (const [, wanted] of body.matchAll(/ aria-labelledby="([^"]*)"/g)) {
    for (const id of wanted.split(" ")) assert.ok(ids.includes(id), `no ${id}`);
  }
  for (const [table] of body.matchAll(/<table>[\s\S]*?<\/table>/g)) {
    const rows = [...table.matchAll(/<tr>[\s\S]*?<\/tr>/g)].map(([row]) => row.split(/<t[hd][ >]/).length - 1);
    assert.equal(new Set(rows).size, 1, `rows of ${rows} cells`);
    assert.ok(!/<th(?! scope="(col|row)")/.test(table.replaceAll(/<thead/g, "")));
    assert.match(table, /<caption/);
  }
  for (const [svg] of body.matchAll(/<svg[\s\S]*?>/g)) assert.match(svg, /role="img" aria-labelledby=/);
  const tags = body.match(/<[^>]*>/g)!.join("\n"); // what is not text
  assert.doesNotMatch(tags, /<script|<iframe|<img|\ssrc=|\son[a-z]+="|https?:|\sstyle="/);
}
