// What threads can be asked to do (adapters/node.ts starts them): a task is prepared once and then answers questions.

import type { Choices } from "./passes/allocate/file-bytes.ts";
import { type Probe, type ProbeQuestion, prepareProbes } from "./passes/allocate/probe.ts";
import { prepareTrials, type Solved, type SolveJob } from "./passes/allocate/trial.ts";
import { type Job, type Part, prepareJob, type Slope } from "./train/gradient.ts";

/** All plain: data and questions are copied to the thread, answers from it. */
export interface Tasks {
  gradients: { data: Job; question: Part; answer: Slope };
  trials: { data: SolveJob; question: Choices; answer: Solved };
  probes: { data: SolveJob; question: ProbeQuestion; answer: Probe[][] };
}

export type Task = keyof Tasks;

type Prepare<T extends Task> = (
  data: Tasks[T]["data"],
) => Promise<(question: Tasks[T]["question"]) => Tasks[T]["answer"] | Promise<Tasks[T]["answer"]>>;

const PREPARE: { [T in Task]: Prepare<T> } = {
  gradients: prepareJob,
  trials: prepareTrials,
  probes: prepareProbes,
};

/** Prepares a task on this thread: a function that answers one question after another. */
export function answerer<T extends Task>(
  task: T,
  data: Tasks[T]["data"],
): (question: Tasks[T]["question"]) => Promise<Tasks[T]["answer"]> {
  const prepared = PREPARE[task](data);
  let last: Promise<unknown> = prepared;
  return (question) => {
    const answer = last.then(async () => (await prepared)(question));
    last = answer.catch(() => {}); // the asker has it
    return answer;
  };
}
