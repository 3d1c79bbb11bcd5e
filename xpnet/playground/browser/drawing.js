// What is drawn: strokes on a square of light paper, SIZE pixels wide wherever it is shown.
const SIZE = 448;

class Drawing {
  // `changed` is called after every change of the paper.
  constructor(paper, changed) {
    this.context = paper.getContext("2d", { alpha: false, willReadFrequently: true });
    this.context.lineCap = "round";
    this.changed = changed;
    this.strokes = [];
    this.before = []; // the strokes before each change, for undo
    this.paint();
  }

  begin(point, width) {
    this.before.push(this.strokes);
    this.strokes = [...this.strokes, { width, points: [point] }];
    this.dot(point, width);
    this.changed();
  }

  extend(point) {
    const { width, points } = this.strokes.at(-1);
    this.segment(points.at(-1), point, width);
    points.push(point);
    this.changed();
  }

  erase() {
    if (!this.strokes.length) return;
    this.before.push(this.strokes);
    this.strokes = [];
    this.paint();
  }

  // The last stroke, or the last erasing.
  undo() {
    if (!this.before.length) return;
    this.strokes = this.before.pop();
    this.paint();
  }

  // Repeats what drew each stroke, so that the pixels are those of before.
  paint() {
    this.context.fillStyle = "#ffffff";
    this.context.fillRect(0, 0, SIZE, SIZE);
    for (const { width, points } of this.strokes) {
      this.dot(points[0], width);
      points.slice(1).forEach((point, k) => this.segment(points[k], point, width));
    }
    this.changed();
  }

  dot([x, y], width) {
    this.context.fillStyle = "#000000";
    this.context.beginPath();
    this.context.arc(x, y, width / 2, 0, 2 * Math.PI);
    this.context.fill();
  }

  segment([x, y], [toX, toY], width) {
    this.context.lineWidth = width;
    this.context.beginPath();
    this.context.moveTo(x, y);
    this.context.lineTo(toX, toY);
    this.context.stroke();
  }

  // The paper's pixels, from 0 (black) to 255. Red, green and blue are equal.
  gray() {
    const { data } = this.context.getImageData(0, 0, SIZE, SIZE);
    const values = new Uint8Array(SIZE * SIZE);
    for (let k = 0; k < values.length; k++) values[k] = data[4 * k];
    return { height: SIZE, width: SIZE, values };
  }
}
