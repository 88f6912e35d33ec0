"""The peers that are Python packages, timed here and asked for by bench/speed/python.ts.

One JSON object a line. {"load": {…}} makes a candidate and answers {"id", "output"}; {"time": id, "iterations": n} runs
it n times and answers {"seconds"}; {"floatEdges": from, "to": path} and {"versions": true} answer for themselves.
"""

import copy
import json
import pathlib
import sys
import time
from importlib.metadata import PackageNotFoundError, version

import numpy as np

candidates = []
kept = []  # what the candidates' functions need and do not hold themselves


def real(values, scale, zero_point):
    return [float(v) for v in (scale * (values.astype(np.float64) - zero_point) if scale else values)]


def litert(request):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=request["model"], num_threads=1)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    interpreter.set_tensor(source["index"], np.fromfile(request["input"], source["dtype"]).reshape(source["shape"]))
    return interpreter.invoke, lambda: real(interpreter.get_tensor(target["index"]).ravel(), *target["quantization"])


def tflite_micro(request):
    from tflite_micro import runtime

    interpreter = runtime.Interpreter.from_file(request["model"])
    source, target = interpreter.get_input_details(0), interpreter.get_output_details(0)
    interpreter.set_input(np.fromfile(request["input"], source["dtype"]).reshape(source["shape"]), 0)
    scales, zeros = (target["quantization_parameters"][name] for name in ("scales", "zero_points"))
    return interpreter.invoke, lambda: real(interpreter.get_output(0).ravel(), scales[0], zeros[0])


def wasm3(request):
    """A module. Each of `steps` calls a function, and writes its `file` at `at`, or where the call's result says."""
    import wasm3 as interpreter

    environment = interpreter.Environment()
    runtime = environment.new_runtime(64 * 1024)
    runtime.load(environment.parse_module(pathlib.Path(request["model"]).read_bytes()))
    kept.append(environment)

    def take(step):
        at = runtime.find_function(step["call"])(*step.get("args", [])) if "call" in step else step["at"]
        if "file" in step:
            data = pathlib.Path(step["file"]).read_bytes()
            runtime.get_memory(0)[at : at + len(data)] = data
        return at

    for step in request["steps"]:
        take(step)
    function, args = runtime.find_function(request["run"]), request.get("args", [])

    def output():
        at = take(request["output"])
        return list(bytes(runtime.get_memory(0)[at : at + request["bytes"]]))

    return lambda: function(*args), output


def with_float_edges(data):
    """An int8 model that takes and gives float32, with QUANTIZE and DEQUANTIZE inside."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(data, 0))
    graph = model.subgraphs[0]

    def float_twin(index):
        tensor = copy.copy(graph.tensors[index])
        tensor.type, tensor.quantization, tensor.buffer = schema.TensorType.FLOAT32, None, 0
        tensor.name = b"real" + str(index).encode()
        graph.tensors.append(tensor)
        return len(graph.tensors) - 1

    def operator(builtin, op_version, source, target):
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = builtin  # both are below 127
        code.version = op_version
        model.operatorCodes.append(code)
        made = schema.OperatorT()
        made.opcodeIndex, made.inputs, made.outputs = len(model.operatorCodes) - 1, [source], [target]
        return made

    source, target = graph.inputs[0], graph.outputs[0]
    real_source, real_target = float_twin(source), float_twin(target)
    first = operator(schema.BuiltinOperator.QUANTIZE, 1, real_source, source)
    last = operator(schema.BuiltinOperator.DEQUANTIZE, 2, target, real_target)
    graph.operators = [first, *graph.operators, last]
    graph.inputs, graph.outputs = [real_source], [real_target]
    for signature in model.signatureDefs or []:
        for tensor in signature.inputs:
            tensor.tensorIndex = real_source
        for tensor in signature.outputs:
            tensor.tensorIndex = real_target
    builder = flatbuffers.Builder(len(data))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


ENGINES = {"litert": litert, "tflite-micro": tflite_micro, "wasm3": wasm3}


def timed(run, iterations):
    start = time.perf_counter()
    for _ in range(iterations):
        run()
    return time.perf_counter() - start


def versions():
    found = {"Python": sys.version.split()[0]}
    for name in ("ai-edge-litert", "tflite_micro", "pywasm3"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            raise RuntimeError(f"{name} is not installed: delete .cache/peers, then npm run peers") from None
    return found


def answer(request):
    if "load" in request:
        run, output = ENGINES[request["load"]["engine"]](request["load"])
        run()
        candidates.append(run)
        return {"id": len(candidates) - 1, "output": output()}
    if "time" in request:
        return {"seconds": timed(candidates[request["time"]], request["iterations"])}
    if "floatEdges" in request:
        data = pathlib.Path(request["floatEdges"]).read_bytes()
        pathlib.Path(request["to"]).write_bytes(with_float_edges(data))
        return {}
    return versions()


def main():
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception as error:  # noqa: BLE001: whatever it is, the other side reports it
            reply = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
