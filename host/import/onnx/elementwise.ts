// Operators that keep the shape of their operand: arithmetic and activation functions.

import type { Elementwise } from "../../graph/graph.ts";
import { type Affine, aroundRelu6 } from "../bounded.ts";
import { count, show } from "../numbers.ts";
import type { Call } from "./call.ts";
import { affine } from "./layers.ts";
import { axesOf, sameWalk } from "./layout.ts";
import type { Activation, Constant, Value } from "./values.ts";
import { perChannel } from "./weights.ts";

/** Largest float32: how some exporters write "no bound". */
const UNBOUNDED = 3.4e38;

type Arithmetic = "Add" | "Sub" | "Mul" | "Div";

/** Add, Sub, Mul, Div: an affine function where one operand is constant, else Add or Mul of two activations. */
export function arithmetic(operator: Arithmetic): (call: Call) => Value {
  return (call) => {
    const a = call.value(0);
    const b = call.value(1);
    if (a.kind === "activation" && b.kind === "activation") return ofActivations(call, operator, a, b);
    if (a.kind === "activation" && b.kind === "constant") return withConstant(call, operator, a, b);
    if (a.kind === "constant" && b.kind === "activation") return ofConstant(call, operator, a, b);
    return call.corrupt("has two constants that could not be combined");
  };
}

/** x ∘ constant. */
function withConstant(call: Call, operator: Arithmetic, x: Activation, constant: Constant): Value {
  const c = perChannel(call, x, constant);
  if (operator === "Add") return affine(call, x, ones(c), c);
  if (operator === "Sub")
    return affine(
      call,
      x,
      ones(c),
      c.map((n) => -n),
    );
  if (operator === "Mul")
    return affine(
      call,
      x,
      c,
      c.map(() => 0),
    );
  if (c.includes(0)) call.fail("divides by zero");
  return affine(
    call,
    x,
    c.map((n) => 1 / n),
    c.map(() => 0),
  );
}

/** constant ∘ x. */
function ofConstant(call: Call, operator: Arithmetic, constant: Constant, x: Activation): Value {
  if (operator === "Div") call.fail("divides a constant by the network's values, which is not supported");
  if (operator !== "Sub") return withConstant(call, operator, x, constant);
  const c = perChannel(call, x, constant);
  return affine(
    call,
    x,
    ones(c).map((n) => -n),
    c,
  );
}

function ofActivations(call: Call, operator: Arithmetic, a: Activation, b: Activation): Value {
  if (operator === "Div") call.fail("divides two computed tensors, which is not supported");
  if (operator === "Sub") {
    const minus = new Float64Array(call.shape(b)[2]).fill(-1);
    return ofActivations(call, "Add", a, affine(call, b, minus, new Float64Array(minus.length)));
  }
  const [shapeA, shapeB] = [call.shape(a), call.shape(b)];
  const equal = shapeA.every((n, i) => n === shapeB[i]);
  if (equal && count(a.dims) === count(b.dims) && sameWalk(shapeA, a.order, shapeB, b.order)) {
    const wider = a.dims.length >= b.dims.length ? a : b;
    const body = { kind: operator, activation: "None" } as const;
    return call.emit(body, [a, b], shapeA, wider.dims, a.order);
  }
  if (operator === "Mul" && gates(call, a, b)) return call.emitLike({ kind: "Mul", activation: "None" }, [a, b]);
  if (operator === "Mul" && gates(call, b, a)) return call.emitLike({ kind: "Mul", activation: "None" }, [b, a]);
  call.fail(
    `combines ${show(a.dims)} with ${show(b.dims)}; both have to have one shape (or one of Mul be 1×channels×1×1)`,
  );
}

/** Whether `gate` is one number a channel of `image`, as in squeeze-and-excitation. */
function gates(call: Call, image: Activation, gate: Activation): boolean {
  const [h, w, c] = call.shape(gate);
  if (h !== 1 || w !== 1 || c !== call.shape(image)[2] || gate.dims.length !== image.dims.length) return false;
  const axes = axesOf(image.dims, call.shape(image), image.order);
  return gate.dims.every((n, i) => (axes[i] === 2 ? n === c : n === 1));
}

function ones(like: Float64Array): Float64Array {
  return new Float64Array(like.length).fill(1);
}

export function elementwise(name: Elementwise["function"]): (call: Call) => Value {
  return (call) => call.emitLike({ kind: "Elementwise", function: name }, [call.activation(0)]);
}

/** Clip(0, ∞) is Relu, Clip(0, 6) Relu6, and Clip(0, m) is m/6 · Relu6(6/m · x). */
export function clip(call: Call): Value {
  const input = call.activation(0);
  const low = call.optionalConstant(1)?.data[0] ?? call.float("min", Number.NEGATIVE_INFINITY);
  const high = call.optionalConstant(2)?.data[0] ?? call.float("max", Number.POSITIVE_INFINITY);
  if (low <= -UNBOUNDED && high >= UNBOUNDED) return input;
  if (low !== 0 || !(high > 0)) call.fail(`clips to ${low}…${high}; only 0…6 (Relu6) and 0…m are supported`);
  if (high >= UNBOUNDED) return call.emitLike({ kind: "Elementwise", function: "Relu" }, [input]);
  return bounded(call, input, 1, 0, high);
}

/** HardSigmoid: Clip(alpha·x + beta, 0, 1). */
export function hardSigmoid(call: Call): Value {
  return bounded(call, call.activation(0), call.float("alpha", 0.2), call.float("beta", 0.5), 1);
}

/** Clip(scale·x + shift, 0, high). */
function bounded(call: Call, input: Activation, scale: number, shift: number, high: number): Value {
  const { before, after } = aroundRelu6(scale, shift, high);
  const fill = (n: number) => new Float64Array(call.shape(input)[2]).fill(n);
  const applied = (x: Activation, [s, b]: Affine) => affine(call, x, fill(s), fill(b));
  const clipped = call.emitLike({ kind: "Elementwise", function: "Relu6" }, [before ? applied(input, before) : input]);
  return after ? applied(clipped, after) : clipped;
}
