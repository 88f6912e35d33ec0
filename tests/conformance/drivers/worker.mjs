// The batch in workerd: the module is imported, since a worker may compile none.

import { batch } from "./batch.ts";
import halfbit from "./halfbit.wasm";

export default {
  async fetch(_request, { FOLDER }) {
    const read = async (name) => new Uint8Array(await (await FOLDER.fetch(`http://folder/${name}`)).arrayBuffer());
    return new Response(await batch(halfbit, read));
  },
};
