// README.md of a folder with a module for one model.
import { thousands } from "../cli/output.ts";
import { plain } from "./facts.ts";
import type { MemoryMap } from "./memory-map.ts";
import type { PageBytes } from "./sections.ts";

export interface WasmFacts {
  title: string;
  modelBytes: number;
  memory: MemoryMap;
  pages: number;
  pageBytes: PageBytes;
}

export function wasmReadme({ title, modelBytes, memory, pages, pageBytes }: WasmFacts): string {
  const memoryNow =
    pageBytes === 1
      ? `is these ${thousands(pages)} bytes: its pages are single bytes, for engines with custom page sizes (wasmtime: \`-W custom-page-sizes\`)`
      : `has ${pages} page${pages === 1 ? "" : "s"} of 64 KiB; \`--page-size 1\` cuts it to the byte, for engines with custom page sizes`;
  return `# ${plain(title)}, in WebAssembly

Written by \`halfbit bundle\`.

| file | holds |
| --- | --- |
| \`halfbit.wasm\` | the runtime with this model's kinds of layers and no others |
| \`model.bin\` | the model, ${thousands(modelBytes)} bytes, which may stay in flash |

The module imports one function, by which it reads the model:

\`\`\`
host.read(offset, address, bytes)   copies that part of model.bin to that address of the module's memory
\`\`\`

and is called in this order:

\`\`\`
reserve(${memory.total})  all the memory that it may use
load(${modelBytes})     reads and verifies the model; 0 is success
selfTest()      0: this engine computes the very bits that the compiler did
input()         the address to write the input to, before each run
run()
output()        the address of the output
\`\`\`

## Memory

| bytes | for |
| ---: | --- |
| ${thousands(memory.records)} | the module's own data and the model's records |
| ${thousands(memory.window)} | the window: the weights of the layer that runs |
| ${thousands(memory.arena)} | the arena: feature maps and tables |
| ${thousands(memory.total)} | in all |

The module's memory ${memoryNow}. It never grows.
`;
}
