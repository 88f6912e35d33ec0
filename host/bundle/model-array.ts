/** C of the model file as a constant array of little-endian words, which are aligned for every core. */
export function modelArray(model: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil(model.length / 4) * 4);
  padded.set(model);
  const view = new DataView(padded.buffer);
  const words = Array.from({ length: padded.length / 4 }, (_, i) => hex(view.getUint32(4 * i, true)));
  const lines: string[] = [];
  for (let i = 0; i < words.length; i += 8) lines.push(`    ${words.slice(i, i + 8).join(", ")},\n`);
  return `#include "halfbit.h"\n\nconst uint32_t halfbit_model[] = {\n${lines.join("")}};\n`;
}

function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, "0")}`;
}
