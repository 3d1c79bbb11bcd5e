// Keys draw: arrows move a pen over the paper, the space bar lowers and lifts it.
const STEP = SIZE / 28;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function drawByKeys(paper, pen, drawing, width, told) {
  let place = [SIZE / 2, SIZE / 2];
  let down = false;

  function show() {
    pen.style.left = `${(100 * place[0]) / SIZE}%`;
    pen.style.top = `${(100 * place[1]) / SIZE}%`;
    pen.style.width = `${(100 * width()) / SIZE}%`;
    pen.classList.toggle("down", down);
  }

  function set(lowered) {
    if (lowered !== down) told(lowered ? "pen_down" : "pen_up");
    down = lowered;
    show();
  }

  function move([right, below], step) {
    const within = (value) => Math.min(Math.max(value, 0), SIZE);
    place = [within(place[0] + right * step), within(place[1] + below * step)];
    if (down) drawing.extend(place);
    show();
  }

  paper.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (MOVES[event.key]) {
      move(MOVES[event.key], event.shiftKey ? STEP / 4 : STEP);
    } else if (event.key === " ") {
      if (!event.repeat) set(!down);
      if (down && !event.repeat) drawing.begin(place, width());
    } else if (event.key === "Escape") {
      set(false);
    } else {
      return;
    }
    event.preventDefault();
  });
  // what else changes the drawing ends the stroke
  paper.addEventListener("pointerdown", () => set(false));
  paper.addEventListener("blur", () => set(false));
  show();
  return { lift: () => set(false), show };
}
