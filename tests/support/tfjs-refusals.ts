// Imports of TensorFlow.js models that are refused.
import assert from "node:assert/strict";
import { CODES, HalfbitError } from "../../host/errors.ts";
import { importModel } from "../../host/import/detect.ts";
import type { Source } from "../../host/import/source.ts";
import { random } from "./models.ts";
import { changed, type Folder, source } from "./tfjs-builder.ts";

/** What, the model, the code of the error, and what its line says. */
export type Refused = [what: string, folder: Folder, code: string, says: RegExp];

/** The error of an import, which has one line and names the file first. */
export async function refusal(from: Source): Promise<HalfbitError | undefined> {
  try {
    await importModel(from);
    return undefined;
  } catch (error) {
    if (!(error instanceof HalfbitError)) throw error;
    assert.ok(error.code in CODES && error.message.startsWith(`${from.name}: `), error.message);
    assert.doesNotMatch(error.message, /\p{Cc}/u);
    return error;
  }
}

export async function assertRefused(folder: Folder, code: string, says: RegExp): Promise<void> {
  const error = await refusal(source(folder));
  assert.match(error?.message ?? "", says);
  assert.equal(error?.code, code);
}

/** Another value in the place of a random one of the JSON. */
function mutated(json: unknown, next: () => number): void {
  let at = json as Record<string, unknown>;
  for (;;) {
    const keys = Object.keys(at);
    const key = keys[next() % keys.length];
    const inner = at[key];
    const deeper = typeof inner === "object" && inner !== null && Object.keys(inner).length > 0;
    if (deeper && next() % 8 > 0) {
      at = inner as Record<string, unknown>;
      continue;
    }
    at[key] = [null, -1, 1e9, 0.5, "", "x", [], {}, [[]], true][next() % 10];
    return;
  }
}

/** The model with any value of its JSON replaced is imported, or refused in one line. */
export async function assertSurvives(folder: Folder, rounds: number): Promise<void> {
  const next = random(7);
  for (let i = 0; i < rounds; i++) await refusal(source(changed(folder, (json) => mutated(json, next))));
}
