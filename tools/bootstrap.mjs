// Makes a fresh clone ready: dependencies as the lock file says, a fresh build. Quick where there is nothing to do.
import { build, buildPrint, buildStamp, isBuilt } from "./build.mjs";
import { ensureDependencies } from "./support/dependencies.mjs";
import { main, say } from "./support/project.mjs";

/** Dependencies, the commands' links, and dist/, each only where it is missing or stale. */
export async function bootstrap() {
  await ensureDependencies();
  if (isBuilt() && buildStamp.matches(buildPrint())) return;
  await build({ debug: false });
}

await main(import.meta, async () => {
  await bootstrap();
  say("dependencies and build are up to date");
});
