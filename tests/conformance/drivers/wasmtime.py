"""The batch in wasmtime: `python wasmtime.py MODULE FOLDER`."""

import sys
import zlib
from pathlib import Path

sys.path.pop(0)  # this folder, where "wasmtime" would be this file
from wasmtime import Instance, Module, Store  # noqa: E402

store = Store()
exports = Instance(store, Module.from_file(store.engine, sys.argv[1]), []).exports(store)
memory = exports["memory"]
folder = Path(sys.argv[2])


def call(name, *arguments):
    return exports[name](store, *arguments)


for run, line in enumerate((folder / "cases.txt").read_text().splitlines()):
    model, values = ((folder / name).read_bytes() for name in line.split())
    memory.write(store, model, call("reserve", len(model)))
    if call("load", len(model)) != 0:
        sys.exit(f"{line}: the model is refused")
    memory.write(store, values, call("input"))
    for layer in range(call("layerCount")):
        call("step", layer)
        at = call("layerOutput", layer)
        output = memory.read(store, at, at + call("layerOutputBytes", layer))
        print(run, layer, f"{zlib.crc32(output):08x}")
print("memory", memory.data_len(store))
