/* The indicator page without the server: arrow keys step through the points of the chart and a polite live region speaks
   them, a button swaps chart and table, and the browser says whether it is as narrow as a phone. */
(function () {
  "use strict";
  var phone = window.matchMedia("(max-width: 640px)");
  var position = null;

  function graph(steps) { return steps.querySelector(".js-plotly-plot"); }

  function hoverTrace(plot) {
    var index = -1;
    (plot.data || []).forEach(function (trace, i) { if (trace.name === "hover") { index = i; } });
    return index;
  }

  function step(steps, key) {
    var plot = graph(steps), trace = plot ? hoverTrace(plot) : -1;
    if (trace < 0) { return false; }
    var last = plot.data[trace].x.length - 1;
    if (position === null || position > last) { position = last + (key === "ArrowLeft" ? 1 : 0); }
    var next = { ArrowLeft: position - 1, ArrowRight: position + 1, Home: 0, End: last }[key];
    if (next === undefined) { return false; }
    position = Math.max(0, Math.min(last, next));
    document.getElementById("indicator-spoken").textContent = plot.data[trace].customdata[position];
    window.Plotly.Fx.hover(plot, [{ curveNumber: trace, pointNumber: position }]);
    return true;
  }

  document.addEventListener("keydown", function (event) {
    var steps = event.target.closest && event.target.closest("#indicator-steps");
    if (!steps || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === "Escape") { window.Plotly.Fx.unhover(graph(steps)); return; }
    if (step(steps, event.key)) { event.preventDefault(); }
  });

  document.addEventListener("focusout", function (event) {
    if (event.target.id !== "indicator-steps") { return; }
    position = null;
    var plot = graph(event.target);
    if (plot && window.Plotly) { window.Plotly.Fx.unhover(plot); }
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("button[data-swap]");
    if (!button) { return; }
    var ids = button.getAttribute("data-swap").split(" ");
    var shows = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shows));
    document.getElementById(ids[0]).classList.toggle("is-away", shows);
    document.getElementById(ids[1]).classList.toggle("is-away", !shows);
    if (!shows) { window.dispatchEvent(new Event("resize")); }
  });

  phone.addEventListener("change", function () {
    if (document.getElementById("indicator-graph")) {
      window.dash_clientside.set_props("indicator-narrow", { data: phone.matches });
    }
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    tavle_chart: {
      fit: function (view) {
        position = null;
        return view && phone.matches !== view.narrow ? phone.matches : window.dash_clientside.no_update;
      }
    }
  });
})();
