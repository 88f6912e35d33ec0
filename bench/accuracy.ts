// Writes docs/accuracy.md: scheme × K/T → bytes, feature-map error, accuracy, for ResNet-8 and DS-CNN from their float
// TFLite files. Calibration samples are never test samples. Run: npm run accuracy (needs ../shared/data and CIFAR-10).
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { type Compiled, compile } from "../host/compile.ts";
import { evaluate } from "../host/evaluate.ts";
import type { CompileOptions, Scheme } from "../host/options.ts";
import { Session } from "../host/session.ts";
import { simulatedTop1 } from "../host/simulate.ts";
import { cifar10, kws500 } from "../tests/support/data.ts";
import { mlperf } from "../tests/support/mlperf.ts";

interface Network {
  title: string;
  float: string;
  int8: string;
  calibration: { data: Float32Array; count: number };
  calibrationText: string;
  /** Real inputs that no choice has seen. */
  test: { real: Float32Array; labels: Uint8Array };
  testText: string;
  /** The whole test set in the int8 source's own input type. */
  all: { raw: Int8Array; labels: Uint8Array };
  allText: string;
}

const CALIBRATION_IMAGES = 500;
const TEST_IMAGES = 2000;
const KEYWORD_CALIBRATION = 100;

/** Real keyword features are (q − 83) · 0.5847029 of the int8 model's input. */
const keywordReal = (q: Int8Array) => Float32Array.from(q, (value) => (value - 83) * 0.5847029);

function networks(): Network[] {
  const [train, test, keywords] = [cifar10("train"), cifar10("test"), kws500()];
  if (!train || !test || !keywords) throw new Error("needs ../shared/data and CIFAR-10 (npm run data -- cifar10)");
  const cut = KEYWORD_CALIBRATION * 490;
  return [
    {
      title: "ResNet-8, CIFAR-10",
      float: "ic_resnet8_float.tflite",
      int8: "ic_resnet8_int8.tflite",
      calibration: {
        data: Float32Array.from(train.images.subarray(0, CALIBRATION_IMAGES * 3072)),
        count: CALIBRATION_IMAGES,
      },
      calibrationText: `the first ${CALIBRATION_IMAGES} training images`,
      test: {
        real: Float32Array.from(test.images.subarray(0, TEST_IMAGES * 3072)),
        labels: test.labels.subarray(0, TEST_IMAGES),
      },
      testText: `the first ${TEST_IMAGES} test images`,
      all: { raw: Int8Array.from(test.images, (p) => p - 128), labels: test.labels },
      allText: "all 10,000 test images",
    },
    {
      title: "DS-CNN, keyword spotting",
      float: "kws_dscnn_float.tflite",
      int8: "kws_dscnn_int8.tflite",
      calibration: { data: keywordReal(keywords.samples.subarray(0, cut)), count: KEYWORD_CALIBRATION },
      calibrationText: `keyword samples 0–${KEYWORD_CALIBRATION - 1}`,
      test: {
        real: keywordReal(keywords.samples.subarray(cut)),
        labels: keywords.labels.subarray(KEYWORD_CALIBRATION),
      },
      testText: `keyword samples ${KEYWORD_CALIBRATION}–499`,
      all: { raw: keywords.samples, labels: keywords.labels },
      allText: "all 500 keyword samples",
    },
  ];
}

interface Row {
  title: string;
  scheme: Scheme;
  rank: number;
  objective: CompileOptions["objective"];
}

const ROWS: Row[] = [
  { title: "int8", scheme: "int8", rank: 1, objective: "feature-map" },
  { title: "sign(W)", scheme: "sign", rank: 1, objective: "weights" },
  { title: "α·B", scheme: "alpha", rank: 1, objective: "weights" },
  { title: "α·B, feature map", scheme: "alpha", rank: 1, objective: "feature-map" },
  { title: "Σα·B, 2 planes, feature map", scheme: "planes:2", rank: 1, objective: "feature-map" },
  { title: "Σα·B, 3 planes, feature map", scheme: "planes:3", rank: 1, objective: "feature-map" },
  ...[1, 2, 3].map(
    (rank): Row => ({ title: `semi-binary, weights, K = ${rank}T`, scheme: "semi-binary", rank, objective: "weights" }),
  ),
  ...[1, 2, 3].map(
    (rank): Row => ({
      title: `semi-binary, feature map, K = ${rank}T`,
      scheme: "semi-binary",
      rank,
      objective: "feature-map",
    }),
  ),
];

