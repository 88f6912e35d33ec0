"""What TFLite's reference kernels compute: a list of requests as JSON on standard input, results as files.

[{"model": path, "inputs": path, "count": n, "outputs": path, "tensors": folder or absent}, …]

`inputs` holds n samples, one after another, in the model's input type; `outputs` receives n outputs in its output type.
With `tensors`, every tensor after the last sample is written to that folder too, as INDEX.npy, and index.json names
them: for finding the first layer that differs.
"""

import json
import pathlib
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType


def dump(interpreter: Interpreter, folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    index = []
    for tensor in interpreter.get_tensor_details():
        try:
            value = interpreter.get_tensor(tensor["index"])
        except ValueError:
            continue  # scratch that the interpreter keeps no values of
        np.save(folder / f"{tensor['index']}.npy", value)
        scale, zero_point = tensor["quantization"]
        index.append(
            {
                "index": tensor["index"],
                "name": tensor["name"],
                "shape": [int(n) for n in tensor["shape"]],
                "type": np.dtype(tensor["dtype"]).name,
                "scale": float(scale),
                "zeroPoint": int(zero_point),
            }
        )
    (folder / "index.json").write_text(json.dumps(index, indent=1))


def run(request: dict) -> None:
    tensors = request.get("tensors")
    interpreter = Interpreter(
        model_path=request["model"],
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=tensors is not None,
    )
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]
    target = interpreter.get_output_details()[0]
    samples = np.fromfile(request["inputs"], source["dtype"]).reshape(request["count"], *source["shape"])
    with open(request["outputs"], "wb") as out:
        for sample in samples:
            interpreter.set_tensor(source["index"], sample)
            interpreter.invoke()
            out.write(interpreter.get_tensor(target["index"]).tobytes())
    if tensors is not None:
        dump(interpreter, pathlib.Path(tensors))


def main() -> None:
    for i, request in enumerate(json.load(sys.stdin)):
        try:
            run(request)
        except (RuntimeError, ValueError) as error:
            sys.exit(f"request {i}: {error}")


if __name__ == "__main__":
    main()
