"use strict";
// The page is whole without this script. It hides what is not reached yet and goes step by step:
// parts with data-from="4" appear at step 4, those with data-at="4 9" are at work in steps 4 and 9.
{
  const find = (id) => document.getElementById(id);
  const box = find("picture");
  const svg = box.querySelector("svg");
  const player = find("player");
  const items = [...find("steps").children];
  const play = find("play");
  const playing = play.textContent;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let now = 0;
  let timer = 0;

  function show(step) {
    now = Math.max(0, Math.min(step, items.length));
    const item = items[now - 1];
    svg.dataset.direction = item ? item.dataset.direction : "";
    for (const part of svg.querySelectorAll("[data-from]")) {
      part.classList.toggle("later", now < Number(part.dataset.from));
      part.classList.toggle("new", now > 0 && now === Number(part.dataset.from));
    }
    for (const part of svg.querySelectorAll("[data-at]")) {
      part.classList.toggle("at-work", part.dataset.at.split(" ").includes(String(now)));
    }
    tell(item);
    find("done").style.width = `${(100 * now) / Math.max(items.length, 1)}%`;
    find("reset").setAttribute("aria-disabled", now === 0);
    find("back").setAttribute("aria-disabled", now === 0);
    find("next").setAttribute("aria-disabled", now === items.length);
    follow();
  }

  function tell(item) {
    const progress = document.createElement("p");
    progress.className = "progress";
    progress.textContent = (item ? player.dataset.step : player.dataset.start)
      .replace("{steps}", items.length)
      .replace("{step}", now)
      .replace("{direction}", item ? item.querySelector("span").textContent : "");
    const lines = item ? item.cloneNode(true).querySelectorAll("p") : [];
    find("status").replaceChildren(progress, ...lines);
  }

  // Scrolls the box, never the page: to the node at work and as many of its new numbers as fit.
  function follow() {
    const node = svg.querySelector(".node.at-work");
    if (!node) {
      box.scrollTo({ left: 0, top: 0 });
      return;
    }
    const view = box.getBoundingClientRect();
    const middle = (place) => [(place.left + place.right) / 2, (place.top + place.bottom) / 2];
    const [x, y] = middle(node.getBoundingClientRect());
    const away = (place) => Math.hypot(middle(place)[0] - x, middle(place)[1] - y);
    const places = [node, ...svg.querySelectorAll(".new")]
      .map((part) => part.getBoundingClientRect())
      .sort((one, other) => away(one) - away(other));
    const shift = (start, end) => {
      let [first, last] = [places[0][start], places[0][end]];
      for (const place of places) {
        const wider = [Math.min(first, place[start]), Math.max(last, place[end])];
        if (wider[1] - wider[0] <= view[end] - view[start] - 16) [first, last] = wider;
      }
      if (first >= view[start] && last <= view[end]) return 0;
      return (first + last - view[start] - view[end]) / 2;
    };
    const behavior = still.matches ? "instant" : "smooth";
    box.scrollBy({ left: shift("left", "right"), top: shift("top", "bottom"), behavior });
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = playing;
  }

  function go(step) {
    stop();
    show(step);
  }

  function toggle() {
    if (timer) {
      stop();
      return;
    }
    show(now === items.length ? 0 : now + 1);
    if (now === items.length) return;
    play.textContent = play.dataset.pause;
    timer = setInterval(() => {
      show(now + 1);
      if (now === items.length) stop();
    }, Number(player.dataset.wait));
  }

  function press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const acts = {
      ArrowRight: () => go(now + 1),
      ArrowLeft: () => go(now - 1),
      Home: () => go(0),
      End: () => go(items.length),
      " ": toggle,
    };
    const shifted = { ArrowRight: 80, ArrowLeft: -80 }[event.key];
    const itself = event.key === " " && event.target.closest("button, summary");
    if (event.shiftKey && shifted) box.scrollBy({ left: shifted });
    else if (!acts[event.key] || event.shiftKey || itself) return;
    else acts[event.key]();
    event.preventDefault();
  }

  find("reset").addEventListener("click", () => go(0));
  find("back").addEventListener("click", () => go(now - 1));
  find("next").addEventListener("click", () => go(now + 1));
  play.addEventListener("click", toggle);
  document.addEventListener("keydown", press);
  for (const details of document.querySelectorAll("details")) {
    details.open = false;
    let open = false;
    addEventListener("beforeprint", () => ([open, details.open] = [details.open, true]));
    addEventListener("afterprint", () => (details.open = open));
  }
  player.hidden = false;
  show(0);
}
