// Strokes on a canvas → 28×28 pixels as MNIST has them → a model in a worker thread → ten scores.
import { openInWorker } from "./halfbit.js";

const SIDE = 28;
/** MNIST scales a digit to fit in 20×20 pixels, then puts its centre of mass in the middle of the image. */
const DIGIT = 20;

const paper = document.querySelector("#paper");
const list = document.querySelector("#scores");
const status = document.querySelector("#status");
const pen = paper.getContext("2d", { willReadFrequently: true });
const small = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true });

/** The ink of a canvas, 0 to 255 a pixel: white strokes on nothing. */
const inkOf = (context) =>
  context.getImageData(0, 0, context.canvas.width, context.canvas.height).data.filter((_, i) => i % 4 === 3);

/** What surrounds the ink, and its centre of mass; undefined for an empty canvas. */
function extent(ink, width) {
  let [left, top, right, bottom, sum, x, y] = [width, width, -1, -1, 0, 0, 0];
  ink.forEach((value, i) => {
    if (value === 0) return;
    const [column, row] = [i % width, Math.floor(i / width)];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    sum += value;
    x += value * (column + 0.5);
    y += value * (row + 0.5);
  });
  return sum === 0 ? undefined : { side: Math.max(right - left, bottom - top) + 1, x: x / sum, y: y / sum };
}

/** The drawing as the network's input, or undefined where there is none. */
function digit() {
  const drawn = extent(inkOf(pen), paper.width);
  if (!drawn) return undefined;
  const scale = DIGIT / drawn.side;
  small.clearRect(0, 0, SIDE, SIDE);
  small.imageSmoothingQuality = "high";
  const size = paper.width * scale;
  small.drawImage(paper, SIDE / 2 - drawn.x * scale, SIDE / 2 - drawn.y * scale, size, size);
  return new Uint8Array(inkOf(small));
}

/** Ten rows; `scores` by digit. */
function show(scores) {
  const best = scores.indexOf(Math.max(...scores));
  for (const [i, row] of [...list.children].entries()) {
    row.className = i === best && scores[i] > 0 ? "best" : "";
    row.querySelector("progress").value = scores[i];
    row.querySelector("output").value = `${(100 * scores[i]).toFixed(1)} %`;
  }
}

function clear() {
  pen.clearRect(0, 0, paper.width, paper.height);
  show(new Array(10).fill(0));
}

let last = [0, 0];

/** A line from where the pen was last. */
function draw({ buttons, offsetX, offsetY, type }) {
  if (buttons !== 1) return;
  pen.beginPath();
  if (type === "pointerdown") last = [offsetX, offsetY];
  pen.moveTo(...last);
  last = [offsetX, offsetY];
  pen.lineTo(...last);
  pen.stroke();
}

for (let i = 0; i < 10; i++) {
  const row = document.createElement("li");
  row.append(String(i), document.createElement("progress"), document.createElement("output"));
  list.append(row);
}
Object.assign(pen, { lineWidth: 22, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
clear();

try {
  const session = await openInWorker("mnist.bin");
  status.textContent = `${session.metadata.name}, in a worker thread`;
  const classify = async () => {
    const pixels = digit();
    if (pixels) show([...(await session.run(pixels)).scores]);
  };
  paper.addEventListener("pointerdown", (event) => {
    paper.setPointerCapture(event.pointerId);
    draw(event);
  });
  paper.addEventListener("pointermove", draw);
  paper.addEventListener("pointerup", classify);
  document.querySelector("#clear").addEventListener("click", clear);
} catch (error) {
  status.textContent = error.message;
}
