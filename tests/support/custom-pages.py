"""A bundle's module with pages of one byte in wasmtime: `python custom-pages.py FOLDER BYTES`."""

import sys
from pathlib import Path

from wasmtime import Config, Engine, Func, FuncType, Instance, Module, Store, ValType

folder = Path(sys.argv[1])
model = (folder / "model.bin").read_bytes()
config = Config()
config.wasm_custom_page_sizes = True
store = Store(Engine(config))


def read(offset, address, count):
    memory.write(store, model[offset : offset + count], address)


host = Func(store, FuncType([ValType.i32()] * 3, []), read)
module = Module.from_file(store.engine, folder / "halfbit.wasm")
exports = Instance(store, module, [host]).exports(store)
memory = exports["memory"]
exports["reserve"](store, int(sys.argv[2]))
if exports["load"](store, len(model)) != 0:
    sys.exit("the model is refused")
print(f"self-test {exports['selfTest'](store)}, memory {memory.data_len(store)}")
