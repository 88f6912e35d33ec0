import { readFileSync } from "node:fs";
import { onnxRuntimeWeb } from "../peers.ts";
import { argument, phases } from "./phases.ts";

// model, input (float, NCHW), bench/peers. Its module starts with the first session.
await phases(
  () => onnxRuntimeWeb({ folder: argument(2), python: "" }),
  async (ort) => ({
    ort,
    session: await ort.InferenceSession.create(readFileSync(argument(0)), { executionProviders: ["wasm"] }),
  }),
  async ({ ort, session }) => {
    const values = new Float32Array(new Uint8Array(readFileSync(argument(1))).buffer);
    await session.run({ x: new ort.Tensor("float32", values, [1, 3, 32, 32]) });
  },
);
