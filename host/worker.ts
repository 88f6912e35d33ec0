// A thread that answers the questions it is sent.
import { parentPort, workerData } from "node:worker_threads";
import { answerer, type Task, type Tasks } from "./tasks.ts";

const port = parentPort!;
const { task, data } = workerData as { task: Task; data: Tasks[Task]["data"] };
const answer = answerer(task, data);
port.on("message", async (question: Tasks[Task]["question"]) => port.postMessage(await answer(question)));
