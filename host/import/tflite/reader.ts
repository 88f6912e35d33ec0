// A generic FlatBuffers table reader that believes nothing: every offset and length is checked before it is
// followed, so a damaged file ends in E_SOURCE_CORRUPT, never in a crash, a hang or a huge allocation.

import { ByteBuffer } from "flatbuffers";
import { HalfbitError } from "../../errors.ts";
import { SCHEMA, type TableName, type TableOf } from "./schema.ts";

type Field = readonly [id: number, type: string, missing?: number];

const BYTES: Record<string, number> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
};

// Offsets may legally point several times at one object, so a small file can describe a huge tree. Honest files
// share a few strings and shapes; this bound on copied bytes, in multiples of the file, is far above what they need.
const COPY_FACTOR = 16;
const TABLE_COST = 32;

export class FlatReader {
  readonly #buffer: ByteBuffer;
  readonly #bytes: Uint8Array;
  readonly #file: string;
  #budget: number;

  constructor(bytes: Uint8Array, file: string) {
    this.#buffer = new ByteBuffer(bytes);
    this.#bytes = bytes;
    this.#file = file;
    this.#budget = COPY_FACTOR * bytes.length + 65536;
  }

  /** The table that the file's first word points at. */
  root<N extends TableName>(name: N): TableOf<N> {
    return this.table(name, this.#follow(0, name));
  }

  /** The table at a byte position (as a "union" field gives it), with every field of the schema. */
  table<N extends TableName>(name: N, position: number): TableOf<N> {
    this.#spend(TABLE_COST, name);
    this.#inside(position, 4, name);
    const vtable = position - this.#buffer.readInt32(position);
    this.#inside(vtable, 4, name);
    const vtableBytes = this.#buffer.readUint16(vtable);
    this.#inside(vtable, vtableBytes, name);
    const table: Record<string, unknown> = {};
    for (const [field, definition] of Object.entries(SCHEMA[name] as Record<string, Field>)) {
      const slot = 4 + 2 * definition[0];
      const offset = slot + 2 <= vtableBytes ? this.#buffer.readUint16(vtable + slot) : 0;
      table[field] = offset === 0 ? absent(definition) : this.#value(definition[1], position + offset, name);
    }
    return table as TableOf<N>;
  }

  #value(type: string, at: number, where: string): unknown {
    if (type === "string") {
      const bytes = this.#vectorBytes(at, 1, where);
      this.#inside(bytes.byteOffset - this.#bytes.byteOffset, bytes.length + 1, where); // strings end in a NUL
      this.#spend(bytes.length, where);
      return new TextDecoder().decode(bytes);
    }
    if (type === "union") return this.#follow(at, where);
    if (type.startsWith("[")) return this.#vector(type.slice(1, -1), at, where);
    if (type in SCHEMA) return this.table(type as TableName, this.#follow(at, where));
    this.#inside(at, BYTES[type], where);
    return this.#scalar(type, at);
  }

  #vector(type: string, at: number, where: string): unknown {
    if (type in SCHEMA) {
      const offsets = this.#vectorBytes(at, 4, where);
      const start = offsets.byteOffset - this.#bytes.byteOffset;
      return Array.from({ length: offsets.length / 4 }, (_, i) =>
        this.table(type as TableName, this.#follow(start + 4 * i, where)),
      );
    }
    const bytes = this.#vectorBytes(at, BYTES[type], where);
    if (type === "uint8") return bytes;
    this.#spend(bytes.length, where);
    const start = bytes.byteOffset - this.#bytes.byteOffset;
    const count = bytes.length / BYTES[type];
    const numbers = Array.from({ length: count }, (_, i) => Number(this.#scalar(type, start + i * BYTES[type])));
    return type === "int32" ? Int32Array.from(numbers) : type === "float32" ? Float32Array.from(numbers) : numbers;
  }

  /** The bytes of the vector (or string) that the offset at `at` points to, not copied. */
  #vectorBytes(at: number, width: number, where: string): Uint8Array {
    const start = this.#follow(at, where);
    const count = this.#buffer.readUint32(start);
    this.#inside(start + 4, count * width, where);
    return this.#bytes.subarray(start + 4, start + 4 + count * width);
  }

  #scalar(type: string, at: number): number | boolean {
    switch (type) {
      case "bool":
        return this.#buffer.readInt8(at) !== 0;
      case "int8":
        return this.#buffer.readInt8(at);
      case "uint8":
        return this.#buffer.readUint8(at);
      case "int32":
        return this.#buffer.readInt32(at);
      case "uint32":
        return this.#buffer.readUint32(at);
      case "float32":
        return this.#buffer.readFloat32(at);
      case "int64":
        return Number(this.#buffer.readInt64(at));
      default:
        return Number(this.#buffer.readUint64(at));
    }
  }

  /** Offsets are relative to where they stand, unsigned, and point at 4 readable bytes. */
  #follow(at: number, where: string): number {
    this.#inside(at, 4, where);
    const target = at + this.#buffer.readUint32(at);
    this.#inside(target, 4, where);
    return target;
  }

  #inside(at: number, length: number, where: string): void {
    if (at < 0 || at + length > this.#bytes.length) {
      throw this.#corrupt(where, "reaches outside the file");
    }
  }

  #spend(cost: number, where: string): void {
    this.#budget -= cost;
    if (this.#budget < 0) throw this.#corrupt(where, "repeats more data than the file can hold");
  }

  #corrupt(where: string, what: string): HalfbitError {
    return new HalfbitError(
      "E_SOURCE_CORRUPT",
      `${this.#file}: damaged TFLite file: ${where} ${what}; export or copy it again`,
    );
  }
}

/** A table with every field at its default: what an operator without stored options has. */
export function defaults<N extends TableName>(name: N): TableOf<N> {
  const fields = Object.entries(SCHEMA[name] as Record<string, Field>);
  return Object.fromEntries(fields.map(([field, definition]) => [field, absent(definition)])) as TableOf<N>;
}

function absent([, type, missing = 0]: Field): unknown {
  if (type === "string") return "";
  if (type === "bool") return false;
  if (type === "[uint8]") return new Uint8Array(0);
  if (type === "[int32]") return new Int32Array(0);
  if (type === "[float32]") return new Float32Array(0);
  if (type.startsWith("[")) return [];
  return type in SCHEMA ? undefined : missing;
}
