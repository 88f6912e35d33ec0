/** npm's program and its first arguments. */
export function npmCommand(): [command: string, args: string[]];
