// Sections of a WebAssembly module: its names left out, its memory cut to size.

const HEADER_BYTES = 8;
const CUSTOM = 0;
const MEMORY = 5;
const HAS_MAXIMUM = 1;
const HAS_PAGE_SIZE = 8;

/** Bytes of a page: WebAssembly's, or 1 for engines with custom page sizes. */
export type PageBytes = 65536 | 1;

interface Section {
  id: number;
  content: Uint8Array;
}

/** Unsigned LEB128: 7 bits a byte, the least first, all but the last marked. */
function leb128(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...leb128(Math.floor(value / 128))];
}

function sectionsOf(module: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = HEADER_BYTES; at < module.length; ) {
    const id = module[at++];
    let length = 0;
    for (let unit = 1, marked = true; marked; unit *= 128) {
      marked = module[at] >= 128;
      length += (module[at++] % 128) * unit;
    }
    sections.push({ id, content: module.subarray(at, at + length) });
    at += length;
  }
  return sections;
}

function join(module: Uint8Array, sections: readonly Section[]): Uint8Array {
  const parts = sections.flatMap(({ id, content }) => [Uint8Array.from([id, ...leb128(content.length)]), content]);
  return new Uint8Array(Buffer.concat([module.subarray(0, HEADER_BYTES), ...parts]));
}

/** The module without the names of its functions. */
export function withoutNames(module: Uint8Array): Uint8Array {
  return join(
    module,
    sectionsOf(module).filter(({ id }) => id !== CUSTOM),
  );
}

/** The module with a memory that has so many pages at the start, and never more. */
export function withMemory(module: Uint8Array, pages: number, pageBytes: PageBytes = 65536): Uint8Array {
  const size = leb128(pages);
  const flags = HAS_MAXIMUM | (pageBytes === 1 ? HAS_PAGE_SIZE : 0);
  const logarithm = pageBytes === 1 ? [0] : [];
  const content = Uint8Array.from([1, flags, ...size, ...size, ...logarithm]);
  return join(
    module,
    sectionsOf(module).map((section) => (section.id === MEMORY ? { id: MEMORY, content } : section)),
  );
}
