import { readFileSync } from "node:fs";
import { deserialize } from "node:v8";
import type { Graph } from "../../../host/graph/graph.ts";
import { argument, phases } from "./phases.ts";

// model (a Graph, serialised), input (float, NHWC)
await phases(
  async () => {
    const { startTfjs } = await import("../../../host/tfjs/backend.ts");
    const { prepareGraph } = await import("../candidates/tfjs.ts");
    return { tf: await startTfjs(), prepareGraph };
  },
  async ({ tf, prepareGraph }) => prepareGraph(tf, deserialize(readFileSync(argument(0))) as Graph),
  (run) => run(new Float32Array(new Uint8Array(readFileSync(argument(1))).buffer)),
);
