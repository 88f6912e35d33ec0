import type { Node } from "./model.ts";

const LONGEST = 48;

/**
 * A short, unique name for a layer: the node's path without the operator, without parents that the next part repeats.
 * "/layer1/layer1.0/conv1/Conv" → "layer1.0.conv1". Where the node has no path, weights named "conv1.weight" name it. A second layer of the same name gets ".2".
 */
export function layerName(node: Node, taken: Set<string>): string {
  const weights = /^(.+)\.weight$/.exec(node.inputs[1] ?? "")?.[1];
  const base = shorten(node.name.includes("/") ? node.name : (weights ?? node.name), node.operator);
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base}.${n}`;
  taken.add(name);
  return name;
}

export function shorten(path: string, operator: string): string {
  const parts = path
    .replace(/:\d+$|^node_/g, "")
    .split(/[/\s]+/)
    .filter((part) => part !== "" && part !== "StatefulPartitionedCall");
  const last = parts.at(-1) ?? operator;
  if (parts.length > 1 && last.toLowerCase().replace(/_\d+$/, "") === operator.toLowerCase()) parts.pop();
  const kept = parts.filter((part, i) => !(parts[i + 1] ?? "").startsWith(`${part}.`));
  const name = kept.join(".") || operator;
  return name.length > LONGEST ? name.slice(-LONGEST).replace(/^[^.]*\./, "") : name;
}
