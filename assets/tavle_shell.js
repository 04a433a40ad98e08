/* The frame around the pages: navigation without reload, the context bar writes to the address, theme, menu, focus.
   Works on the sign-in and error pages too, where there is no Dash. */
(function () {
  "use strict";
  var hasDash = function () { return !!document.getElementById("react-entry-point"); };

  function each(selector, action) { Array.prototype.forEach.call(document.querySelectorAll(selector), action); }

  function go(href) {
    if (!hasDash()) { window.location.assign(href); return; }
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  function plain(event) {
    return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  }

  function here() { return window.location.pathname + window.location.search; }

  // The clipboard is there over HTTPS and on this machine only; elsewhere the old way does it.
  function copy(button) {
    var text = button.getAttribute("data-copy"), label = button.textContent, said = button.getAttribute("data-copied");
    function done() {
      if (!said) { return; }
      button.textContent = said;
      window.setTimeout(function () { button.textContent = label; }, 2500);
    }
    if (navigator.clipboard) { navigator.clipboard.writeText(text).then(done); return; }
    var field = document.createElement("textarea");
    field.value = text;
    field.className = "visually-hidden";
    document.body.appendChild(field);
    field.select();
    var is_copied = document.execCommand("copy");
    field.remove();
    button.focus();
    if (is_copied) { done(); }
  }

  // ---- clicks: one listener, so that what Dash draws later is covered too
  document.addEventListener("click", function (event) {
    var target = event.target.closest ? event.target : event.target.parentElement;
    each("details.menu[open]", function (menu) { if (!menu.contains(target)) { menu.open = false; } });

    var link = target.closest("a[data-app-link]");
    if (link && plain(event) && hasDash()) {
      event.preventDefault();
      each("details.menu[open]", function (menu) { menu.open = false; });
      go(link.getAttribute("href"));
      window.scrollTo(0, 0);
      return;
    }
    link = target.closest("a[data-here]");
    if (link) { link.href = link.pathname + "?next=" + encodeURIComponent(here()); return; }
    link = target.closest("a[data-theme-switch]");
    if (link && plain(event)) { event.preventDefault(); nextTheme(); return; }

    var button = target.closest("button");
    if (!button) { return; }
    if (button.hasAttribute("data-copy")) {
      copy(button);
    } else if (button.hasAttribute("data-close")) {
      window.dash_clientside.set_props(button.getAttribute("data-close"), { html: "" });
    } else if (button.hasAttribute("data-more")) {
      var isOpen = button.form.classList.toggle("is-open");
      button.setAttribute("aria-expanded", String(isOpen));
    } else if (button.hasAttribute("data-show-password")) {
      var field = document.getElementById(button.getAttribute("aria-controls"));
      var shown = field.type === "password";
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
    }
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    each("details.menu[open]", function (menu) { menu.open = false; menu.querySelector("summary").focus(); });
  });

  // A button that needs this script shows itself only where the script runs.
  each("button[data-show-password]", function (button) { button.hidden = false; });

  // ---- the context bar writes its choice to the address; the page follows the address
  document.addEventListener("change", function (event) {
    var form = event.target.closest && event.target.closest("form[data-context]");
    if (!form) { return; }
    var field = event.target;
    // A box that is not ticked has a word of its own for the address.
    var value = field.type === "checkbox" && !field.checked ? field.getAttribute("data-off") : field.value;
    if (!value) { return; }
    var address = new URL(window.location.href);
    address.searchParams.set("v", form.getAttribute("data-version"));
    address.searchParams.set(field.name, value);
    go(address.pathname + address.search);
  });

  // ---- theme: a cookie tells the server, an attribute tells the style sheets, a store tells the figures
  var THEMES = ["auto", "light", "dark", "contrast"];
  var ICONS = { auto: "#i-sun", light: "#i-sun", dark: "#i-moon", contrast: "#i-eye" };

  function keep(name, value) {
    document.cookie = name + "=" + value + ";path=/;max-age=31536000;samesite=lax" +
      (window.location.protocol === "https:" ? ";secure" : "");
  }

  function preferred() {
    if (window.matchMedia("(prefers-contrast: more)").matches) { return "contrast"; }
    return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  function tellFigures(theme) {
    keep("tavle_scheme", preferred());
    if (hasDash() && window.dash_clientside && window.dash_clientside.set_props) {
      window.dash_clientside.set_props("theme", { data: theme + " " + Date.now() });
    }
  }

  function nextTheme() {
    var now = document.documentElement.getAttribute("data-theme") || "auto";
    var theme = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
    if (theme === "auto") { document.documentElement.removeAttribute("data-theme"); }
    else { document.documentElement.setAttribute("data-theme", theme); }
    keep("tavle_theme", theme);
    each("a[data-theme-switch]", function (link) {
      var name = function (key) { return link.getAttribute("data-name-" + key); };
      var following = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
      var label = link.getAttribute("data-label").replace("{now}", name(theme)).replace("{next}", name(following));
      var words = link.querySelector("[data-theme-words]");
      if (words) { words.textContent = link.getAttribute("data-label-words").replace("{now}", name(theme)); }
      else { link.setAttribute("aria-label", label); }
      link.href = "/tema/" + following + "?next=" + encodeURIComponent(here());
      link.querySelector("use").setAttribute("href", ICONS[theme]);
    });
    tellFigures(theme);
  }

  keep("tavle_scheme", preferred());
  ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"].forEach(function (query) {
    window.matchMedia(query).addEventListener("change", function () {
      if (!document.documentElement.hasAttribute("data-theme")) { tellFigures("auto"); }
    });
  });

  // ---- a page has arrived: bring the frame in line with it
  var lastPath = null;

  function focusHeading(tries) {
    var heading = document.querySelector("#main h1");
    if (heading) {
      if (!heading.hasAttribute("tabindex")) { heading.setAttribute("tabindex", "-1"); }
      heading.focus({ preventScroll: true });
    } else if (tries > 0) {
      window.setTimeout(focusHeading, 50, tries - 1);
    }
  }

  function arrived(page) {
    if (!page) { return window.dash_clientside.no_update; }
    var skeleton = document.getElementById("skeleton");
    if (skeleton) { skeleton.remove(); }
    document.title = page.title;
    each(".topbar a[data-path]", function (link) {
      var path = link.getAttribute("data-path");
      if (page.links[path]) { link.setAttribute("href", page.links[path]); }
      if (path === page.current) { link.setAttribute("aria-current", "page"); }
      else { link.removeAttribute("aria-current"); }
    });
    each("[data-field]", function (label) {
      var key = label.getAttribute("data-field");
      var select = label.querySelector("select");
      label.hidden = page.fields.indexOf(key) === -1;
      if (page.values[key] && select.value !== page.values[key]) { select.value = page.values[key]; }
    });
    var day = document.querySelector(".ctxbar__end");
    if (day) { day.textContent = page.day; }
    // Focus follows to a new page, as it would in a page that is loaded anew; a changed choice leaves it where it is.
    if (lastPath !== null && lastPath !== window.location.pathname) { focusHeading(60); }
    lastPath = window.location.pathname;
    return page.title;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { tavle: { arrived: arrived } });

  // Never a blank page: if nothing has come after a while, say so.
  window.setTimeout(function () {
    var skeleton = document.getElementById("skeleton");
    if (!skeleton) { return; }
    var line = document.createElement("p");
    line.className = "hint skeleton__slow";
    line.setAttribute("role", "status");
    line.textContent = skeleton.getAttribute("data-slow");
    skeleton.prepend(line);
  }, 15000);
})();
