export function findTool(name: string): string | undefined;
export function missingTools(): string[];
