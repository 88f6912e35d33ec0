export function fingerprint(files: readonly string[], folders?: readonly string[]): string;
export function stamp(name: string): { matches(print: string): boolean; clear(): void; write(print: string): void };
