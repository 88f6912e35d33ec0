// The picture of the arena: a column a layer, bytes from the bottom up, a rectangle for everything that holds bytes.

import type { MemoryBlock, MemoryMap } from "../memory-map.ts";
import { type Html, html } from "./html.ts";
import { whole } from "./numbers.ts";
import { table } from "./table.ts";

export function memorySection(map: MemoryMap): Html {
  const { arenaBytes, lowerBound, layers, blocks } = map;
  const verdict =
    arenaBytes === lowerBound
      ? "the plan reaches the lower bound: no plan for this order of layers needs less"
      : `${whole(arenaBytes - lowerBound)} bytes above the lower bound of ${whole(lowerBound)}`;
  const numbered = blocks.map((block, i) => ({ ...block, number: i + 1 }));
  type Row = (typeof numbered)[number];
  const step = (at: number) => (at < 0 ? "input" : at >= layers.length ? "output" : `${at + 1}. ${layers[at]}`);
  return html`<p>${whole(arenaBytes)} bytes, ${verdict}.</p>
${picture(map)}
<details>
<summary>The same as a table: ${blocks.length} blocks, ${layers.length} layers</summary>
${table<Row>(
  "memory-table",
  "What holds which bytes of the arena, from which layer to which",
  [
    { header: "Block", cell: ({ number, names }) => html`${number}. ${names.join(" → ")}` },
    { header: "Use", cell: ({ use }) => use },
    { header: "Offset", numeric: true, cell: ({ offset }) => whole(offset) },
    { header: "Bytes", numeric: true, cell: ({ bytes }) => whole(bytes) },
    { header: "From", cell: ({ first }) => step(first) },
    { header: "To", cell: ({ last }) => step(last) },
  ],
  numbered,
)}
</details>`;
}

function picture({ arenaBytes, lowerBound, layers, blocks }: MemoryMap): Html {
  const columns = layers.length + 2; // the input before, the output after
  const x = (step: number) => (100 * (step + 1)) / columns;
  const y = (bytes: number) => 100 - (100 * bytes) / arenaBytes;
  const ticks = [0, 1, 2, 3, 4].map((quarter) => (arenaBytes * quarter) / 4);
  const rectangle = (block: MemoryBlock, number: number) => {
    const [left, width] = [x(block.first), x(block.last + 1) - x(block.first)];
    const [top, height] = [y(block.offset + block.bytes), (100 * block.bytes) / arenaBytes];
    const middle = html`x="${share(left + width / 2)}" y="${share(top + height / 2)}"`;
    return html`<g><title>${number}. ${block.names.join(" → ")}: ${whole(block.bytes)} bytes at ${whole(block.offset)}</title><rect class="${block.use}" x="${share(left)}" y="${share(top)}" width="${share(width)}" height="${share(height)}"/>${height > 4 && html`<text ${middle} dy="4">${number}</text>`}</g>
`;
  };
  return html`<figure>
<p class="axis-title" aria-hidden="true">Bytes of the arena</p>
<div class="scroll" role="region" aria-label="Picture of the arena" tabindex="0">
<div class="map-frame">
<svg class="map" role="img" aria-labelledby="map-title map-text">
<title id="map-title">Arena offsets against layers</title>
<desc id="map-text">${blocks.length} blocks in ${whole(arenaBytes)} bytes over ${layers.length} layers; the table below lists them.</desc>
${ticks.map(
  (
    tick,
  ) => html`<line class="grid" x1="0%" x2="100%" y1="${share(y(tick))}" y2="${share(y(tick))}"/><text class="y" x="0%" dx="-8" y="${share(y(tick))}" dy="4">${whole(tick)}</text>
`,
)}${blocks.map((block, i) => rectangle(block, i + 1))}<line class="bound" x1="0%" x2="100%" y1="${share(y(lowerBound))}" y2="${share(y(lowerBound))}"/>
${layerTicks(layers.length).map(
  (layer) => html`<text class="x" x="${share((x(layer - 1) + x(layer)) / 2)}" y="100%" dy="18">${layer}</text>
`,
)}</svg>
</div>
</div>
<p class="axis-title end" aria-hidden="true">Layer, in the order in which they run</p>
<figcaption><span><span class="key tensor"></span>activations</span> <span><span class="key scratch"></span>scratch of a layer</span> <span><span class="key bound"></span>lower bound</span></figcaption>
</figure>`;
}

/** 1, 2, 3 …; of many layers every fifth. */
function layerTicks(count: number): number[] {
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  return count <= 24 ? numbers : numbers.filter((n) => n === 1 || n % 5 === 0);
}

function share(percentage: number): string {
  return `${percentage.toFixed(3)}%`;
}
