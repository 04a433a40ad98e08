/* Dash's own components and Plotly write style elements from their scripts. The content security policy lets style
   elements in only with the page's number, so elements made by script get it here; a style element that arrives as text in
   HTML does not and is refused. */
(function () {
  "use strict";
  var nonce = document.currentScript && document.currentScript.nonce;
  if (!nonce) { return; }
  var create = Document.prototype.createElement;
  Document.prototype.createElement = function (name) {
    var element = create.apply(this, arguments);
    if (String(name).toLowerCase() === "style") { element.nonce = nonce; }
    return element;
  };
})();
