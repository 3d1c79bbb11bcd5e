// The drawing in the form of MNIST's digits: xpnet/datasets/picture.py says how, and in the same
// whole numbers this gives the same pixels. An image is {height, width, values}, row by row.
const LONGEST = 140;
const LEAST_CONTRAST = 24;
const SHARE = 3;

// Pixels from 0 to 255, side x side of them; null where nothing is drawn.
function mnistLike(gray, side) {
  const found = ink(shrunk(gray));
  if (!found) return null;
  const box = cropped(found);
  const { height, width, values } = sums(box, ...fitted(box, Math.max(1, rounded(5 * side, 7))));
  const largest = most(values);
  const pixels = values.map((value) => rounded(255 * value, largest));
  return placed({ height, width, values: pixels }, side);
}

function shrunk(gray) {
  const { height, width } = gray;
  if (Math.max(height, width) <= LONGEST) return gray;
  const means = sums(gray, ...fitted(gray, LONGEST));
  return { ...means, values: means.values.map((value) => rounded(value, height * width)) };
}

function ink({ height, width, values }) {
  const onBorder = (_, k) => {
    const [row, column] = [Math.floor(k / width), k % width];
    return row === 0 || row === height - 1 || column === 0 || column === width - 1;
  };
  const edge = values.filter(onBorder).sort();
  const paper = edge[Math.floor((edge.length - 1) / 2)];
  const lighter = values.map((value) => Math.max(value - paper, 0));
  const darker = values.map((value) => Math.max(paper - value, 0));
  const squares = (numbers) => numbers.reduce((total, number) => total + number ** 2, 0);
  const found = squares(lighter) >= squares(darker) ? lighter : darker;
  const largest = most(found);
  if (largest < LEAST_CONTRAST) return null;
  return { height, width, values: found.map((far) => (SHARE * far < largest ? 0 : far)) };
}

function cropped({ width, values }) {
  const [rows, columns] = [new Set(), new Set()];
  values.forEach((value, k) => {
    if (value === 0) return;
    rows.add(Math.floor(k / width));
    columns.add(k % width);
  });
  const [top, bottom] = [Math.min(...rows), Math.max(...rows)];
  const [left, right] = [Math.min(...columns), Math.max(...columns)];
  const inside = (_, k) => {
    const [row, column] = [Math.floor(k / width), k % width];
    return top <= row && row <= bottom && left <= column && column <= right;
  };
  return { height: bottom - top + 1, width: right - left + 1, values: values.filter(inside) };
}

function fitted({ height, width }, longest) {
  const longer = Math.max(height, width);
  return [height, width].map((size) => Math.max(1, rounded(longest * size, longer)));
}

// The image in so many rows and columns: averages, times the number of its pixels.
function sums(image, height, width) {
  const rows = overlaps(height, image.height);
  const columns = overlaps(width, image.width);
  const values = new Float64Array(height * width);
  rows.forEach((rowParts, i) => {
    for (const [row, tall] of rowParts) {
      columns.forEach((columnParts, j) => {
        for (const [column, wide] of columnParts) {
          values[i * width + j] += tall * wide * image.values[row * image.width + column];
        }
      });
    }
  });
  return { height, width, values };
}

// For each of `parts` the pixels, of `size`, under it, and how much: a pixel is `parts` long.
function overlaps(parts, size) {
  return Array.from({ length: parts }, (_, part) => {
    const found = [];
    for (let pixel = Math.floor((part * size) / parts); pixel * parts < (part + 1) * size; pixel++) {
      const end = Math.min((part + 1) * size, (pixel + 1) * parts);
      found.push([pixel, end - Math.max(part * size, pixel * parts)]);
    }
    return found;
  });
}

function placed({ height, width, values }, side) {
  const [rows, columns] = [new Float64Array(height), new Float64Array(width)];
  values.forEach((value, k) => {
    rows[Math.floor(k / width)] += value;
    columns[k % width] += value;
  });
  const [top, left] = [start(rows, side), start(columns, side)];
  const made = new Uint8Array(side * side);
  values.forEach((value, k) => {
    made[(top + Math.floor(k / width)) * side + left + (k % width)] = value;
  });
  return made;
}

// Where the box begins on an axis along which its mass is this.
function start(mass, side) {
  const total = mass.reduce((sum, part) => sum + part, 0);
  const moment = mass.reduce((sum, part, k) => sum + part * k, 0);
  const begun = rounded(Math.floor(side / 2) * total - moment, total);
  return Math.min(Math.max(begun, 0), side - mass.length);
}

// The quotient of whole numbers as the nearest one; a half is rounded up.
function rounded(numerator, denominator) {
  return Math.floor((2 * numerator + denominator) / (2 * denominator));
}

function most(numbers) {
  return numbers.reduce((one, other) => Math.max(one, other));
}
