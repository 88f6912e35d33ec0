export function installPeers(): Promise<{ folder: string; python: string }>;
