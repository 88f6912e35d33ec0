import { compile } from "../../host/compile.ts";
import { evaluate } from "../../host/evaluate.ts";
import { Session } from "../../host/session.ts";
import { simulatedTop1 } from "../../host/simulate.ts";
import type { Network } from "./networks.ts";
import type { Row } from "./rows.ts";

export interface Measured {
  id: string;
  /** Bytes of the whole model file (there are no labels in it), and of its arena. */
  bytes: number;
  arena: number;
  /** Mean over the decomposed layers of the share of output variance that is missed, before any training. */
  error?: number;
  /** Top-1 accuracies, 0…1: the decomposed network in float, and the model file in WebAssembly. */
  simulated: number;
  integers: number;
  /** Of one compilation. */
  seconds: number;
}

const SEED = 1;

/** Compiles a row, once a fold, and runs it on every test sample. */
export async function measure(
  { id, options, recoverMinutes, finetuneEpochs }: Row,
  network: Network,
): Promise<Measured> {
  const sum = { bytes: 0, arena: 0, simulated: 0, integers: 0, seconds: 0, tested: 0 };
  const errors: number[] = [];
  for (const { calibration, training, test } of network.folds) {
    const start = performance.now();
    const compiled = await compile(
      { bytes: network.float, name: `${network.name}.tflite` },
      {
        ...options,
        seed: SEED,
        calibration,
        recover: recoverMinutes ? { minutes: recoverMinutes, set: training } : undefined,
        finetune: finetuneEpochs ? { epochs: finetuneEpochs, set: training } : undefined,
      },
    );
    sum.seconds += (performance.now() - start) / 1000 / network.folds.length;
    const session = await Session.open(compiled.file);
    const { real, labels } = test;
    sum.integers += labels.length * evaluate(session, quantised(session, real), labels).top1;
    sum.simulated += labels.length * (await simulatedTop1(compiled.simulated, real, labels));
    sum.tested += labels.length;
    sum.bytes = Math.max(sum.bytes, compiled.file.length);
    sum.arena = Math.max(sum.arena, compiled.program.arenaBytes);
    errors.push(...compiled.report.flatMap(({ featureMapError }) => featureMapError ?? []));
  }
  const { bytes, arena, simulated, integers, seconds, tested } = sum;
  const error = errors.length > 0 ? errors.reduce((a, b) => a + b) / errors.length : undefined;
  return { id, bytes, arena, error, simulated: simulated / tested, integers: integers / tested, seconds };
}

/** int8 values of real inputs in the model's own input quantisation. */
function quantised(session: Session, real: Float32Array): Int8Array {
  const { scale, zeroPoint } = session.input;
  return Int8Array.from(real, (x) => Math.max(-128, Math.min(127, Math.round(x / scale) + zeroPoint)));
}

/** The int8 source as it is, on every test sample. */
export async function measureSource(network: Network): Promise<number> {
  const { file } = await compile(
    { bytes: network.int8, name: network.name },
    { scheme: "int8", rank: 1, solver: "greedy", objective: "feature-map", seed: SEED },
  );
  return evaluate(await Session.open(file), network.all.raw, network.all.labels).top1;
}
