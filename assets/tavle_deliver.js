/* The parts of Indberet that live in the browser: the three ways in, the checked file with its mends, the box for what
   was copied from Excel. The server writes the HTML; what a person does is posted as one property. */
(function () {
  "use strict";
  var react = window.React, e = react.createElement, NONE = {};

  function icon(name) {
    return e("svg", { className: "ico ico--16", "aria-hidden": true }, e("use", { href: "#i-" + name }));
  }

  /* Upload, type or paste: a group of buttons. The choice stands in the address, so that a link opens the same way,
     and on the page's own element, where the style sheet shows the part that belongs to it. */
  function Ways(props) {
    react.useEffect(function () {
      var page = document.getElementById(props.page), address = new URL(window.location.href);
      if (page) { page.setAttribute("data-way", props.value); }
      if (address.pathname === props.path) {
        if (props.value === props.options[0].value) { address.searchParams.delete("vis"); }
        else { address.searchParams.set("v", "1"); address.searchParams.set("vis", props.value); }
        window.history.replaceState(window.history.state, "", address.pathname + address.search);
      }
    }, [props.value]);
    return e("div", { id: props.id, className: "btn-group", role: "group", "aria-label": props.label },
      props.options.map(function (option) {
        return e("button", {
          key: option.value, type: "button", className: "btn", "aria-pressed": option.value === props.value,
          onClick: function () { props.setProps({ value: option.value }); }
        }, option.icon ? icon(option.icon) : null, option.label);
      }));
  }

  /* What was copied in a spreadsheet: tabs between the cells. Pasting checks at once; typing waits for the button. */
  function PasteBox(props) {
    var field = react.useRef(null), size = react.useState(0);
    function post() {
      var text = field.current.value;
      if (text.trim()) { props.setProps({ pasted: { text: text, at: Date.now() } }); }
    }
    return e("div", { id: props.id, className: "paste" },
      e("label", { className: "label", htmlFor: props.id + "-text" }, props.label),
      e("textarea", {
        id: props.id + "-text", ref: field, className: "textarea", rows: 7, spellCheck: false, wrap: "off",
        placeholder: props.example, "aria-describedby": props.id + "-hint",
        onInput: function () { size[1](field.current.value.trim().length); },
        onPaste: function () { window.setTimeout(post, 0); }
      }),
      e("div", { className: "row row--wrap mt-2" },
        e("button", { type: "button", className: "btn btn--primary", disabled: !size[0], onClick: post }, props.button),
        e("button", {
          type: "button", className: "btn btn--quiet", disabled: !size[0],
          onClick: function () { field.current.value = ""; size[1](0); props.setProps({ pasted: null }); field.current.focus(); }
        }, props.clear),
        e("span", { id: props.id + "-hint", className: "hint" }, props.hint)));
  }

  /* The checked file. `html` is the server's; `state` is what the person changed and belongs to the delivery `of`. */
  function CheckedFile(props) {
    var root = react.useRef(null), keep = react.useRef(null), live = react.useRef(props), shown = react.useRef(null);
    live.current = props;

    // The table is about to be drawn anew: remember which field one is in and what stands there.
    if (shown.current !== props.html && root.current) {
      var at = document.activeElement, inside = at && root.current.contains(at);
      keep.current = inside ? { key: at.getAttribute("data-key"), value: at.value, was: at.defaultValue, row: rowOf(at) } : null;
    }

    function rowOf(node) { var row = node.closest("[data-row]"); return row ? row.getAttribute("data-row") : null; }

    function state() {
      var now = live.current.state, blank = { of: live.current.of, cells: [], left_out: [], confirmed: [], read_as: NONE, defaults: NONE };
      return now && now.of === live.current.of ? Object.assign(blank, now) : blank;
    }

    function post(changes) { live.current.setProps({ state: Object.assign(state(), changes) }); }

    function setCells(changes) {
      var gone = changes.map(function (one) { return one[0] + "|" + one[1]; });
      post({
        cells: state().cells.filter(function (one) { return gone.indexOf(one[0] + "|" + one[1]) < 0; })
          .concat(changes.filter(function (one) { return one[2] !== null; }))
      });
    }

    function toggle(list, item, on) {
      var same = function (one) { return JSON.stringify(one) !== JSON.stringify(item); };
      return list.filter(same).concat(on ? [item] : []);
    }

    function apply(input) {
      if (input.value === input.defaultValue) { return; }
      input.defaultValue = input.value; // asked for once
      setCells([[Number(input.getAttribute("data-row")), input.getAttribute("data-part"), input.value]]);
    }

    /* What was written in the field that goes with a button. */
    function textWith(button) {
      var field = root.current.querySelector('[data-with="' + button.getAttribute("data-do") + '"]');
      return field ? field.value : "";
    }

    function clicked(event) {
      var button = event.target.closest ? event.target.closest("button[data-do]") : null, row, value;
      if (!button) { return; }
      row = Number(button.getAttribute("data-row"));
      value = button.getAttribute("data-value");
      switch (button.getAttribute("data-do")) {
      case "mend":
        setCells(JSON.parse(value).map(function (one) { return [row, one[0], one[1]]; }));
        break;
      case "forget":
        post({ cells: state().cells.filter(function (one) { return one[0] !== row; }) });
        break;
      case "leave-out": post({ left_out: toggle(state().left_out, row, true) }); break;
      case "take-in": post({ left_out: toggle(state().left_out, row, false) }); break;
      case "show": live.current.setProps({ view: Object.assign({}, live.current.view, { of: live.current.of, status: value, limit: 0 }) }); break;
      case "more": live.current.setProps({ view: Object.assign({}, live.current.view, { of: live.current.of, limit: Number(value) }) }); break;
      case "pick": document.getElementById(value).click(); break;
      default: // what the server does: take a file with remarks, undo, stop
        live.current.setProps({ action: {
          name: button.getAttribute("data-do"), value: value, at: Date.now(), text: textWith(button)
        } });
      }
    }

    function changed(event) {
      var target = event.target, some = {};
      if (target.hasAttribute("data-part")) { apply(target); }
      else if (target.hasAttribute("data-confirm")) {
        post({ confirmed: toggle(state().confirmed, [Number(target.getAttribute("data-row")), target.getAttribute("data-confirm")], target.checked) });
      } else if (target.hasAttribute("data-read")) {
        some[target.getAttribute("data-read")] = target.value;
        post({ read_as: Object.assign({}, state().read_as, some) });
      } else if (target.hasAttribute("data-default")) {
        some[target.getAttribute("data-default")] = target.value;
        post({ defaults: Object.assign({}, state().defaults, some) });
      }
    }

    function pressed(event) {
      var target = event.target;
      if (!target.hasAttribute || !target.hasAttribute("data-part")) { return; }
      if (event.key === "Enter") { event.preventDefault(); apply(target); }
      if (event.key === "Escape") { target.value = target.defaultValue; }
    }

    react.useEffect(function () {
      var node = root.current;
      node.addEventListener("click", clicked);
      node.addEventListener("change", changed);
      node.addEventListener("keydown", pressed);
      return function () {
        node.removeEventListener("click", clicked);
        node.removeEventListener("change", changed);
        node.removeEventListener("keydown", pressed);
      };
    }, []);

    // Drawn anew: back to where one was; where that has gone (an error that is mended), to the next thing to mend.
    react.useLayoutEffect(function () {
      var node = root.current, was = keep.current, here;
      shown.current = props.html;
      keep.current = null;
      here = node.querySelector("[data-arrive]");
      if (here) { here.focus(); return; } // a receipt: the button that was pressed is gone
      if (!was || node.contains(document.activeElement)) { return; }
      here = was.key ? node.querySelector('[data-key="' + was.key + '"]') : null;
      if (here && was.value !== was.was && here.hasAttribute("data-part")) { here.value = was.value; }
      here = here || node.querySelector("[aria-invalid=true]") || node.querySelector("[data-do=show][aria-pressed=true]") ||
        node.querySelector("button, a[href]");
      if (here) { here.focus({ preventScroll: here.offsetParent === null }); }
      if (here && here.select && here.getAttribute("data-key") !== was.key) { here.select(); }
    }, [props.html]);

    return e("div", {
      id: props.id, className: props.className, ref: root, "aria-busy": props.busy || undefined,
      dangerouslySetInnerHTML: { __html: props.html || "" }
    });
  }

  Object.assign(window.tavle_components, { Ways: Ways, PasteBox: PasteBox, CheckedFile: CheckedFile });
})();
