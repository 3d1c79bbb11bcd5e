// The probabilities as bars, and the likeliest class in words.
function percent(probability) {
  return `${(100 * probability).toFixed(1)} %`;
}

function likeliest(probabilities) {
  return probabilities.indexOf(most(probabilities));
}

class Answer {
  constructor(bars, answer, classes) {
    this.answer = answer;
    this.classes = classes;
    this.rows = classes.map((name) => {
      const row = bars.insertRow();
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = name;
      const bar = document.createElement("div");
      row.append(head);
      row.insertCell().append(bar);
      return { row, bar, number: row.insertCell() };
    });
  }

  // Of nothing drawn there are no probabilities.
  show(probabilities) {
    const top = probabilities ? likeliest(probabilities) : -1;
    this.rows.forEach(({ row, bar, number }, k) => {
      row.classList.toggle("likeliest", k === top);
      bar.style.width = probabilities ? `${100 * probabilities[k]}%` : "0";
      number.textContent = probabilities ? percent(probabilities[k]) : "";
    });
    const [name, probability] = this.answer.children;
    name.textContent = probabilities ? this.classes[top] : "?";
    probability.textContent = probabilities ? percent(probabilities[top]) : "";
  }
}
