// What a host printed beside what the reference computes.
import type { Host } from "./host.ts";
import { type Case, rowsOf } from "./table.ts";

/** What a host must print for a run. */
function expected(host: Host, { expected }: Case, input: number): Map<string, string> {
  const layers = expected[input];
  if (host.shows === "output") return new Map([["output", layers.at(-1)!]]);
  return new Map(layers.map((sum, layer) => [String(layer), sum]));
}

export interface Compared {
  /** The differences of each case, in words; none where all its layers are equal. */
  cases: string[][];
  /** Bytes of linear memory at the end, where the host shows them. */
  memory?: number;
}

function compare(host: Host, cases: readonly Case[], printed: string): Compared {
  const got = new Map<string, string>();
  for (const line of printed.trim().split("\n")) {
    const words = line.split(" ");
    got.set(words.slice(0, -1).join(" "), words.at(-1)!);
  }
  const memory = got.get("memory");
  if (host.shows === "layers and memory" && memory === undefined)
    throw new Error("what memory has grown to was not printed");
  const differences: string[][] = cases.map(() => []);
  rowsOf(cases).forEach(([c, input], run) => {
    for (const [layer, sum] of expected(host, cases[c], input)) {
      const key = `${run} ${layer}`;
      const own = got.get(key) ?? "nothing";
      if (own !== sum) differences[c].push(`input ${input}, layer ${layer}: ${own}, not ${sum}`);
      got.delete(key);
    }
  });
  got.delete("memory");
  const [more] = got.keys();
  if (more !== undefined) throw new Error(`lines were printed that nothing asked for, such as "${more}"`);
  return { cases: differences, memory: memory === undefined ? undefined : Number(memory) };
}

/** Runs the table on a host. Where it ends early, that is what every case differs in. */
export async function outcome(host: Host, cases: readonly Case[], folder: string): Promise<Compared> {
  try {
    return compare(host, cases, await host.run(folder));
  } catch (error) {
    return { cases: cases.map(() => [`ended early: ${(error as Error).message}`]) };
  }
}
