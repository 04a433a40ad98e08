/* Form: a native form made by the server. It tells its values when a field is left and which button was pressed; remarks
   are put beside the fields without drawing the fields anew, so that nobody loses the place they write in. */
(function () {
  "use strict";
  var React = window.React, e = React.createElement;

  var PATIENCE = 3000;  // milliseconds

  function values(form) {
    var found = {};
    new FormData(form).forEach(function (value, name) {
      if (typeof value !== "string") { return; }
      if (Object.prototype.hasOwnProperty.call(found, name)) { found[name] = [].concat(found[name], value); }
      else { found[name] = value; }
    });
    return found;
  }

  function mark(form, notes) {
    form.querySelectorAll("[data-notes]").forEach(function (place) {
      var note = (notes || {})[place.getAttribute("data-notes")];
      place.innerHTML = note ? note.html : "";
    });
    form.querySelectorAll("[name]").forEach(function (field) {
      var note = (notes || {})[field.name];
      if (note && note.bad) { field.setAttribute("aria-invalid", "true"); }
      else { field.removeAttribute("aria-invalid"); }
    });
  }

  function named(form, name) {
    return name ? form.querySelector('[name="' + window.CSS.escape(name) + '"]') : null;
  }

  function Form(props) {
    var place = React.useRef(null), told = React.useRef(props), left = React.useRef("");
    var seen = React.useRef({}), waits = React.useRef(0);
    told.current = props;

    React.useEffect(function () {
      var form = place.current;
      function changed() {
        told.current.setProps({ left: { values: values(form), seen: Object.keys(seen.current), at: Date.now() } });
      }
      function pressed(event) {
        // A button may stand beside the form and name it by its `form` attribute.
        var button = event.target.closest && event.target.closest("[data-press]");
        if (!button || button.form !== form) { return; }
        event.preventDefault();
        // A second press before the answer to the first would ask for the same thing twice.
        if (Date.now() - waits.current < PATIENCE) { return; }
        waits.current = Date.now();
        told.current.setProps({ pressed: {
          name: button.getAttribute("data-press"), values: values(form), seen: Object.keys(seen.current), at: Date.now()
        } });
      }
      function focused(event) {
        left.current = event.target.name || "";
        if (left.current) { seen.current[left.current] = true; }
      }
      function stop(event) { event.preventDefault(); }
      form.addEventListener("change", changed);
      document.addEventListener("click", pressed);
      form.addEventListener("focusin", focused);
      form.addEventListener("submit", stop);
      return function () {
        form.removeEventListener("change", changed);
        document.removeEventListener("click", pressed);
        form.removeEventListener("focusin", focused);
        form.removeEventListener("submit", stop);
      };
    }, []);

    React.useEffect(function () {
      // Drawn anew: the place one wrote in was taken away with the old fields.
      var field = named(place.current, left.current);
      if (field && !place.current.contains(document.activeElement)) { field.focus({ preventScroll: true }); }
    }, [props.html]);

    React.useEffect(function () {
      waits.current = 0;
      mark(place.current, props.notes);
    }, [props.html, props.notes]);

    React.useEffect(function () {
      var field = props.focus && named(place.current, props.focus.name);
      if (field) { field.focus(); }
    }, [props.focus]);

    // The same object as long as the fields are the same: React then leaves them, and what is typed, alone.
    var inner = React.useMemo(function () { return { __html: props.html || "" }; }, [props.html]);
    return e("form", { id: props.id, ref: place, className: props.className, noValidate: true, autoComplete: "off", dangerouslySetInnerHTML: inner });
  }

  window.tavle_components.Form = Form;
})();
