// as-pect's settings. tools/test/unit.mjs names the spec files and picks the level's asconfig.
export default {
  entries: [],
  include: ["node_modules/@as-pect/assembly/assembly/index.ts"],
  disclude: [],
  reporter: "tools/test/unit-reporter.mjs",
  async instantiate(memory, createImports, instantiate, binary) {
    return instantiate(binary, createImports({ env: { memory } }));
  },
  outputBinary: false,
};
