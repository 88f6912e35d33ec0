import { phases } from "./phases.ts";

// Node alone: its memory is taken off the others'.
await phases(
  async () => undefined,
  async () => undefined,
  () => undefined,
);
