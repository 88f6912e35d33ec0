"""Renews tests/golden/onnx: tiny networks as PyTorch and onnxruntime write them, with their outputs.

  python tools/golden-onnx.py float   needs torch, onnx, onnxscript; outputs are PyTorch's
  python tools/golden-onnx.py qdq     needs onnxruntime, onnx; quantises two of the float networks

The input of every network is x_i = ((7919·i + 13) mod 997) / 498.5 − 1 over its ONNX order.
"""

import json
import os
import sys

import numpy as np
import onnx

FOLDER = os.path.join(os.path.dirname(__file__), "..", "tests", "golden", "onnx")
EXPECTED = os.path.join(FOLDER, "expected.json")


def sample(shape):
    i = np.arange(np.prod(shape), dtype=np.int64)
    return (((7919 * i + 13) % 997) / 498.5 - 1).astype(np.float32).reshape(shape)


def record(name, shape, output):
    known = json.load(open(EXPECTED)) if os.path.exists(EXPECTED) else {}
    known[name] = {"input": list(shape), "shape": list(output.shape), "output": [float(v) for v in output.ravel()]}
    with open(EXPECTED, "w") as file:
        file.write("{\n" + ",\n".join(f"  {json.dumps(k)}: {json.dumps(known[k])}" for k in sorted(known)) + "\n}\n")


def strip(path):
    """What people read and the importer does not: source lines, module paths, intermediate shapes."""
    model = onnx.load(path)
    del model.metadata_props[:], model.graph.value_info[:], model.graph.metadata_props[:]
    for thing in [*model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output]:
        thing.doc_string = ""
        del thing.metadata_props[:]
    onnx.save(model, path)


