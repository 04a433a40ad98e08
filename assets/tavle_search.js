/* Ctrl+K (find), ? (keys), words explained on the spot, the tour of the demo, and addresses that point into a page.
   Works on the error pages too, where there is no Dash. What is typed is sent to this server and kept nowhere. */
(function () {
  "use strict";
  var find = document.getElementById("find"), keys = document.getElementById("keys");
  if (!find || !find.showModal) { return; }
  var box = document.getElementById("find-q"), list = document.getElementById("find-list");
  var said = document.getElementById("find-said");
  var hits = [], at = -1, waiting = 0, asked = null, cameFrom = null;

  function each(selector, action) { Array.prototype.forEach.call(document.querySelectorAll(selector), action); }
  each("[data-find],[data-keys]", function (button) { button.hidden = false; });

  function cookie(name) {
    var found = document.cookie.split("; ").filter(function (one) { return one.indexOf(name + "=") === 0; })[0];
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function go(href, anew) {
    if (anew || !document.getElementById("react-entry-point")) { window.location.assign(href); return; }
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
    toPlace();
  }

  // ---- an address may end in #word: the page arrives after the browser has looked for it
  function toPlace() {
    var key = window.location.hash.slice(1), tries = 60;
    if (!key) { return; }
    (function look() {
      var place = document.getElementById(decodeURIComponent(key));
      if (place) {
        each(".is-target", function (one) { one.classList.remove("is-target"); });
        place.classList.add("is-target");
        place.scrollIntoView({ block: "center" });
        window.setTimeout(function () { place.focus({ preventScroll: true }); }, 120);
      } else if (tries-- > 0) { window.setTimeout(look, 80); }
    })();
  }
  window.addEventListener("hashchange", toPlace);
  toPlace();

  // ---- find
  function openFind() {
    if (find.open) { box.select(); return; }
    if (keys.open) { keys.close(); }
    cameFrom = document.activeElement;
    find.showModal();
    box.value = "";
    ask();
    box.focus();
  }

  function mark(next) {
    at = hits.length ? (next + hits.length) % hits.length : -1;
    Array.prototype.forEach.call(list.children, function (line, i) {
      line.setAttribute("aria-selected", String(i === at));
      if (i === at) { line.scrollIntoView({ block: "nearest" }); }
    });
    if (at < 0) { box.removeAttribute("aria-activedescendant"); }
    else { box.setAttribute("aria-activedescendant", "find-" + at); }
  }

  function part(tag, name, text) {
    var made = document.createElement(tag);
    made.className = name;
    made.textContent = text;
    return made;
  }

  function symbol(name) {
    var svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    var use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "ico");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", "#i-" + name);
    svg.appendChild(use);
    return svg;
  }

  function draw(answer) {
    hits = answer.hits;
    list.textContent = "";
    hits.forEach(function (hit, i) {
      var line = document.createElement("li");
      line.id = "find-" + i;
      line.setAttribute("role", "option");
      line.appendChild(symbol(hit.icon));
      var words = part("span", "srch__w", "");
      words.appendChild(part("span", "srch__t", hit.label));
      if (hit.detail) { words.appendChild(part("span", "srch__d", hit.detail)); }
      line.appendChild(words);
      line.appendChild(part("span", "srch__n", hit.kind));
      list.appendChild(line);
    });
    box.setAttribute("aria-expanded", String(hits.length > 0));
    said.textContent = answer.said;
    mark(0);
  }

  function ask() {
    window.clearTimeout(waiting);
    if (asked) { asked.abort(); }
    var mine = asked = new AbortController();
    window.fetch("/soeg", {
      method: "POST", credentials: "same-origin", signal: mine.signal,
      headers: {
        "Content-Type": "application/json", "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": cookie("tavle_csrf")
      },
      body: JSON.stringify({ q: box.value, query: window.location.search })
    }).then(function (answer) {
      if (answer.status === 401) {
        go("/log-ind?next=" + encodeURIComponent(window.location.pathname + window.location.search), true);
      }
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.json();
    }).then(function (answer) {
      if (mine === asked) { draw(answer); }
    }).catch(function () {
      if (!mine.signal.aborted && mine === asked) { draw({ hits: [], said: find.getAttribute("data-none") }); }
    });
  }

  function take(hit, event) {
    if (!hit) { return; }
    find.close();
    if (hit.do === "theme") { press("a[data-theme-switch]"); }
    else if (hit.do === "language") { press("a[data-here]"); }
    else if (hit.do === "keys") { openKeys(); }
    else if (hit.do === "print") { window.print(); }
    else if (event && (event.ctrlKey || event.metaKey)) { window.open(hit.href, "_blank", "noopener"); }
    else { go(hit.href, hit.do === "load"); }
  }

  function press(selector) {
    var link = document.querySelector(selector);
    if (link) { link.click(); }
  }

  box.addEventListener("input", function () {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(ask, 90);
  });
  box.addEventListener("keydown", function (event) {
    if (event.isComposing) { return; }
    var to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to !== undefined) { event.preventDefault(); mark(to); }
    else if (event.key === "Enter") { event.preventDefault(); take(hits[at], event); }
    else if (event.key === "Tab" && !event.shiftKey && hits.length) { mark(at); }
  });
  list.addEventListener("click", function (event) {
    var line = event.target.closest("li");
    if (line) { take(hits[Array.prototype.indexOf.call(list.children, line)], event); }
  });
  find.addEventListener("close", function () {
    window.clearTimeout(waiting);
    if (asked) { asked.abort(); asked = null; }
    if (cameFrom && document.contains(cameFrom)) { cameFrom.focus({ preventScroll: true }); }
  });

  // ---- keys: single ones only where nobody writes, and only while they are switched on
  var single = document.getElementById("keys-on");

  function isOn() {
    try { return window.localStorage.getItem("tavle_keys") !== "off"; } catch (error) { return true; }
  }

  function openKeys() {
    single.checked = isOn();
    if (!keys.open) { keys.showModal(); }
    document.getElementById("keys-h").focus();
  }
  single.addEventListener("change", function () {
    try { window.localStorage.setItem("tavle_keys", single.checked ? "on" : "off"); } catch (error) { /* for this page */ }
  });

  function writes(place) {
    return !!(place && place.closest && place.closest("input,select,textarea,[contenteditable]:not([contenteditable=false])"));
  }

  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openFind();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writes(event.target) || !isOn()) { return; }
    if (find.open || keys.open) { return; }
    if (event.key === "/") { event.preventDefault(); openFind(); }
    if (event.key === "?") { event.preventDefault(); openKeys(); }
  });

  // ---- words: the link to the glossary opens its text here instead
  var pop = document.getElementById("termpop"), word = null, openedAt = 0;

  function explain(link) {
    word = link;
    pop.querySelector("h2").textContent = link.getAttribute("data-term-name");
    pop.querySelector("p").textContent = link.getAttribute("data-term-text");
    var more = pop.querySelector("a"), close = pop.querySelector("button");
    more.textContent = link.getAttribute("data-term-more");
    more.href = link.getAttribute("href");
    close.textContent = link.getAttribute("data-term-close");
    pop.showPopover();
    openedAt = window.scrollY;
    var there = link.getBoundingClientRect(), mine = pop.getBoundingClientRect();
    var below = there.bottom + 8 + mine.height < window.innerHeight;
    pop.style.left = Math.max(8, Math.min(there.left, window.innerWidth - mine.width - 8)) + "px";
    pop.style.top = Math.max(8, below ? there.bottom + 8 : there.top - mine.height - 8) + "px";
    pop.querySelector("h2").focus({ preventScroll: true });
  }

  if (pop && pop.showPopover) {
    pop.addEventListener("toggle", function (event) {
      if (event.newState === "closed" && word && (document.activeElement === document.body || pop.contains(document.activeElement))) {
        word.focus({ preventScroll: true });
      }
    });
    window.addEventListener("scroll", function () {
      if (pop.matches(":popover-open") && Math.abs(window.scrollY - openedAt) > 80) { pop.hidePopover(); }
    }, { passive: true });
  }

  // Before the page's own listeners: those would follow the link.
  document.addEventListener("click", function (event) {
    var target = event.target.closest ? event.target : event.target.parentElement;
    var isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    var link = target.closest("a[data-term]");
    if (link && isPlain && pop && pop.showPopover) {
      event.preventDefault();
      event.stopPropagation();
      explain(link);
      return;
    }
    if (target.closest("[data-find]")) { openFind(); }
    else if (target.closest("[data-find-close]")) { find.close(); }
    else if (target.closest("[data-keys]")) {
      each("details.menu[open]", function (menu) { menu.open = false; });
      openKeys();
    }
    else if (target.closest("[data-keys-close]")) { keys.close(); }
    else if (target === find || target === keys) { target.close(); }
  }, true);

  // ---- the tour of the demo: closed once, closed for good
  var tour = document.getElementById("visit");
  if (tour) {
    var steps = tour.querySelectorAll("[data-step]"), step = 0;

    var point = function () {
      each(".is-shown", function (one) { one.classList.remove("is-shown"); });
      var places = steps[step].getAttribute("data-step").split("|"), place = null;
      for (var i = 0; i < places.length && !place; i += 1) {
        var found = document.querySelector(places[i]);
        if (found && found.offsetParent !== null) { place = found; }
      }
      if (place) { place.classList.add("is-shown"); place.scrollIntoView({ block: "nearest" }); }
    };

    var show = function (next) {
      step = next;
      Array.prototype.forEach.call(steps, function (one, i) { one.hidden = i !== step; });
      tour.querySelector("[data-visit-back]").disabled = step === 0;
      tour.querySelector("[data-visit-next]").hidden = step === steps.length - 1;
      tour.querySelector("[data-visit-end]").hidden = step !== steps.length - 1;
      tour.querySelector("[data-visit-at]").textContent = (step + 1) + " / " + steps.length;
      point();
    };

    var end = function () {
      document.cookie = "tavle_visit=closed;path=/;max-age=31536000;samesite=lax" +
        (window.location.protocol === "https:" ? ";secure" : "");
      each(".is-shown", function (one) { one.classList.remove("is-shown"); });
      var had = tour.contains(document.activeElement);
      tour.remove();
      var main = document.getElementById("main");
      if (had && main) { main.focus({ preventScroll: true }); }
    };

    tour.addEventListener("click", function (event) {
      var button = event.target.closest("button");
      if (!button) { return; }
      if (button.hasAttribute("data-visit-close") || button.hasAttribute("data-visit-end")) { end(); return; }
      show(step + (button.hasAttribute("data-visit-back") ? -1 : 1));
      steps[step].focus({ preventScroll: true });
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && tour.isConnected && tour.contains(document.activeElement)) { end(); }
    });
    tour.hidden = false;
    show(0);
  }
})();
