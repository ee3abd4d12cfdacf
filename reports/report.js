// Filters and links into folds. The page is whole without it: nothing is loaded, made or sent.
(function () {
  "use strict";

  function list(found) { return Array.prototype.slice.call(found); }
  function tidy(text) { return text.replace(/\s+/g, " ").toLowerCase(); }
  function tokens(text) { return (text || "").split(" "); }

  // one thing can stand in several places (a row and an article): all of them show or none
  function gather(areas) {
    var byKey = {}, items = [];
    areas.forEach(function (area) {
      list(area.querySelectorAll("[data-i]")).forEach(function (node) {
        var key = node.dataset.i, item = byKey["k" + key];
        if (!item) {
          item = byKey["k" + key] = { nodes: [], text: null, data: node.dataset };
          items.push(item);
        }
        item.nodes.push(node);
      });
    });
    return items;
  }

  function textOf(item) {
    if (item.text === null) {
      item.text = tidy(item.nodes.map(function (node) { return node.textContent; }).join(" "));
    }
    return item.text;
  }

  function unfold(node, terms) {
    list(node.querySelectorAll("details")).forEach(function (fold) {
      var text = tidy(fold.textContent);
      var found = terms.some(function (term) { return term.length > 2 && text.indexOf(term) >= 0; });
      if (found && !fold.open) { fold.open = true; fold.dataset.found = "1"; }
    });
  }

  function refold() {
    list(document.querySelectorAll("details[data-found]")).forEach(function (fold) {
      fold.open = false;
      delete fold.dataset.found;
    });
  }

  function watch(bar) {
    var areas = bar.dataset.over.split(" ").map(function (id) {
      return document.getElementById(id);
    }).filter(Boolean);
    var field = bar.querySelector("input"), selects = list(bar.querySelectorAll("select"));
    var said = bar.querySelector("output"), items = gather(areas), wait = 0;

    function matches(item, terms) {
      return selects.every(function (select) {
        var value = select.value;
        return !value || tokens(item.data[select.dataset.key]).indexOf(value) >= 0;
      }) && terms.every(function (term) { return textOf(item).indexOf(term) >= 0; });
    }

    function apply() {
      var terms = tidy(field.value).trim().split(" ").filter(Boolean), shown = 0;
      refold();
      items.forEach(function (item) {
        var show = matches(item, terms);
        shown += show ? 1 : 0;
        item.nodes.forEach(function (node) {
          node.classList.toggle("off", !show);
          if (show && terms.length) unfold(node, terms);
        });
      });
      areas.forEach(function (area) {
        list(area.querySelectorAll("[data-group]")).forEach(function (group) {
          group.classList.toggle("off", !group.querySelector("[data-i]:not(.off)"));
        });
      });
      said.textContent = shown.toLocaleString("en") + " of " + items.length.toLocaleString("en") +
        " " + bar.dataset.many;
    }

    function clear() {
      field.value = "";
      selects.forEach(function (select) { select.value = ""; });
      apply();
    }

    field.addEventListener("input", function () { clearTimeout(wait); wait = setTimeout(apply, 60); });
    selects.forEach(function (select) { select.addEventListener("change", apply); });
    bar.querySelector("button").addEventListener("click", function () { clear(); field.focus(); });
    bar.hidden = false;
    apply();
    return clear;
  }

  var clearings = list(document.querySelectorAll(".filter")).map(watch);

  // a link into a fold opens it; a link to what the filter hides shows it
  function reveal() {
    var id = location.hash.slice(1), target = id && document.getElementById(id), node = target;
    if (!target) return;
    if (target.closest(".off")) clearings.forEach(function (clear) { clear(); });
    for (; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  reveal();

  // printed pages show what is folded
  window.addEventListener("beforeprint", function () {
    list(document.querySelectorAll("details:not([open])")).forEach(function (fold) {
      fold.open = true;
      fold.dataset.printed = "1";
    });
  });
  window.addEventListener("afterprint", function () {
    list(document.querySelectorAll("details[data-printed]")).forEach(function (fold) {
      fold.open = false;
      delete fold.dataset.printed;
    });
  });
}());
