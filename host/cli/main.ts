// The entry of the `halfbit` command: the command line in, an exit code out.
import { CommanderError } from "commander";
import { EXIT, HalfbitError } from "../errors.ts";
import { program } from "./program.ts";

/** A reader that has gone (`halfbit … | head`) ends the command quietly. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.output);
  report(new HalfbitError("E_WRITE", `standard output: ${error.message}`));
  process.exit(EXIT.output);
});

/** One line on standard error; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : EXIT.usage; // --help, --version; no command: the help has been printed
  }
  if (process.env.HALFBIT_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (error instanceof HalfbitError) {
    process.stderr.write(`error ${error.code}: ${oneLine(error.message)}\n`);
    return error.exitCode;
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  process.stderr.write(
    `error E_INTERNAL: ${oneLine(message)}; set HALFBIT_DEBUG=1 to see where, and please report it\n`,
  );
  return EXIT.internal;
}

function oneLine(message: string): string {
  return message.trim().replaceAll(/\s*\n\s*/g, " ");
}

try {
  await program().parseAsync(process.argv);
} catch (error) {
  process.exitCode = report(error);
}
