/* What happens when an answer does not come, or is a refusal: signed out means to the sign-in page and back here after it;
   anything else is said in words with its reference. Wraps fetch, which Dash's renderer uses for all it asks. */
(function () {
  "use strict";
  var fetch = window.fetch;
  var leaving = false;

  function toSignIn() {
    if (leaving) { return; }
    leaving = true;
    var here = window.location.pathname + window.location.search;
    window.location.assign("/log-ind?next=" + encodeURIComponent(here));
  }

  function words(key) {
    var place = document.getElementById("react-entry-point");
    var frame = place && place.closest("main");
    return frame && frame.getAttribute("data-" + key) || "";
  }

  function escaped(text) {
    var holder = document.createElement("span");
    holder.textContent = text;
    return holder.innerHTML;
  }

  function say(message, reference) {
    var html = '<div class="toast__box" role="alert"><p>' + escaped(message) +
      (reference ? " <code>" + escaped(reference) + "</code>" : "") + "</p>" +
      '<button type="button" class="btn btn--quiet btn--icon btn--sm" data-close="toast" aria-label="' +
      escaped(words("close")) + '"><svg class="ico ico--16" aria-hidden="true"><use href="#i-x"/></svg></button></div>';
    try {
      window.dash_clientside.set_props("toast", { html: html });
    } catch (error) {
      var skeleton = document.getElementById("skeleton");
      if (skeleton) { skeleton.innerHTML = html; }
    }
  }

  window.fetch = function (resource, options) {
    var address = typeof resource === "string" ? resource : resource && resource.url || "";
    var ours = address.indexOf("/_dash-") !== -1;
    return fetch.apply(window, arguments).then(function (answer) {
      if (ours && answer.status === 401) {
        toSignIn();
        return new Promise(function () {}); // the page is going away: nobody needs an answer any more
      }
      if (ours && answer.status >= 400) {
        answer.clone().json().then(function (told) { say(told.message, told.reference); }, function () {
          // Not our words: a proxy in front, or a server on its way down or up.
          say(words("broken") + " (" + answer.status + ")", "");
        });
      }
      return answer;
    }, function (error) {
      // A question that was taken back, because a newer one took its place, is no loss.
      if (ours && !leaving && !(error && error.name === "AbortError")) { say(words("gone"), ""); }
      throw error;
    });
  };

  window.addEventListener("pagehide", function () { leaving = true; });

  // A page that the browser kept in memory must not come back after signing out.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) { window.location.reload(); }
  });
})();
