/* BoardMeeting: a meeting on the wall. The server draws all steps; keys, timer, theme, full screen and texts that are
   not stored yet live here. What is pressed is asked one thing at a time and asked again until it is answered, so that a
   network that comes and goes loses nothing. The same screen in the corridor goes on by itself. */
(function () {
  "use strict";
  var React = window.React, e = React.createElement;
  var PATIENCE = 8000, AGAIN = 5000, RENEWED = 600000;  // milliseconds to an answer, to the next attempt, to new figures
  var LOOK = "tavle-meeting-look", LENGTH = "tavle-meeting-minutes";

  // A browser that keeps nothing for us has a meeting all the same.
  function kept(area, name) { try { return window[area].getItem(name); } catch (_) { return null; } }
  function keep(area, name, value) {
    try {
      if (value === null) { window[area].removeItem(name); } else { window[area].setItem(name, value); }
    } catch (_) { /* nothing to do */ }
  }

  function go(href) {
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  function Screen(host, tell) {
    this.host = host;
    this.tell = tell;
    this.root = host.querySelector(".tm");
    this.steps = Array.prototype.slice.call(host.querySelectorAll(".tm__step"));
    this.id = this.root.getAttribute("data-meeting");
    this.rotates = Number(this.root.getAttribute("data-rotate") || 0);
    this.series = this.steps.length - (host.querySelector(".tm__step--end") ? 1 : 0);
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.queue = [];
    this.asked = null;
    this.warned = false;
    this.begun = Date.now();
    // Who wants no motion gets none that they have not asked for.
    this.paused = Boolean(this.rotates) && this.calm;
    this.minutes = Number(kept("localStorage", LENGTH)) || Number(this.root.getAttribute("data-minutes"));
    var look = kept("localStorage", LOOK);
    if (look === "light" || look === "dark") { this.root.setAttribute("data-theme", look); }
    this.restore();
    this.show(Number(this.root.getAttribute("data-start")), true);
    this.drawPause();
    var self = this;
    this.clock = window.setInterval(function () { self.tick(); }, 1000);
    this.listeners = [
      [document, "keydown", function (event) { self.key(event); }],
      [host, "click", function (event) { self.click(event); }],
      [host, "submit", function (event) { event.preventDefault(); self.save(event.target); }],
      [host, "input", function (event) { self.typed(event.target); }],
      [window, "online", function () { self.again(); }]
    ];
    this.listeners.forEach(function (one) { one[0].addEventListener(one[1], one[2]); });
  }

  Screen.prototype.stop = function () {
    window.clearInterval(this.clock);
    window.clearTimeout(this.waits);
    this.listeners.forEach(function (one) { one[0].removeEventListener(one[1], one[2]); });
    if (document.fullscreenElement) { document.exitFullscreen(); }
  };

  Screen.prototype.say = function (key) { return this.root.getAttribute("data-say-" + key) || ""; };
  Screen.prototype.part = function (selector) { return this.root.querySelector(selector); };
  Screen.prototype.current = function () { return this.steps[this.at - 1]; };

  // ---- steps
  Screen.prototype.show = function (number, isFirst) {
    if (number < 1 || number > this.steps.length) { return; }
    if (!isFirst) { this.saveUnsaved(this.current()); }
    this.at = number;
    var self = this, here = this.current();
    this.steps.forEach(function (step) { step.hidden = step !== here; });
    this.root.querySelectorAll("[data-qr]").forEach(function (code) {
      code.hidden = code.getAttribute("data-qr") !== String(number);
    });
    this.root.querySelectorAll(".tm__steps i").forEach(function (dot, place) {
      dot.className = place + 1 < number ? "done" : (place + 1 === number ? "now" : "");
    });
    var next = this.steps[number], words = [];
    if (number <= this.series) {
      words.push(this.say("progress").replace("{step}", number).replace("{steps}", this.series));
    }
    if (next && !this.rotates) { words.push(this.say("next").replace("{name}", next.getAttribute("data-name"))); }
    this.part("[data-progress]").textContent = words.join(" · ") || this.say("last");
    this.part('[data-tool="back"]').disabled = number === 1 && !this.rotates;
    this.part('[data-tool="on"]').disabled = number === this.steps.length && !this.rotates;
    this.left = this.rotates || this.minutes * 60;
    this.drawClock();
    if (isFirst) { return; }
    var path = this.root.getAttribute("data-path");
    // In place: the back key leaves the meeting, and a page that is loaded again opens here.
    if (path) { window.history.replaceState(window.history.state, "", path + "/" + number + this.root.getAttribute("data-query")); }
    var head = here.querySelector("h1");
    if (!this.rotates || !this.byItself) { head.focus({ preventScroll: true }); }
    this.part(".tm__all").scrollTop = 0;
    window.scrollTo(0, 0);
    if (here.classList.contains("tm__step--end") && self.unsaved().length) { self.message(self.say("unsaved"), "warn"); }
  };

  Screen.prototype.move = function (by) {
    var next = this.at + by;
    if (this.rotates) { next = (next - 1 + this.steps.length) % this.steps.length + 1; }
    this.show(next);
  };

  // ---- time
  Screen.prototype.tick = function () {
    if (this.paused) { return; }
    if (this.rotates) {
      this.left -= 1;
      if (this.left > 0) { return; }
      // Figures of the day: a screen that hangs for weeks asks for the page anew now and then.
      if (this.at === this.steps.length && navigator.onLine && Date.now() - this.begun > RENEWED) { window.location.reload(); return; }
      this.byItself = true;
      this.move(1);
      this.byItself = false;
      return;
    }
    if (this.at > this.series) { return; }
    this.left -= 1;
    this.drawClock();
  };

  Screen.prototype.drawClock = function () {
    var clock = this.part(".tm__timer"), left = Math.abs(this.left), isOver = this.left < 0;
    var face = this.part("[data-timer]"), words = this.part("[data-timer-words]");
    if (this.rotates) { face.textContent = ""; words.textContent = ""; return; }
    clock.hidden = this.at > this.series;
    face.textContent = (isOver ? "+" : "") + Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
    words.textContent = isOver ? this.say("beyond") : this.say("left").replace("{minutes}", this.minutes);
    clock.classList.toggle("is-over", isOver);
    // Said once to those who cannot see it, without a sound.
    if (this.left === -1) { this.message(this.say("over"), "hint"); }
  };

  Screen.prototype.pause = function () {
    this.paused = !this.paused;
    this.drawPause();
  };

  Screen.prototype.drawPause = function () {
    var button = this.part('[data-tool="pause"]');
    button.setAttribute("aria-pressed", String(this.paused));
    this.part(".tm__timer").classList.toggle("is-paused", this.paused);
  };

  // ---- keys and buttons
  Screen.prototype.key = function (event) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) { return; }
    var target = event.target, isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
    if (event.key === "Escape") {
      // First out of the field, then out of the meeting; the browser itself takes the key in full screen.
      if (isTyping) { target.blur(); this.current().querySelector("h1").focus({ preventScroll: true }); return; }
      if (!document.fullscreenElement) { this.leave(); }
      return;
    }
    if (isTyping) { return; }
    var acts = {
      ArrowLeft: function () { this.move(-1); }, ArrowRight: function () { this.move(1); },
      PageUp: function () { this.move(-1); }, PageDown: function () { this.move(1); },
      b: this.toField, p: this.pause, f: this.full
    };
    var act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) { return; }
    event.preventDefault();
    act.call(this);
  };

  Screen.prototype.toField = function () {
    var field = this.current().querySelector('[name="what"]');
    if (field) { field.focus(); field.scrollIntoView({ block: "nearest" }); }
  };

  Screen.prototype.leave = function () {
    this.saveUnsaved(this.current());
    go(this.root.getAttribute("data-home"));
  };

  Screen.prototype.full = function () {
    if (document.fullscreenElement) { document.exitFullscreen(); }
    // Refused on some phones: the meeting fills the window there as it is.
    else if (this.root.requestFullscreen) { this.root.requestFullscreen().catch(function () {}); }
  };

  Screen.prototype.click = function (event) {
    var button = event.target.closest("button, a[data-leave]"), self = this;
    if (!button) { return; }
    if (button.matches("a[data-leave]")) {
      if (event.button || event.metaKey || event.ctrlKey || event.shiftKey) { return; }
      event.preventDefault();
      this.leave();
      return;
    }
    var tool = button.getAttribute("data-tool");
    if (tool) {
      ({
        back: function () { self.move(-1); }, on: function () { self.move(1); },
        pause: function () { self.pause(); }, full: function () { self.full(); },
        theme: function () {
          var look = self.root.getAttribute("data-theme") === "dark" ? "light" : "dark";
          self.root.setAttribute("data-theme", look);
          keep("localStorage", LOOK, look);
        }
      })[tool]();
    } else if (button.hasAttribute("data-settle")) {
      var isSet = button.getAttribute("aria-pressed") === "true";
      this.ask({ do: "settle", decision: Number(button.getAttribute("data-decision")),
        state: isSet ? "open" : button.getAttribute("data-settle") });
    } else if (button.hasAttribute("data-undecide")) {
      this.ask({ do: "undecide", series: this.current().getAttribute("data-key") });
    } else if (button.hasAttribute("data-end")) {
      if (this.unsaved().length && !this.warned) {
        this.warned = true;
        this.message(this.say("unsaved"), "warn");
        return;
      }
      this.ask({ do: "end" });
    } else if (button.hasAttribute("data-again")) {
      this.again();
    }
  };

  // ---- the decision
  function values(form) {
    return { what: form.elements.what.value.trim(), who: form.elements.who.value.trim(), due: form.elements.due.value };
  }
  function written(form) { return JSON.stringify(values(form)); }

  Screen.prototype.draftName = function (step) { return "tavle-meeting-" + this.id + "-" + step.getAttribute("data-key"); };

  Screen.prototype.restore = function () {
    var self = this;
    this.steps.forEach(function (step) {
      var form = step.querySelector("[data-decide]");
      if (!form) { return; }
      form.stored = written(form);
      var draft = kept("sessionStorage", self.draftName(step));
      if (!draft) { return; }
      var texts = JSON.parse(draft);
      Object.keys(texts).forEach(function (name) { form.elements[name].value = texts[name]; });
    });
  };

  Screen.prototype.typed = function (field) {
    var form = field.form, step = field.closest(".tm__step");
    if (!form || !step) { return; }
    this.warned = false;
    keep("sessionStorage", this.draftName(step), written(form) === form.stored ? null : written(form));
    form.querySelector(".tm__said").textContent = "";
  };

  Screen.prototype.unsaved = function () {
    return this.steps.filter(function (step) {
      var form = step.querySelector("[data-decide]");
      return form && values(form).what && written(form) !== form.stored;
    });
  };

  Screen.prototype.saveUnsaved = function (step) {
    var form = step && step.querySelector("[data-decide]");
    if (form && values(form).what && values(form).who && written(form) !== form.stored) { this.save(form); }
  };

  Screen.prototype.save = function (form) {
    var step = form.closest(".tm__step");
    this.ask(Object.assign({ do: "decide", series: step.getAttribute("data-key") }, values(form)));
  };

  // ---- asking
  Screen.prototype.ask = function (what) {
    this.queue.push(Object.assign({ meeting: Number(this.id) }, what));
    if (!this.asked) { this.next(); }
  };

  Screen.prototype.next = function () {
    var self = this;
    this.asked = this.queue[0] || null;
    window.clearTimeout(this.waits);
    if (!this.asked) { return; }
    this.asked.at = Date.now() + Math.random();
    var form = this.formOf(this.asked);
    if (form) { form.querySelector(".tm__said").textContent = this.say("waiting"); }
    if (navigator.onLine === false) { this.lost(); return; }
    this.waits = window.setTimeout(function () { self.lost(); }, PATIENCE);
    this.tell({ asked: Object.assign({}, this.asked) });
  };

  Screen.prototype.lost = function () {
    var self = this, form = this.formOf(this.asked);
    if (form) { form.querySelector(".tm__said").textContent = ""; }
    this.message(this.say("lost"), "warn", true);
    window.clearTimeout(this.waits);
    this.waits = window.setTimeout(function () { self.again(); }, AGAIN);
  };

  Screen.prototype.again = function () { if (this.asked) { this.next(); } };

  Screen.prototype.formOf = function (asked) {
    var step = asked && this.steps.find(function (one) { return one.getAttribute("data-key") === asked.series; });
    return step ? step.querySelector("[data-decide]") : null;
  };

  Screen.prototype.answered = function (answer) {
    var asked = this.asked;
    if (!asked || !answer || answer.at !== asked.at) { return; }
    this.queue.shift();
    var form = this.formOf(asked), step = form && form.closest(".tm__step");
    if (answer.closing !== undefined && this.part("[data-closing]")) { this.part("[data-closing]").innerHTML = answer.closing; }
    if (form) { form.querySelector(".tm__said").textContent = answer.words; }
    if (answer.ok && asked.do === "decide") {
      form.stored = JSON.stringify({ what: asked.what, who: asked.who, due: asked.due });
      form.querySelector("[data-undecide]").hidden = false;
      if (written(form) === form.stored) { keep("sessionStorage", this.draftName(step), null); }
    } else if (answer.ok && asked.do === "undecide") {
      ["what", "who"].forEach(function (name) { form.elements[name].value = ""; });
      form.stored = written(form);
      form.querySelector("[data-undecide]").hidden = true;
      form.elements.what.focus();
      keep("sessionStorage", this.draftName(step), null);
    } else if (answer.ok && asked.do === "settle") {
      this.root.querySelectorAll('[data-decision="' + asked.decision + '"]').forEach(function (button) {
        button.setAttribute("aria-pressed", String(button.getAttribute("data-settle") === answer.state));
      });
    }
    this.message(answer.ok ? (form ? "" : answer.words) : (step && step.hidden ? step.getAttribute("data-name") + ": " : "") + answer.words,
      answer.ok ? "hint" : "warn");
    this.asked = null;
    if (answer.go) { go(answer.go); return; }
    this.next();
  };

  Screen.prototype.message = function (words, kind, canRetry) {
    var place = this.part(".tm__msg");
    place.hidden = !words;
    place.className = "tm__msg" + (kind ? " tm__msg--" + kind : "");
    place.textContent = words;
    if (canRetry) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "tm__btn";
      button.setAttribute("data-again", "");
      button.textContent = this.say("retry");
      place.appendChild(button);
    }
    window.clearTimeout(this.fades);
    if (words && kind === "hint") {
      this.fades = window.setTimeout(function () { place.hidden = true; }, 4000);
    }
  };

  function BoardMeeting(props) {
    var place = React.useRef(null), screen = React.useRef(null), told = React.useRef(props);
    told.current = props;
    React.useEffect(function () {
      screen.current = new Screen(place.current, function (some) { told.current.setProps(some); });
      return function () { screen.current.stop(); };
    }, [props.html]);
    React.useEffect(function () { if (screen.current) { screen.current.answered(props.answered); } }, [props.answered]);
    // The same object as long as the screen is the same: React then leaves what was pressed and written alone.
    var inner = React.useMemo(function () { return { __html: props.html || "" }; }, [props.html]);
    return e("div", { id: props.id, ref: place, className: props.className, dangerouslySetInnerHTML: inner });
  }

  window.tavle_components.BoardMeeting = BoardMeeting;
})();
