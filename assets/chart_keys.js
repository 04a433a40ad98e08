/* The indicator page without the server: arrow keys step through the points of the chart and a polite live region speaks
   them, Enter on one asks what to do with it, a button swaps chart and table, the dialog opens and closes, and the
   browser says whether it is as narrow as a phone. */
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

  // ---- the dialog: opened at once, filled by the server

  function dialog() { return document.getElementById("indicator-dialog"); }

  function open(what, about) {
    var box = dialog();
    if (!box) { return; }
    if (!box.open) {
      window.dash_clientside.set_props("indicator-form", { html: "" });
      box.showModal();
    }
    window.dash_clientside.set_props("indicator-ask", { data: { what: what, about: about, at: Date.now() } });
  }

  function periodAt(view, at, count) {
    // The chart shows the latest of them.
    return view && view.periods && view.periods[view.periods.length - count + at];
  }

  // Plotly's own points know their place only; the page's view knows the periods.
  var shown = null;

  document.addEventListener("click", function (event) {
    var from = event.target.closest ? event.target : event.target.parentElement;
    var asks = from.closest("button[data-ask]");
    if (asks) {
      var menu = asks.closest("details.menu");
      if (menu) { menu.open = false; }
      open(asks.getAttribute("data-ask"), asks.getAttribute("data-about"));
      return;
    }
    if (from.closest("[data-dialog-close]") || from === dialog()) { dialog().close(); }
  });

  document.addEventListener("keydown", function (event) {
    var steps = event.target.closest && event.target.closest("#indicator-steps");
    if (!steps || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === "Escape") { window.Plotly.Fx.unhover(graph(steps)); return; }
    if (event.key === "Enter" && position !== null) {
      var plot = graph(steps), trace = plot ? hoverTrace(plot) : -1;
      var day = trace < 0 ? null : periodAt(shown, position, plot.data[trace].x.length);
      if (day) { event.preventDefault(); open("point", day); }
      return;
    }
    if (step(steps, event.key)) { event.preventDefault(); }
  });

  document.addEventListener("focusout", function (event) {
    // While the dialog asks about the point, one stays on it.
    if (event.target.id !== "indicator-steps" || (dialog() && dialog().open)) { return; }
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
        shown = view;
        return view && phone.matches !== view.narrow ? phone.matches : window.dash_clientside.no_update;
      },
      // A click with a mouse asks as Enter does; a finger only reads.
      clicked: function (click, view) {
        var point = click && click.points && click.points[0];
        var plot = document.querySelector("#indicator-graph .js-plotly-plot");
        if (!point || !plot || !window.matchMedia("(pointer: fine)").matches) { return window.dash_clientside.no_update; }
        var day = periodAt(view, point.pointNumber, plot.data[hoverTrace(plot)].x.length);
        if (point.curveNumber !== hoverTrace(plot) || !day) { return window.dash_clientside.no_update; }
        dialog().showModal();
        return { what: "point", about: day, at: Date.now() };
      },
      done: function () {
        var box = dialog();
        if (box && box.open) { box.close(); }
        window.setTimeout(function () {
          var said = document.querySelector("#indicator [data-focus-next]");
          if (said) { said.focus(); }
        }, 0);
        return "";
      }
    }
  });
})();
