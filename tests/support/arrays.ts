// Array files for tests.

const ELEMENTS: Record<string, { bytes: number; write: (view: DataView, at: number, value: number) => void }> = {
  "<f4": { bytes: 4, write: (view, at, value) => view.setFloat32(at, value, true) },
  "<f8": { bytes: 8, write: (view, at, value) => view.setFloat64(at, value, true) },
  "<i4": { bytes: 4, write: (view, at, value) => view.setInt32(at, value, true) },
  "<i8": { bytes: 8, write: (view, at, value) => view.setBigInt64(at, BigInt(value), true) },
  "|i1": { bytes: 1, write: (view, at, value) => view.setInt8(at, value) },
  "|u1": { bytes: 1, write: (view, at, value) => view.setUint8(at, value) },
};

/** A NumPy .npy file. */
export function npy(type: string, shape: number[], values: number[], version = 1): Uint8Array {
  const { bytes, write } = ELEMENTS[type];
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const prefix = version === 1 ? 10 : 12;
  const start = Math.ceil((prefix + dictionary.length + 1) / 64) * 64;
  const file = new Uint8Array(start + values.length * bytes).fill(0x20, prefix, start);
  const view = new DataView(file.buffer);
  file.set([0x93, ...new TextEncoder().encode("NUMPY"), version, 0]);
  if (version === 1) view.setUint16(8, start - prefix, true);
  else view.setUint32(8, start - prefix, true);
  file.set(new TextEncoder().encode(dictionary), prefix);
  file[start - 1] = 0x0a;
  for (const [i, value] of values.entries()) write(view, start + i * bytes, value);
  return file;
}

/** An idx file of unsigned bytes. */
export function idx(shape: number[], values: number[]): Uint8Array {
  const file = new Uint8Array(4 + 4 * shape.length + values.length);
  file.set([0, 0, 8, shape.length]);
  for (const [i, n] of shape.entries()) new DataView(file.buffer).setUint32(4 + 4 * i, n);
  file.set(values, 4 + 4 * shape.length);
  return file;
}
