// From the drawing to the answer, once for each picture that the screen shows.
const find = (id) => document.getElementById(id);
const saved = JSON.parse(find("saved").textContent);
const network = new Network(saved);
const language = new Language(JSON.parse(find("words").textContent), find("language"));
const answer = new Answer(find("bars"), find("answer"), saved.classes);
const input = find("input").getContext("2d");
const layers = network.layers.map((layer, k) => {
  const item = find("layers").children[k];
  return { cells: new Cells(item.querySelector("canvas"), saved.layers[k].size), item };
});
const QUIET = 600; // milliseconds without a change, after which the answer is spoken
let seen = null; // what the page shows: of nothing drawn there is no picture
let waiting = false;
let timer = 0;

function look() {
  waiting = false;
  const pixels = mnistLike(drawing.gray(), saved.side);
  seen = { pixels, ...(pixels ? network.forward(pixels) : {}) };
  show();
  clearTimeout(timer);
  timer = setTimeout(speak, QUIET);
}

function show() {
  const image = input.createImageData(saved.side, saved.side);
  for (let k = 0; k < saved.side ** 2; k++) {
    const light = seen.pixels ? seen.pixels[k] : 0;
    image.data.set([light, light, light, 255], 4 * k);
  }
  input.putImageData(image, 0, 0);
  layers.forEach(({ cells, item }, k) => {
    const values = seen.activations?.[k];
    cells.show(values ?? new Float64Array(saved.layers[k].size));
    item.querySelector(".range").textContent = values ? range(values) : "";
  });
  answer.show(seen.probabilities);
}

function range(values) {
  const least = values.reduce((one, other) => Math.min(one, other));
  return `${least.toFixed(2)} … ${most(values).toFixed(2)}`.replaceAll("-", "−");
}

function speak() {
  const { probabilities } = seen;
  if (!probabilities) {
    find("spoken").textContent = language.say("nothing");
    return;
  }
  const top = likeliest(probabilities);
  find("spoken").textContent = language.say("spoken", {
    name: saved.classes[top],
    probability: percent(probabilities[top]),
  });
}

function changed() {
  if (!waiting) requestAnimationFrame(look);
  waiting = true;
}

const thickness = find("thickness");
const width = () => Number(thickness.value);
const drawing = new Drawing(find("paper"), changed);
drawByPointer(find("paper"), drawing, width);
const pen = drawByKeys(find("paper"), find("pen"), drawing, width, (word) => {
  find("told").textContent = language.say(word);
});

function act(action) {
  pen.lift();
  drawing[action]();
}

find("undo").addEventListener("click", () => act("undo"));
find("erase").addEventListener("click", () => act("erase"));
thickness.addEventListener("input", pen.show);
document.addEventListener("keydown", (event) => {
  const undoing = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "z";
  if (!undoing && event.key !== "Delete") return;
  act(undoing ? "undo" : "erase");
  event.preventDefault();
});
document.addEventListener("language", speak);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
find("playground").hidden = false;
