// The words of the page, in the language that the reader chooses.
class Language {
  constructor(words, switching) {
    this.words = words;
    switching.addEventListener("click", () => this.choose(this.say("other")));
  }

  say(name, values = {}) {
    const word = this.words[document.documentElement.lang][name];
    return word.replace(/\{(\w+)\}/g, (_, field) => values[field]);
  }

  choose(language) {
    document.documentElement.lang = language;
    for (const part of document.querySelectorAll("[data-word]")) {
      part.textContent = this.say(part.dataset.word, part.dataset);
    }
    for (const part of document.querySelectorAll("[data-label]")) {
      part.ariaLabel = this.say(part.dataset.label);
    }
    document.getElementById("language").lang = this.say("other");
    document.dispatchEvent(new Event("language"));
  }
}
