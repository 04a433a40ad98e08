/* Effekt: the arrow keys step through the months of the event study, and a polite live region speaks the one that is
   shown; pointing at a month says the same. */
(function () {
  "use strict";

  function shown(box) {
    return Array.prototype.filter.call(box.querySelectorAll("[data-said]"), function (point) {
      return point.getBoundingClientRect().width > 0;
    });
  }

  function say(box, point) {
    Array.prototype.forEach.call(box.querySelectorAll(".is-at"), function (old) { old.classList.remove("is-at"); });
    var card = box.closest(".ev-card"), said = card && card.querySelector(".ev-said");
    if (point) { point.classList.add("is-at"); }
    if (said) { said.textContent = point ? point.getAttribute("data-said") : ""; }
  }

  document.addEventListener("keydown", function (event) {
    var box = event.target.closest && event.target.closest("[data-steps]");
    if (!box || event.target !== box || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === "Escape") { say(box, null); return; }
    var points = shown(box), last = points.length - 1;
    var at = points.findIndex(function (point) { return point.classList.contains("is-at"); });
    var start = points.findIndex(function (point) { return point.classList.contains("ev-pt") && !/--/.test(point.getAttribute("class")); });
    var next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (next === undefined || last < 0) { return; }
    if (at < 0 && /^Arrow/.test(event.key)) { next = Math.max(0, start); }
    event.preventDefault();
    say(box, points[Math.max(0, Math.min(last, next))]);
  });

  document.addEventListener("pointerover", function (event) {
    var point = event.target.closest && event.target.closest("[data-steps] [data-said]");
    if (point) { say(point.closest("[data-steps]"), point); }
  });

  document.addEventListener("focusout", function (event) {
    if (event.target.matches && event.target.matches("[data-steps]")) { say(event.target, null); }
  });
}());
