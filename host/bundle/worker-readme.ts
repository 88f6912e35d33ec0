// The README.md of a worker's folder.
import type { Names, Store } from "./worker.ts";

/** Where the model is, and what puts it there: locally for `wrangler dev`, then for the deployed worker. */
const WHERE: Record<Store, (names: Names) => string> = {
  bundle: () => "The model is part of the worker: `src/model.bin`.",
  kv: ({ model }) => `The model is read from KV, once an instance. Put it there, for \`wrangler dev\` and for the world:

\`\`\`
npx wrangler kv key put ${model} --path ${model} --binding MODELS --local
npx wrangler kv key put ${model} --path ${model} --binding MODELS --remote
\`\`\`

\`wrangler deploy\` creates the namespace; it must have done so before the second.`,
  r2: ({
    model,
    bucket,
  }) => `The model is read from R2, once an instance. Put it there, for \`wrangler dev\` and for the world:

\`\`\`
npx wrangler r2 object put ${bucket}/${model} --file ${model} --local
npx wrangler r2 bucket create ${bucket}
npx wrangler r2 object put ${bucket}/${model} --file ${model} --remote
\`\`\``,
};

export function workerReadme(store: Store, names: Names): string {
  return `# ${names.worker}

A Cloudflare Worker that classifies images with a halfbit model, written by \`halfbit bundle\`.

${WHERE[store](names)}

\`\`\`
npx wrangler dev       # on this machine, http://localhost:8787
npx wrangler deploy    # for the world; needs an account
\`\`\`

\`\`\`
curl http://localhost:8787/                                                            # what the model takes
curl -H 'content-type: image/jpeg' --data-binary @photo.jpg http://localhost:8787/     # JPEG or PNG
curl --data-binary @image.raw -H 'content-type: application/octet-stream' \\
  'http://localhost:8787/?top=3'                                                       # int8 values, as infer.wasm takes
\`\`\`

An answer is \`{"label", "score", "top": [{"index", "label", "score"}]}\`; an error is
\`{"error": {"code", "message"}}\` under its HTTP status: 400 for an image that cannot be read, 404, 405, 413 for a body
of more than 4,000,000 bytes, 415 for another content type, 500 where the worker is at fault. Images have up to
1.1 megapixels; they are stretched to the network's input, as \`halfbit run\` does.

| file | is |
| --- | --- |
| \`wrangler.toml\` | the worker's settings |
| \`src/index.js\` | the worker; \`classifier\` also takes \`top\` and \`maxBytes\` |
| \`src/halfbit.js\` | the endpoint and the image decoders; whose they are, \`src/LICENCES.txt\` says |
| \`src/halfbit.simd128.wasm\` | the runtime |
`;
}