const percent = (x: number) => `${(100 * x).toFixed(2)} %`;

/** int8 values of real inputs in the model's own input quantisation. */
function quantised(session: Session, real: Float32Array): Int8Array {
  const { scale, zeroPoint } = session.input;
  return Int8Array.from(real, (x) => Math.max(-128, Math.min(127, Math.round(x / scale) + zeroPoint)));
}

/** Mean over the decomposed layers of the share of output variance that is missed. */
function meanError({ report }: Compiled): string {
  const errors = report.flatMap(({ featureMapError }) => (featureMapError === undefined ? [] : [featureMapError]));
  if (errors.length === 0) return "";
  const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
  return mean > 10 ? "> 1,000 %" : percent(mean); // sign(W) has no scale: its errors compound from layer to layer
}

async function section(network: Network): Promise<string> {
  const lines = [
    `## ${network.title}`,
    "",
    `Calibration: ${network.calibrationText}. Accuracy: ${network.testText}.`,
    "",
    "| scheme | model bytes | weight bytes | arena bytes | feature-map error | float simulation | integers | seconds |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
  ];
  const row = (cells: (string | number)[]) => {
    lines.push(`| ${cells.join(" | ")} |`);
    process.stderr.write(`${network.title}: ${cells.join("  ")}\n`);
  };
  const { real, labels } = network.test;
  const common = { solver: "greedy", seed: 1, calibration: network.calibration } as const;
  const source = mlperf(network.int8);
  const exact = await compile(
    { bytes: source, name: network.int8 },
    { scheme: "int8", rank: 1, solver: "greedy", objective: "feature-map", seed: 1 },
  );
  const top1 = evaluate(await Session.open(exact.file), network.all.raw, network.all.labels).top1;
  row([
    `int8 source as it is, ${network.allText}`,
    exact.file.length,
    weightBytes(exact),
    exact.program.arenaBytes,
    "",
    "",
    percent(top1),
    "",
  ]);
  const bytes = mlperf(network.float);
  for (const { title, scheme, rank, objective } of ROWS) {
    const start = performance.now();
    const compiled = await compile({ bytes, name: network.float }, { ...common, scheme, rank, objective });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    if (scheme === "int8")
      row([
        "float source",
        bytes.length,
        "",
        "",
        "",
        percent(await simulatedTop1(compiled.graph, real, labels)),
        "",
        "",
      ]);
    const session = await Session.open(compiled.file);
    const integers = evaluate(session, quantised(session, real), labels).top1;
    const simulated = await simulatedTop1(compiled.simulated, real, labels);
    const { file, program } = compiled;
    row([
      title,
      file.length,
      weightBytes(compiled),
      program.arenaBytes,
      meanError(compiled),
      percent(simulated),
      percent(integers),
      seconds,
    ]);
  }
  return lines.join("\n");
}

/** Bytes of weights, biases and scales of all layers with weights. */
function weightBytes({ report }: Compiled): number {
  return report.reduce((sum, layer) => sum + layer.weightBytes, 0);
}

const sections: string[] = [];
for (const network of networks()) sections.push(await section(network));
writeFileSync(
  "docs/accuracy.md",
  `# Accuracy

Renewed by \`npm run accuracy\` (Node ${process.versions.node}, ${cpus()[0].model}).

Networks: the MLPerf Tiny reference models, compiled from their float TFLite files with the greedy solver, no training. First and last layers with weights, and depthwise layers, stay int8. *Float simulation* runs the decomposed network in floating point; *integers* is the model file in WebAssembly. *Feature-map error* is the share of the original output variance that a decomposed layer misses on the calibration samples, on average over the decomposed layers. *Seconds* is the compilation.

Quantisation changes a few predictions either way: the difference between the last two accuracies carries about ±0.3 points of chance on 2,000 images, and about ±0.7 on DS-CNN's 400 samples, of which one is 0.25 points.

${sections.join("\n\n")}
`,
);
