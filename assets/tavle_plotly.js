/* Plotly 4 shows a "Share chart" button that hands the chart's data to an outside cloud. It is switched off here for every
   chart of the page, whichever way Plotly gets onto it: dcc.Graph loads it late, so the moment it puts its name on the
   window is the moment to tell it. The content security policy would not stop the button: it opens a new window. */
(function () {
  "use strict";
  var loaded;

  function quiet(plotly) {
    if (plotly && typeof plotly.setPlotConfig === "function") {
      plotly.setPlotConfig({ showSendToCloud: false, showEditInChartStudio: false, plotlyServerURL: "" });
    }
    return plotly;
  }

  if (window.Plotly) { quiet(window.Plotly); return; }
  Object.defineProperty(window, "Plotly", {
    configurable: true,
    enumerable: true,
    get: function () { return loaded; },
    set: function (plotly) { loaded = quiet(plotly); }
  });
})();
