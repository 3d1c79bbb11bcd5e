// The forward pass: each layer on what the one before it gave, in float64.
const NUMBERS = { float32: Float32Array, float64: Float64Array };

// Little-endian numbers, as every browser's machine has them.
function decoded(base64, dtype) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new NUMBERS[dtype](bytes.buffer);
}

const LAYERS = {
  // y = x @ W + b; an input of 0, such as a pixel without ink, adds nothing
  Affine({ W, b }, x) {
    const y = Float64Array.from(b);
    x.forEach((value, i) => {
      if (value === 0) return;
      for (let j = 0, k = i * y.length; j < y.length; j++, k++) y[j] += value * W[k];
    });
    return y;
  },
  Relu: (_, x) => x.map((value) => (value > 0 ? value : 0)),
  LeakyRelu: ({ slope }, x) => x.map((value) => (value > 0 ? value : slope * value)),
  Tanh: (_, x) => x.map(Math.tanh),
  Sigmoid: (_, x) => x.map((value) => 1 / (1 + Math.exp(-value))), // 1 / Infinity is 0
};

function softmax(scores) {
  const largest = most(scores); // exp(score - largest) cannot overflow
  const powers = scores.map((score) => Math.exp(score - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

class Network {
  constructor({ dtype, scale, layers }) {
    this.scale = scale;
    this.layers = layers.map(({ name, kind, params, options }) => {
      const arrays = Object.entries(params).map(([key, text]) => [key, decoded(text, dtype)]);
      return { name, kind, ...options, ...Object.fromEntries(arrays) };
    });
  }

  // What each layer gives for pixels from 0 to 255, and the probabilities.
  forward(pixels) {
    let x = Float64Array.from(pixels, (pixel) => pixel * this.scale);
    const activations = this.layers.map((layer) => (x = LAYERS[layer.kind](layer, x)));
    return { activations, probabilities: softmax(x) };
  }
}
