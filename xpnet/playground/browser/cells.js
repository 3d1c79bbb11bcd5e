// The values of a layer as cells: blue above 0, orange below, as strong as beside its largest.
const WIDTH = 280;
const SIZES = [[10, 28], [250, 11], [1000, 7], [16000, 4], [Infinity, 2]]; // values, pixels of each

function colour(name) {
  const text = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  return [1, 3, 5].map((k) => parseInt(text.slice(k, k + 2), 16));
}

class Cells {
  constructor(canvas, count) {
    const [, size] = SIZES.find(([number]) => count <= number);
    const rows = Math.ceil(count / Math.floor(WIDTH / size));
    const columns = Math.ceil(count / rows);
    [canvas.width, canvas.height] = [columns, rows];
    canvas.style.width = `${columns * size}px`;
    this.context = canvas.getContext("2d");
    this.image = this.context.createImageData(columns, rows);
  }

  show(values) {
    const [none, above, below] = ["shape", "forward", "backward"].map(colour);
    const largest = most(values.map(Math.abs));
    values.forEach((value, k) => {
      const strength = largest ? Math.abs(value) / largest : 0;
      const full = value < 0 ? below : above;
      const mixed = none.map((part, channel) => part + strength * (full[channel] - part));
      this.image.data.set([...mixed, 255], 4 * k);
    });
    this.context.putImageData(this.image, 0, 0);
  }
}
