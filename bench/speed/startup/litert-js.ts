import { readFileSync } from "node:fs";
import { liteRtWeb, silently } from "../peers.ts";
import { argument, phases } from "./phases.ts";

// model, input (float, NHWC), bench/peers
await phases(
  () => liteRtWeb({ folder: argument(2), python: "" }),
  async (litert) => ({
    litert,
    model: await silently(() =>
      litert.loadAndCompile(new Uint8Array(readFileSync(argument(0))), { accelerator: "wasm" }),
    ),
  }),
  async ({ litert, model }) => {
    const values = new Float32Array(new Uint8Array(readFileSync(argument(1))).buffer);
    const [y] = await model.run([new litert.Tensor(values, [1, 32, 32, 3])]);
    await y.data();
  },
);
