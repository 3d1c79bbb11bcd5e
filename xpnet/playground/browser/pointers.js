// Mouse, pen and finger draw: one pointer at a time, from its going down to its coming up.
function drawByPointer(paper, drawing, width) {
  let pointer = null;

  function place(event) {
    const { left, top, width, height } = paper.getBoundingClientRect();
    return [((event.clientX - left) * SIZE) / width, ((event.clientY - top) * SIZE) / height];
  }

  paper.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    paper.setPointerCapture(pointer);
    drawing.begin(place(event), width());
  });
  paper.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    // a browser may report several places of a quick pointer in one event
    const places = event.getCoalescedEvents?.() ?? [];
    for (const one of places.length ? places : [event]) drawing.extend(place(one));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    paper.addEventListener(end, (event) => {
      if (event.pointerId === pointer) pointer = null;
    });
  }
}
