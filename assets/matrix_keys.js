/* The matrix of Overblik: arrow keys between cells, one tab stop, and the sentence and line of the cell one is at.
   Everything is delegated from the document: the table is put there later, and anew, by Dash.
   Without this file every cell is still a link with its whole sentence as its name. */
(function () {
  "use strict";
  var OPEN_AFTER = 250, CLOSE_AFTER = 150; // milliseconds a pointer rests before the sentence opens, and leaves before it closes
  var pop = null, popCell = null, timer = null;

  function cellOf(target) { return target && target.closest ? target.closest("table[data-matrix] [data-cell]") : null; }
  function tableOf(node) { return node && node.closest ? node.closest("table[data-matrix]") : null; }

  function column(link) { return link.parentNode.cellIndex; }
  function rows(table) {
    return Array.prototype.filter.call(table.querySelectorAll("tbody tr"), function (row) {
      return row.querySelector("[data-cell]") && !row.classList.contains("peek");
    });
  }
  function inRow(row) { return Array.prototype.slice.call(row.querySelectorAll("[data-cell]")); }

  function rove(table, link) {
    table.querySelectorAll("[data-cell]").forEach(function (other) { other.tabIndex = other === link ? 0 : -1; });
  }

  /* The cell one comes to; null at the edge. Empty fields are stepped over. */
  function next(link, key, withControl) {
    var table = tableOf(link), all = rows(table), row = link.closest("tr"), at = all.indexOf(row), cells = inRow(row);
    var here = cells.indexOf(link), found = null, step, i;
    if (key === "ArrowLeft") { return cells[here - 1] || null; }
    if (key === "ArrowRight") { return cells[here + 1] || null; }
    if (key === "Home") { return withControl ? inRow(all[0])[0] : cells[0]; }
    if (key === "End") { cells = withControl ? inRow(all[all.length - 1]) : cells; return cells[cells.length - 1]; }
    step = key === "ArrowUp" ? -1 : 1;
    for (i = at + step; i >= 0 && i < all.length && !found; i += step) {
      found = inRow(all[i]).filter(function (other) { return column(other) === column(link); })[0] || null;
    }
    return found;
  }

  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("[data-print]")) { window.print(); }
  });

  function closePeek() {
    document.querySelectorAll("table[data-matrix] tr.peek").forEach(function (row) {
      if (row.previousElementSibling) { row.previousElementSibling.classList.remove("is-open"); }
      row.remove();
    });
  }

  function openPeek(link) {
    var template = link.parentNode.querySelector("template"), row = link.closest("tr"), peek, cell;
    closePeek();
    if (!template) { return; }
    peek = document.createElement("tr");
    peek.className = "peek";
    cell = document.createElement("td");
    cell.colSpan = Array.prototype.reduce.call(row.cells, function (sum, one) { return sum + one.colSpan; }, 0);
    cell.appendChild(template.content.cloneNode(true));
    peek.appendChild(cell);
    row.classList.add("is-open");
    row.parentNode.insertBefore(peek, row.nextSibling);
  }

  function closePop() {
    clearTimeout(timer);
    if (pop) { pop.remove(); }
    pop = popCell = null;
  }

  function openPop(link) {
    var template = link.parentNode.querySelector("template"), box = link.getBoundingClientRect(), left, top;
    closePop();
    if (!template || link.closest("tr").classList.contains("is-open")) { return; }
    pop = document.createElement("div");
    pop.className = "pop mx-pop";
    pop.setAttribute("aria-hidden", "true"); // the cell's own name says the same
    pop.appendChild(template.content.cloneNode(true));
    pop.querySelectorAll("a").forEach(function (a) { a.tabIndex = -1; });
    document.body.appendChild(pop);
    popCell = link;
    left = Math.min(box.left, document.documentElement.clientWidth - pop.offsetWidth - 16);
    top = box.bottom + pop.offsetHeight + 8 > window.innerHeight ? box.top - pop.offsetHeight - 2 : box.bottom + 2;
    pop.style.left = Math.max(8, left) + window.scrollX + "px";
    pop.style.top = Math.max(8, top) + window.scrollY + "px";
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { closePop(); closePeek(); return; }
    var link = cellOf(event.target), to;
    if (!link || event.altKey || event.metaKey || event.shiftKey) { return; }
    if (["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].indexOf(event.key) < 0) { return; }
    event.preventDefault();
    to = next(link, event.key, event.ctrlKey);
    if (to) { to.focus(); }
  });

  document.addEventListener("focusin", function (event) {
    var link = cellOf(event.target);
    if (link) {
      closePop();
      rove(tableOf(link), link);
      if (link.matches(":focus-visible")) { openPeek(link); }
    } else if (!event.target.closest || !event.target.closest("tr.peek")) {
      closePeek();
    }
  });

  document.addEventListener("pointerover", function (event) {
    if (event.pointerType !== "mouse") { return; }
    if (pop && event.target.closest && event.target.closest(".mx-pop")) { clearTimeout(timer); return; }
    var link = cellOf(event.target);
    if (link && link === popCell) { clearTimeout(timer); return; }
    clearTimeout(timer);
    if (link) {
      timer = setTimeout(function () { if (link.isConnected) { openPop(link); } }, OPEN_AFTER);
    } else if (pop) {
      timer = setTimeout(closePop, CLOSE_AFTER);
    }
  });

  document.addEventListener("click", closePop);
  window.addEventListener("scroll", closePop, true);
  window.addEventListener("popstate", closePop);
})();
