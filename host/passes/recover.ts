// Recovery and fine-tuning: the approximated network learns to answer as the original does (design section 6, item 7).

import { HalfbitError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import type { CompileOptions } from "../options.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../train/checkpoint.ts";
import { checkTrainable } from "../train/network.ts";
import { type TrainingState, type TrainOptions, train } from "../train/train.ts";

type Options = Pick<
  CompileOptions,
  "recover" | "finetune" | "seed" | "checkpoints" | "signal" | "onProgress" | "onNote"
>;

/** Rounds through the calibration samples after which nothing more is gained, minutes or not. */
const MOST_EPOCHS = 60;
/**
 * Outputs of blocks say much more of a sample than its logits: with 2,000 samples ResNet-8 at 17 kB ends at 0.221 on
 * others with them, 0.224 without. With 50,000 they make no difference, and the original's answers, which are
 * remembered, are all that a step needs.
 */
const BLOCK_WEIGHT = 1;
const FEW_SAMPLES = 10_000;
const FINETUNE_LABEL_WEIGHT = 0.3;
/**
 * Of the original's first choices, without labels. ResNet-8 at 29 kB, after three rounds through 45,000 images, gives
 * the original's answer to 95.6 % of 5,000 others with them; without, after four, to 95.4 % (95.2 % before).
 */
const CHOICE_WEIGHT = 0.3;

/** Fewer samples leave none to judge on, and teach nothing. */
const LEAST_SAMPLES = 100;

/** What one stage of training did. */
export interface TrainingReport {
  stage: "recover" | "finetune";
  /** Held-back loss (host/train/objective.ts) before and after. */
  before: number;
  after: number;
  /** False where it was interrupted. */
  finished: boolean;
}

/** Whether the options ask for any training. */
export function trains({ recover: recovery, finetune }: Options): boolean {
  return (recovery?.minutes ?? 0) > 0 || (finetune?.epochs ?? 0) > 0;
}

/**
 * Whether the network can be trained as asked, before minutes go into its decomposition. Throws E_CALIBRATION,
 * E_LABELS, E_UNSUPPORTED.
 */
export function checkTraining(graph: Graph, { recover: recovery, finetune }: Options): void {
  const sets = [recovery && recovery.minutes > 0 && recovery.set, finetune && finetune.epochs > 0 && finetune.set];
  for (const set of sets) {
    if (!set) continue;
    const { count, labels } = set;
    checkTrainable(graph);
    if (count < LEAST_SAMPLES)
      throw new HalfbitError("E_CALIBRATION", `training needs at least ${LEAST_SAMPLES} samples, not ${count}`);
    if (labels && labels.length !== count)
      throw new HalfbitError("E_LABELS", `${labels.length} labels for ${count} training samples`);
  }
}

/**
 * `graph`, an approximation of `original`, after the training that the options ask for. `job` names the compilation:
 * a checkpoint of another one is not used. To be called after checkTraining. Throws E_ENGINE.
 */
export async function recover(
  original: Graph,
  graph: Graph,
  job: string,
  options: Options,
): Promise<{ graph: Graph; training: TrainingReport[] }> {
  const { recover: recovery, finetune, seed } = options;
  const training: TrainingReport[] = [];
  const stage = async (
    name: TrainingReport["stage"],
    how: Pick<TrainOptions, "set" | "epochs" | "minutes" | "blockWeight" | "labelWeight">,
  ) => {
    const result = await trainResumably(`${name} ${job}`, name, { original, graph, seed, ...how }, options);
    graph = result.graph;
    training.push({ stage: name, before: result.losses.start, after: result.losses.best, finished: result.finished });
  };
  if (recovery && recovery.minutes > 0) {
    const { set, minutes } = recovery;
    const blockWeight = set.count < FEW_SAMPLES ? BLOCK_WEIGHT : 0;
    const unlabelled = { ...set, labels: undefined };
    const weights = { blockWeight, labelWeight: CHOICE_WEIGHT };
    await stage("recover", { set: unlabelled, minutes, epochs: MOST_EPOCHS, ...weights });
  }
  if (finetune && finetune.epochs > 0 && !options.signal?.aborted) {
    const { set, epochs } = finetune;
    await stage("finetune", { set, epochs, blockWeight: 0, labelWeight: FINETUNE_LABEL_WEIGHT });
  }
  return { graph, training };
}

async function trainResumably(
  job: string,
  stage: TrainingReport["stage"],
  options: TrainOptions,
  { checkpoints, signal, onProgress, onNote }: Options,
) {
  onProgress?.(stage, 0, 1); // a step takes a while
  const state = restored(job, stage, checkpoints, onNote);
  return train({
    ...options,
    state,
    signal,
    onProgress: (done) => onProgress?.(stage, done, 1),
    onState: (now) => checkpoints?.write(stage, encodeCheckpoint(job, now)),
  });
}

/** A damaged checkpoint is said, and training starts afresh. */
function restored(
  job: string,
  stage: TrainingReport["stage"],
  checkpoints: CompileOptions["checkpoints"],
  onNote: CompileOptions["onNote"],
): TrainingState | undefined {
  const bytes = checkpoints?.read(stage);
  if (!bytes) return undefined;
  try {
    const state = decodeCheckpoint(bytes, job, checkpoints!.name(stage));
    onNote?.(
      state
        ? `${stage}: goes on at step ${state.step} of ${checkpoints!.name(stage)}`
        : `${stage}: ${checkpoints!.name(stage)} is of another compilation and is not used`,
    );
    return state;
  } catch (error) {
    if (!(error instanceof HalfbitError) || error.code !== "E_CHECKPOINT") throw error;
    onNote?.(`${error.code}: ${error.message}`);
    return undefined;
  }
}
