// One semi-binary 3×3 layer over widths, ranks and image sizes: does its time follow its number of operations?

import assert from "node:assert/strict";
import { Engine, type Level } from "../../host/engine.ts";
import { writeModel } from "../../host/write.ts";
import { randomInt8 } from "../../tests/support/models.ts";
import { type LayerShape, semiBinaryLayer, shapeName } from "./layer-models.ts";
import { type Candidate, interleaved, type Rounds, type Timing, timed } from "./rounds.ts";

export interface SweepPoint {
  shape: string;
  rank: number;
  /** Additions: K(S + T) a pixel (section 3.5 of the paper). */
  additions: number;
  times: Record<Level, Timing>;
  /** How far the time is above (+) the line through the series, as a share of the line's. */
  deviations: Record<Level, number>;
}

export interface Series {
  title: string;
  points: SweepPoint[];
}

interface Point {
  shape: LayerShape;
  rank: number;
}

const square = (size: number, channels: number): LayerShape => ({ input: [size, size, channels], channels, stride: 1 });

const SERIES: { title: string; points: Point[] }[] = [
  {
    title: "width (channels of input and output, K = T)",
    points: [8, 16, 32, 64, 128, 256].map((channels) => ({ shape: square(16, channels), rank: channels })),
  },
  { title: "K", points: [8, 16, 32, 64, 128].map((rank) => ({ shape: square(16, 32), rank })) },
  { title: "image size", points: [8, 16, 32, 56, 112, 224].map((size) => ({ shape: square(size, 16), rank: 16 })) },
];

const additions = ({ shape: { input, channels }, rank }: Point): number =>
  input[0] * input[1] * rank * (9 * input[2] + channels);

/** time ≈ fixed + slope · work, so that the sum of squared relative errors is least. */
export function line(work: readonly number[], time: readonly number[]): { fixed: number; slope: number } {
  // Each point weighs 1 / time².
  const sum = (of: (i: number) => number) => work.reduce((total, _, i) => total + of(i) / time[i] ** 2, 0);
  const [n, x, y] = [sum(() => 1), sum((i) => work[i]), sum((i) => time[i])];
  const [xx, xy] = [sum((i) => work[i] ** 2), sum((i) => work[i] * time[i])];
  const slope = (n * xy - x * y) / (n * xx - x * x);
  return { fixed: (y - slope * x) / n, slope };
}

/** Both levels of a layer. Their outputs must be the same bits. */
async function candidates({ shape, rank }: Point): Promise<Candidate[]> {
  const file = writeModel(semiBinaryLayer(shape, rank, 1));
  const x = randomInt8(
    shape.input.reduce((a, b) => a * b),
    2,
  );
  const engines = [await Engine.load(file, "layer", "simd128"), await Engine.load(file, "layer", "scalar")];
  const outputs = engines.map((engine) => {
    engine.input().set(x);
    engine.run();
    return engine.output();
  });
  assert.deepEqual(outputs[0], outputs[1]);
  return engines.map((engine) => ({ name: engine.level, seconds: timed(() => engine.run()) }));
}

export async function sweep(rounds: Rounds): Promise<Series[]> {
  const series: Series[] = [];
  for (const { title, points } of SERIES) {
    const made: Candidate[] = [];
    for (const point of points) made.push(...(await candidates(point)));
    const measured = await interleaved(made, rounds);
    const work = points.map(additions);
    const deviationsOf = (level: 0 | 1) => {
      const times = points.map((_, i) => measured[2 * i + level].median);
      const { fixed, slope } = line(work, times);
      return times.map((time, i) => time / (fixed + slope * work[i]) - 1);
    };
    const [simd128, scalar] = [deviationsOf(0), deviationsOf(1)];
    series.push({
      title,
      points: points.map(({ shape, rank }, i) => ({
        shape: shapeName(shape),
        rank,
        additions: work[i],
        times: { simd128: measured[2 * i], scalar: measured[2 * i + 1] },
        deviations: { simd128: simd128[i], scalar: scalar[i] },
      })),
    });
  }
  return series;
}