def export_float():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class LeNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 6, 3)
            self.fc1, self.fc2 = nn.Linear(24, 16), nn.Linear(16, 10)

        def forward(self, x):
            x = F.max_pool2d(F.relu(self.conv1(x)), 2)
            x = F.max_pool2d(F.relu(self.conv2(x)), 2)
            x = x.view(x.size(0), -1)
            return F.softmax(self.fc2(F.relu(self.fc1(x))), dim=1)

    class Vgg(nn.Module):
        def __init__(self):
            super().__init__()
            layers, channels = [], 3
            for width in [4, 0, 6, 6, 0]:
                if width == 0:
                    layers.append(nn.MaxPool2d(2, 2))
                    continue
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
                channels = width
            self.features = nn.Sequential(*layers)
            self.classifier = nn.Sequential(nn.Linear(24, 8), nn.ReLU(True), nn.Dropout(), nn.Linear(8, 5))

        def forward(self, x):
            return self.classifier(torch.flatten(self.features(x), 1))

    class Block(nn.Module):
        def __init__(self, channels, width, stride):
            super().__init__()
            self.conv1, self.bn1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
            self.downsample = (
                nn.Sequential(nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width))
                if stride != 1
                else None
            )

        def forward(self, x):
            y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
            return F.relu(y + (self.downsample(x) if self.downsample else x))

    class ResNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.bn1 = nn.Conv2d(3, 4, 7, 2, 3, bias=False), nn.BatchNorm2d(4)
            self.maxpool = nn.MaxPool2d(3, 2, 1)
            self.layer1, self.layer2 = nn.Sequential(Block(4, 4, 1)), nn.Sequential(Block(4, 6, 2))
            self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(6, 5)

        def forward(self, x):
            x = self.layer2(self.layer1(self.maxpool(F.relu(self.bn1(self.conv1(x))))))
            return self.fc(torch.flatten(self.avgpool(x), 1))

    class Inverted(nn.Module):
        def __init__(self, channels, width, stride, expansion, act):
            super().__init__()
            inner = channels * expansion
            self.residual = stride == 1 and channels == width
            self.conv = nn.Sequential(
                *[nn.Conv2d(channels, inner, 1, bias=False), nn.BatchNorm2d(inner), act()],
                *[nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False), nn.BatchNorm2d(inner), act()],
                *[nn.Conv2d(inner, width, 1, bias=False), nn.BatchNorm2d(width)],
            )

        def forward(self, x):
            return x + self.conv(x) if self.residual else self.conv(x)

    class MobileNet(nn.Module):
        def __init__(self, act):
            super().__init__()
            self.features = nn.Sequential(
                *[nn.Conv2d(3, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4), act()],
                *[Inverted(4, 4, 1, 2, act), Inverted(4, 6, 2, 2, act)],
            )
            self.classifier = nn.Linear(6, 5)

        def forward(self, x):
            return self.classifier(self.features(x).mean([2, 3]))

    class Gated(nn.Module):
        """Squeeze-and-excitation with hard activations, as in MobileNetV3."""

        def __init__(self):
            super().__init__()
            self.conv, self.reduce, self.expand = nn.Conv2d(3, 8, 3, 1, 1), nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1)
            self.out = nn.Conv2d(8, 4, 3, 2)

        def forward(self, x):
            x = F.hardswish(self.conv(x))
            gate = F.hardsigmoid(self.expand(F.relu(self.reduce(F.adaptive_avg_pool2d(x, 1)))))
            return torch.tanh(self.out(x * gate)).mean((2, 3))

    class Fire(nn.Module):
        def __init__(self, channels, squeeze, expand):
            super().__init__()
            self.squeeze = nn.Conv2d(channels, squeeze, 1)
            self.expand1x1, self.expand3x3 = nn.Conv2d(squeeze, expand, 1), nn.Conv2d(squeeze, expand, 3, padding=1)

        def forward(self, x):
            x = F.relu(self.squeeze(x))
            return torch.cat([F.relu(self.expand1x1(x)), F.relu(self.expand3x3(x))], 1)

    class SqueezeNet(nn.Module):
        def __init__(self):
            super().__init__()
            pool = lambda: nn.MaxPool2d(3, 2, ceil_mode=True)  # noqa: E731
            self.features = nn.Sequential(
                nn.Conv2d(3, 6, 3, 2), nn.ReLU(True), pool(), Fire(6, 3, 4), pool(), Fire(8, 3, 4)
            )
            self.classifier = nn.Sequential(nn.Dropout(0.5), nn.Conv2d(8, 5, 1), nn.ReLU(True), nn.AdaptiveAvgPool2d(1))

        def forward(self, x):
            return torch.flatten(self.classifier(self.features(x)), 1)

    class DsCnn(nn.Module):
        def __init__(self):
            super().__init__()
            self.pad = nn.ZeroPad2d((1, 1, 4, 5))
            self.conv1, self.bn1 = nn.Conv2d(1, 4, (10, 4), 2, bias=False), nn.BatchNorm2d(4)
            self.dw, self.pw, self.fc = nn.Conv2d(4, 4, 3, 1, 1, groups=4), nn.Conv2d(4, 6, 1), nn.Linear(6, 12)

        def forward(self, x):
            x = F.relu(self.bn1(self.conv1(self.pad(x.unsqueeze(1)))))
            x = F.avg_pool2d(F.relu(self.pw(F.relu(self.dw(x)))), (25, 5))
            return F.softmax(self.fc(x.squeeze(3).squeeze(2)), -1)

    class AutoEncoder(nn.Module):
        def __init__(self):
            super().__init__()
            widths = [24, 12, 4, 12, 24]
            layers = []
            for a, b in zip(widths, widths[1:]):
                layers += [nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU()]
            self.net = nn.Sequential(*layers[:-2])

        def forward(self, x):
            return self.net(x)

    class Odd(nn.Module):
        """Groups, dilation, counted padding, constants a channel, a transpose at the end."""

        def __init__(self):
            super().__init__()
            self.a = nn.Conv2d(4, 8, 3, padding=2, dilation=2, groups=2)
            self.b = nn.Conv2d(8, 8, (3, 2), stride=(2, 1), padding=(1, 0))
            self.counted = nn.AvgPool2d(3, 2, 1)
            self.inside = nn.AvgPool2d(3, 2, 1, count_include_pad=False, ceil_mode=True)
            self.register_buffer("mean", torch.randn(4, 1, 1))

        def forward(self, x):
            x = self.counted(F.relu6(self.a((x - self.mean) / 0.5)))
            x = 1 - self.inside(torch.sigmoid(self.b(x))) * 2
            return F.softmax(x.permute(0, 2, 3, 1), dim=3)

    class Decomposed(nn.Module):
        """Trained in decomposed form: binary convolution, a scale a channel, binary 1×1 convolution."""

        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(1, 4, 3, padding=1)
            self.conv_v = nn.Conv2d(4, 10, 3, padding=1, bias=False)
            self.d = nn.Parameter(torch.randn(1, 10, 1, 1) * 0.1)
            self.conv_u, self.bn = nn.Conv2d(10, 6, 1, bias=False), nn.BatchNorm2d(6)
            self.fc_v, self.e, self.fc_u = nn.Linear(6, 8, bias=False), nn.Parameter(torch.randn(8)), nn.Linear(8, 5)
            for layer in [self.conv_v, self.conv_u, self.fc_v, self.fc_u]:
                layer.weight.data = torch.where(layer.weight.data < 0, -1.0, 1.0)

        def forward(self, x):
            x = F.relu(self.bn(self.conv_u(self.conv_v(F.relu(self.stem(x))) * self.d)))
            return self.fc_u(self.fc_v(x.mean([2, 3])) * self.e)

    batch = {"dynamic_axes": {"x": {0: "N"}, "y": {0: "N"}}}
    raw = {"do_constant_folding": False, "training": torch.onnx.TrainingMode.PRESERVE}
    networks = {
        "lenet": (LeNet, (1, 1, 12, 12), {"dynamo": False, "opset_version": 13, **batch, **raw}),
        "vgg": (Vgg, (1, 3, 8, 8), {"dynamo": True, "external_data": False}),
        "resnet": (ResNet, (1, 3, 24, 24), {"dynamo": False, "opset_version": 11, **raw}),
        "mobilenetv2": (lambda: MobileNet(nn.ReLU6), (1, 3, 16, 16), {"dynamo": False, "opset_version": 17, **batch}),
        "mobilenet-hardswish": (
            lambda: MobileNet(nn.Hardswish),
            (1, 3, 16, 16),
            {"dynamo": False, "opset_version": 11},
        ),
        "gated": (Gated, (1, 3, 9, 9), {"dynamo": False, "opset_version": 11}),
        "squeezenet": (SqueezeNet, (1, 3, 26, 26), {"dynamo": True, "external_data": False}),
        "dscnn": (DsCnn, (1, 49, 10), {"dynamo": False, "opset_version": 11}),
        "autoencoder": (AutoEncoder, (1, 24), {"dynamo": False, "opset_version": 17, **raw}),
        "odd": (Odd, (1, 4, 13, 11), {"dynamo": True, "external_data": False}),
        "decomposed": (Decomposed, (1, 1, 7, 7), {"dynamo": False, "opset_version": 17}),
    }
    for name, (make, shape, options) in networks.items():
        torch.manual_seed(1)
        network = make().eval()
        for module in network.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                module.running_mean.normal_(0, 0.2)
                module.running_var.uniform_(0.5, 2)
                module.weight.data.uniform_(0.5, 1.5)
                module.bias.data.normal_(0, 0.2)
        if name == "decomposed":  # r_t, a magnitude for each channel of output
            network.conv_u.weight.data *= torch.rand(6, 1, 1, 1) + 0.5
        x = torch.from_numpy(sample(shape))
        path = os.path.join(FOLDER, f"{name}.onnx")
        torch.onnx.export(network, (x,), path, input_names=["x"], output_names=["y"], **options)
        strip(path)
        record(name, shape, network(x).detach().numpy())


def quantise():
    import onnxruntime
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):
        def __init__(self, shape):
            noise = np.random.default_rng(1)
            self.samples = iter([{"x": noise.uniform(-1, 1, shape).astype(np.float32)} for _ in range(8)])

        def get_next(self):
            return next(self.samples, None)

    networks = {
        "lenet-uint8": ("lenet", (1, 1, 12, 12), QuantType.QUInt8, True),
        "mobilenetv2-int8": ("mobilenetv2", (1, 3, 16, 16), QuantType.QInt8, False),
    }
    for name, (source, shape, activations, per_channel) in networks.items():
        path = os.path.join(FOLDER, f"{name}.onnx")
        quantize_static(
            os.path.join(FOLDER, f"{source}.onnx"),
            path,
            Reader(shape),
            quant_format=QuantFormat.QDQ,
            activation_type=activations,
            weight_type=QuantType.QInt8,
            per_channel=per_channel,
        )
        strip(path)
        # Without optimisation: its int8 kernels for x86 saturate sums of products at 16 bits.
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = onnxruntime.InferenceSession(path, options)
        record(name, shape, session.run(None, {"x": sample(shape)})[0])


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    {"float": export_float, "qdq": quantise}[sys.argv[1]]()
