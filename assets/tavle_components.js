/* Our own Dash components, without a build step: React is on the page before this file.
   Html puts server-made HTML on the page and lets links inside it navigate as dcc.Link does. */
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
    var attributes = { id: props.id, className: props.className, onClick: follow };
    Object.keys(props).forEach(function (name) {
      if (/^(data|aria)-/.test(name)) { attributes[name] = props[name]; }
    });
    attributes.dangerouslySetInnerHTML = { __html: props.html || "" };
    return e(props.tag || "div", attributes);
  }

  window.tavle_components = { Html: Html };
})();
