/* Our own Dash components, without a build step: React is on the page before this file.
   Html puts server-made HTML on the page and lets links inside it navigate as dcc.Link does; Choice is a native select;
   FileDrop takes a file. */
(function () {
  "use strict";
  var e = window.React.createElement;

  function inApp(link, event) {
    return link && link.origin === window.location.origin && !link.hasAttribute("download") && !link.hasAttribute("data-reload") &&
      (!link.target || link.target === "_self") && event.button === 0 &&
      !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  }

  function follow(event) {
    var link = event.target.closest ? event.target.closest("a[href]") : null;
    if (!inApp(link, event) || link.getAttribute("href").charAt(0) === "#") { return; }
    event.preventDefault();
    window.history.pushState({}, "", link.href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  function Html(props) {
    var place = window.React.useRef(null);
    window.React.useEffect(function () {
      // What the reader had in hand was drawn anew: the server says where to go on.
      var next = place.current && place.current.querySelector("[data-focus-next]");
      if (next) { next.focus({ preventScroll: true }); }
    }, [props.html]);
    var attributes = { id: props.id, className: props.className, onClick: follow, ref: place };
    Object.keys(props).forEach(function (name) {
      if (/^(data|aria)-/.test(name)) { attributes[name] = props[name]; }
    });
    attributes.dangerouslySetInnerHTML = { __html: props.html || "" };
    return e(props.tag || "div", attributes);
  }

  /* A native select that callbacks can read: dcc.Dropdown fails for screen readers, html.Select tells nobody its value. */
  function Choice(props) {
    return e("label", { className: "field " + (props.className || ""), htmlFor: props.id + "-select" },
      e("span", { className: "label" }, props.label),
      e("select", {
        id: props.id + "-select", className: "select", value: props.value || "",
        onChange: function (event) { props.setProps({ value: event.target.value }); }
      }, (props.options || []).map(function (option) {
        return e("option", { key: option.value, value: option.value }, option.label);
      })));
  }

  /* A file by button, keyboard or drop. It stays in the browser until a callback asks for it; a file over the limit is
     told by name and size only, so that 200 MB never travel. */
  function FileDrop(props) {
    var over = window.React.useState(false);
    function take(files) {
      var file = files && files[0];
      if (!file) { return; }
      var told = { name: file.name, size: file.size, at: Date.now() };
      if (file.size > props.limit) {
        props.setProps({ file: Object.assign(told, { problem: "too_large" }) });
        return;
      }
      var reader = new FileReader();
      reader.onload = function () {
        props.setProps({ file: Object.assign(told, { content: String(reader.result).split(",")[1] || "" }) });
      };
      reader.onerror = function () { props.setProps({ file: Object.assign(told, { problem: "unreadable" }) }); };
      reader.readAsDataURL(file);
    }
    return e("div", {
      id: props.id, className: "drop" + (over[0] ? " is-over" : ""),
      onDragOver: function (event) { event.preventDefault(); over[1](true); },
      onDragLeave: function () { over[1](false); },
      onDrop: function (event) { event.preventDefault(); over[1](false); take(event.dataTransfer.files); }
    },
      e("input", {
        id: props.id + "-input", type: "file", className: "visually-hidden", accept: props.accept,
        "aria-describedby": props.id + "-hint",
        onChange: function (event) { take(event.target.files); event.target.value = ""; }
      }),
      e("label", { htmlFor: props.id + "-input", className: "btn btn--primary btn--lg" }, props.button),
      e("span", { className: "drop__or" }, props.label),
      e("span", { id: props.id + "-hint", className: "hint" }, props.hint));
  }

  window.tavle_components = { Html: Html, Choice: Choice, FileDrop: FileDrop };
})();
