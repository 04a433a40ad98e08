/* Ticks: native checkboxes that callbacks can read. dcc.Checklist is a listbox with inputs inside its options, which a
   screen reader cannot make sense of. */
(function () {
  "use strict";
  var e = window.React.createElement;

  function Ticks(props) {
    var chosen = props.value || [];
    function turn(value, isOn) {
      var rest = chosen.filter(function (one) { return one !== value; });
      props.setProps({ value: isOn ? rest.concat([value]) : rest });
    }
    return e("fieldset", { id: props.id, className: "ticks " + (props.className || "") },
      e("legend", { className: "visually-hidden" }, props.label),
      (props.options || []).map(function (option) {
        return e("label", { key: option.value, className: "check" },
          e("input", {
            type: "checkbox", value: option.value, checked: chosen.indexOf(option.value) >= 0, disabled: !!option.disabled,
            onChange: function (event) { turn(option.value, event.target.checked); }
          }),
          e("span", null, e("b", null, option.label), option.detail ? e("small", null, option.detail) : null));
      }));
  }

  Object.assign(window.tavle_components, { Ticks: Ticks });
})();
