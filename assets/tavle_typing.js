/* The typing grid: a table of fields that behaves as a spreadsheet where it matters. Arrows move, Enter goes down, Tab goes
   right, Ctrl+Z takes back, a block copied in Excel is pasted from the field one stands in. What was typed is posted as
   text, as it was written; the server reads it as it reads a file. */
(function () {
  "use strict";
  var react = window.React, e = react.createElement;
  var WAIT = 500; // milliseconds after the last change before the server is asked
  var STATES = { empty: "", draft: "edit", typed: "edit", submitted: "upload", returned: "undo", approved: "check", locked: "lock" };

  function icon(name) {
    return e("svg", { className: "ico ico--16", "aria-hidden": true }, e("use", { href: "#i-" + name }));
  }

  function read(text, comma) {
    var plain = String(text).trim().replace(/[\s\u00a0%]/g, "");
    plain = comma ? plain.replace(/\.(?=\d{3}(\D|$))/g, "").replace(",", ".") : plain.replace(/,(?=\d{3}(\D|$))/g, "");
    return plain !== "" && /^-?\d*\.?\d+$/.test(plain) ? Number(plain) : null;
  }

  function TypingGrid(props) {
    var words = props.words, comma = props.language !== "en";
    var texts = react.useState(function () { return Object.assign({}, props.drafts); });
    var wide = react.useState(false), said = react.useState("");
    var history = react.useRef([]), timer = react.useRef(null), box = react.useRef(null), of = react.useRef(props.of);
    var now = react.useRef(texts[0]), live = react.useRef(props);
    live.current = props;

    // Another unit, or what was typed has been handed in: the server's figures count again.
    react.useEffect(function () {
      if (of.current === props.of) { return; }
      of.current = props.of;
      history.current = [];
      now.current = Object.assign({}, props.drafts);
      texts[1](now.current);
    }, [props.of]);

    react.useEffect(function () {
      if (Object.keys(now.current).length) { post(); }
      return function () { window.clearTimeout(timer.current); };
    }, []);

    function months(group) { return wide[0] ? group.months.concat(group.more) : group.months; }
    function stored(cell, field) { return (props.cells[cell] || {})[field] || ""; }
    function text(cell, field) {
      var key = cell + "|" + field;
      return Object.prototype.hasOwnProperty.call(texts[0], key) ? texts[0][key] : stored(cell, field);
    }
    function isLocked(cell) { return (props.cells[cell] || {}).state === "locked"; }
    function isTyped(cell) {
      return ["numerator", "denominator", "value"].some(function (field) {
        return Object.prototype.hasOwnProperty.call(texts[0], cell + "|" + field);
      });
    }

    function post() {
      var cells = {}, order = [];
      Object.keys(now.current).forEach(function (key) {
        var parts = key.split("|"), cell = parts.slice(0, 3).join("|");
        if (!cells[cell]) {
          cells[cell] = { indicator: parts[0], unit: parts[1], period: parts[2] };
          ["numerator", "denominator", "value"].forEach(function (field) {
            cells[cell][field] = ((live.current.cells[cell] || {})[field]) || "";
          });
          order.push(cell);
        }
        cells[cell][parts[3]] = now.current[key];
      });
      live.current.setProps({ typed: { of: live.current.of, at: Date.now(), cells: order.map(function (cell) { return cells[cell]; }) } });
    }

    function later() { window.clearTimeout(timer.current); timer.current = window.setTimeout(post, WAIT); }

    /* `changes` is {key: text}; a text that equals what is stored is no change any more. */
    function write(changes, isOneField) {
      var next = Object.assign({}, now.current), last = history.current[history.current.length - 1], key = isOneField ? Object.keys(changes)[0] : "";
      if (!last || last.key !== key || key === "") { history.current.push({ key: key, texts: now.current }); }
      if (history.current.length > 200) { history.current.shift(); }
      Object.keys(changes).forEach(function (name) {
        var parts = name.split("|");
        if (changes[name] === stored(parts.slice(0, 3).join("|"), parts[3])) { delete next[name]; }
        else { next[name] = changes[name]; }
      });
      now.current = next;
      texts[1](next);
      later();
    }

    function undo() {
      var last = history.current.pop();
      if (!last) { return; }
      now.current = last.texts;
      texts[1](last.texts);
      said[1](words.undone);
      later();
    }

    function fields() { return Array.prototype.slice.call(box.current.querySelectorAll("input[data-r]")); }
    function at(row, column) { return box.current.querySelector('input[data-r="' + row + '"][data-c="' + column + '"]'); }

    function move(input, down, right) {
      var row = Number(input.getAttribute("data-r")), column = Number(input.getAttribute("data-c")), steps, to = null;
      for (steps = 0; steps < 400 && !to; steps += 1) {
        row += down; column += right;
        if (row < 0 || column < 0 || row > 2000 || column > 200) { return; }
        to = at(row, column);
        if (!to && right && column > Number(box.current.getAttribute("data-columns"))) { return; }
      }
      if (to) { to.focus(); to.select(); }
    }

    function pressed(event) {
      var input = event.target, start = input.selectionStart, end = input.selectionEnd, length = input.value.length;
      var whole = start === 0 && end === length;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") { event.preventDefault(); undo(); return; }
      if (event.ctrlKey || event.metaKey || event.altKey) { return; }
      if (event.key === "ArrowDown" || (event.key === "Enter" && !event.shiftKey)) { event.preventDefault(); move(input, 1, 0); }
      else if (event.key === "ArrowUp" || event.key === "Enter") { event.preventDefault(); move(input, -1, 0); }
      else if (event.key === "ArrowLeft" && (whole || end === 0)) { event.preventDefault(); move(input, 0, -1); }
      else if (event.key === "ArrowRight" && (whole || start === length)) { event.preventDefault(); move(input, 0, 1); }
      else if (event.key === "F2") { event.preventDefault(); input.setSelectionRange(length, length); }
      else if (event.key === "Delete" && !input.readOnly) {
        event.preventDefault();
        write(one(input, ""), true);
      } else if (event.key === "Escape" && !input.readOnly) {
        write(one(input, stored(input.getAttribute("data-cell"), input.getAttribute("data-part"))), true);
      }
    }

    function one(input, value) {
      var changes = {};
      changes[input.getAttribute("data-cell") + "|" + input.getAttribute("data-part")] = value;
      return changes;
    }

    /* A block from a spreadsheet: its rows go down, its columns right. A single cell is left to the browser. */
    function pasted(event) {
      var copied = event.clipboardData.getData("text/plain"), input = event.target, row, column, changes = {}, skipped = 0, taken = 0;
      if (!/[\t\r\n]/.test(copied.replace(/[\r\n]+$/, ""))) { return; }
      event.preventDefault();
      row = Number(input.getAttribute("data-r"));
      column = Number(input.getAttribute("data-c"));
      copied.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n").forEach(function (line, down) {
        line.split("\t").forEach(function (value, right) {
          var to = at(row + down, column + right);
          if (!to || to.readOnly) { skipped += value.trim() ? 1 : 0; return; }
          changes[to.getAttribute("data-cell") + "|" + to.getAttribute("data-part")] = value.trim();
          taken += 1;
        });
      });
      write(changes, false);
      said[1](words.pasted.replace("{taken}", taken).replace("{skipped}", skipped));
    }

    function figure(row, cell) {
      var top = read(text(cell, "numerator"), comma), bottom = read(text(cell, "denominator"), comma), decimals = row.decimals;
      if (!row.denominator || top === null || !bottom) { return ""; }
      if (row.percent && top > bottom) { return "\u2013"; } // no share of anything
      if (row.percent && bottom < 50) { decimals = 0; }
      return (top / bottom * row.per).toLocaleString(comma ? "da-DK" : "en-GB", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }) +
        (row.percent ? (comma ? "\u202f%" : "%") : "");
    }

    function field(row, month, cell, name, label, r, c) {
      var found = (props.findings || {})[cell] || [], mine = found.filter(function (one) { return one.field === name; });
      var wrong = mine.some(function (one) { return one.is_error; });
      return e("input", {
        className: "tg__i" + (mine.length && !wrong ? " is-warn" : ""), type: "text", inputMode: "decimal", autoComplete: "off",
        value: text(cell, name), readOnly: isLocked(cell), "data-r": r, "data-c": c, "data-cell": cell, "data-part": name,
        "aria-label": row.name + ", " + month.label + ", " + label, "aria-invalid": wrong || undefined,
        "aria-describedby": found.length ? props.id + "-" + cell : undefined,
        onChange: function (event) { write(one(event.target, event.target.value), true); },
        onKeyDown: pressed, onPaste: pasted,
        onFocus: function (event) { event.target.select(); }
      });
    }

    function status(cell) {
      var kind = isTyped(cell) ? (isDraft(cell) ? "draft" : "typed") : (props.cells[cell] || {}).state || "empty";
      return e("span", { className: "tg__st tg__st--" + kind }, STATES[kind] ? icon(STATES[kind]) : null, words.states[kind]);
    }

    function isDraft(cell) {
      return ["numerator", "denominator", "value"].every(function (name) {
        var key = cell + "|" + name, has = Object.prototype.hasOwnProperty;
        return !has.call(texts[0], key) || (has.call(props.drafts, key) && props.drafts[key] === texts[0][key]);
      });
    }

    function cellsOf(row, month, r, c, hasPairs) {
      var cell = row.indicator + "|" + row.unit + "|" + month.key, found = (props.findings || {})[cell] || [];
      var isOut = (row.starts && month.key < row.starts) || (row.ends && month.key > row.ends);
      var tone = found.some(function (one) { return one.is_error; }) ? " is-error" : found.length ? " is-warning" : "";
      var first = row.denominator ? "numerator" : "value", css = "tg__c" + tone + (row.missing.indexOf(month.key) >= 0 ? " is-missing" : "");
      if (isOut) { return [e("td", { key: cell, role: "gridcell", className: "tg__c tg__c--out", "data-label": month.label, colSpan: hasPairs ? 3 : 2 }, words.out)]; }
      return [
        e("td", { key: cell + first, role: "gridcell", className: css + " tg__c--first", "data-label": month.label },
          field(row, month, cell, first, row.denominator ? words.numerator : words.value, r, c)),
        hasPairs ? e("td", { key: cell + "d", role: "gridcell", className: css },
          row.denominator ? field(row, month, cell, "denominator", words.denominator, r, c + 1) : e("span", { className: "muted" }, "–")) : null,
        e("td", { key: cell + "s", role: "gridcell", className: css + " tg__c--last" },
          e("b", { className: "tg__v" }, figure(row, cell)), status(cell),
          found.length ? e("span", { id: props.id + "-" + cell, className: "tg__f" }, found[0].text) : null)
      ];
    }

    function table(group, index, first) {
      var shown = months(group), hasPairs = group.rows.some(function (row) { return row.denominator; }), per = hasPairs ? 2 : 1;
      return e("div", { key: group.kind, className: "tbl-wrap tg__wrap" },
        e("table", {
          role: "grid", className: "tbl tbl--compact tg", "aria-label": group.label,
          "aria-rowcount": group.rows.length + 2, "aria-colcount": 1 + shown.length * (per + 1)
        },
        e("thead", null,
          e("tr", { role: "row", "aria-rowindex": 1 },
            e("th", { role: "columnheader", scope: "col", rowSpan: 2, className: "tg__n" }, words.series),
            shown.map(function (month) {
              return e("th", { key: month.key, role: "columnheader", scope: "colgroup", colSpan: per + 1, className: "tg__m" + (month.missing ? " is-missing" : "") },
                month.label, month.missing ? e("span", { className: "tg__miss" }, icon("clock"), words.missing) : null);
            })),
          e("tr", { role: "row", "aria-rowindex": 2 }, shown.map(function (month) {
            return [
              e("th", { key: month.key + "n", role: "columnheader", scope: "col", className: "num tg__c--first" }, hasPairs ? words.numerator : words.value),
              hasPairs ? e("th", { key: month.key + "d", role: "columnheader", scope: "col", className: "num" }, words.denominator) : null,
              e("th", { key: month.key + "s", role: "columnheader", scope: "col" }, hasPairs ? words.result : words.state)
            ];
          }))),
        e("tbody", null, group.rows.map(function (row, i) {
          return e("tr", { key: row.indicator + row.unit, role: "row", "aria-rowindex": i + 3 },
            e("th", { role: "rowheader", scope: "row", className: "tg__n", title: row.hint }, row.name, e("small", null, row.measure)),
            shown.map(function (month, m) { return cellsOf(row, month, first + i, m * per, hasPairs); }));
        }))));
    }

    var first = 0, widest = 0, tables = props.groups.map(function (group, index) {
      var drawn = table(group, index, first);
      first += group.rows.length;
      widest = Math.max(widest, months(group).length * 2);
      return drawn;
    });
    var hasMore = props.groups.some(function (group) { return group.more.length; });
    return e("div", { id: props.id, ref: box, className: "typing", "data-columns": widest },
      e("div", { className: "typing__h" },
        e("p", { className: "note" }, words.keys),
        hasMore ? e("label", { className: "check" },
          e("input", { type: "checkbox", checked: wide[0], onChange: function (event) { wide[1](event.target.checked); } }), words.more) : null),
      tables,
      e("p", { className: "visually-hidden", role: "status" }, said[0]),
      e("div", { className: "row row--wrap typing__b" },
        e("button", {
          type: "button", className: "btn", disabled: !Object.keys(texts[0]).length,
          onClick: function () { window.clearTimeout(timer.current); post(); props.setProps({ saved: Date.now() }); }
        }, words.save),
        e("button", { type: "button", className: "btn btn--quiet", disabled: !history.current.length, onClick: undo }, icon("undo"), words.undo),
        e("span", { className: "hint", role: "status" }, props.told || "")));
  }

  Object.assign(window.tavle_components, { TypingGrid: TypingGrid });
})();
