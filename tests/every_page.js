// What tests/every_page.py asks of a page. Its text is put into a function that ends with `return <one of these>()`.

const CONTROLS = 'a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex],[contenteditable=true]';
const NATIVE = 'a,button,input,select,textarea,summary';

function shown(one) {
  const box = one.getBoundingClientRect();
  return one.checkVisibility({ visibilityProperty: true }) && !one.closest('[inert],[aria-hidden="true"]') && box.width > 0 && box.height > 0;
}

function told(one) {
  const start = one.outerHTML.split('>')[0].replace(/ (d|style|points|transform|data-[\w-]+)="[^"]*"/g, '').slice(0, 110);
  return start + '> ' + (one.textContent || '').trim().replace(/\s+/g, ' ').slice(0, 40);
}

// ------------------------------------------------------------------------------------------------------------- width

function standsOut() {
  const wide = document.documentElement.scrollWidth, room = document.documentElement.clientWidth;
  if (wide <= room) return [];
  const out = Array.from(document.querySelectorAll('body *')).filter((one) => {
    const box = one.getBoundingClientRect();
    if (box.right <= room + 1 || !box.width || one.closest('.visually-hidden')) return false;
    for (let up = one.parentElement; up && up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== 'visible') return false;
    return true;
  });
  return [`${wide} px in ${room}: ${out.slice(0, 3).map(told).join(' | ')}`];
}

// ------------------------------------------------------------------------------------------------------------ motion

function moving() {
  const found = [];
  const seconds = (text) => Math.max(...text.split(',').map(parseFloat));
  for (const one of document.querySelectorAll('*'))
    for (const part of [null, '::before', '::after']) {
      const style = getComputedStyle(one, part);
      if (part && style.content === 'none') continue;
      if (style.animationName !== 'none' || seconds(style.transitionDuration) > 0.01) found.push(told(one) + (part || ''));
    }
  for (const one of document.getAnimations())
    if (one.playState === 'running') found.push('running: ' + (one.animationName || one.transitionProperty));
  return found.slice(0, 5);
}

// ----------------------------------------------------------------------------------------------------------- targets

function smallTargets() {
  const inSentence = (one) => {
    if (getComputedStyle(one).display !== 'inline') return false;
    const around = one.closest('p,li,dd,td,th,caption,span,div');
    const length = (text) => (text || '').replace(/\s+/g, ' ').trim().length;
    return around !== null && length(around.textContent) > length(one.textContent) + 1;
  };
  const area = (one) => {
    const boxes = [one.getBoundingClientRect()];
    // What a tick is called is touched instead of it; a label above a wide field is not needed.
    const label = one.matches('[type=checkbox],[type=radio]') ? one.closest('label') || (one.labels && one.labels[0]) : null;
    if (label && shown(label)) boxes.push(label.getBoundingClientRect());
    // A link of several lines has a box for each: the first is what is aimed at.
    const left = Math.min(...boxes.map((b) => b.left)), right = Math.max(...boxes.map((b) => b.right));
    const top = Math.min(...boxes.map((b) => b.top)), bottom = Math.max(...boxes.map((b) => b.bottom));
    return { left, right, top, bottom, width: right - left, height: bottom - top };
  };
  // What scrolls away under a column that stays is no neighbour of it.
  const stays = (one) => { for (let up = one; up && up !== document.body; up = up.parentElement) if (/sticky|fixed/.test(getComputedStyle(up).position)) return up.tagName; return ''; };
  const touched = (one) => shown(one) && !one.disabled && !one.closest('.visually-hidden')
    && (one.matches(NATIVE) || one.matches('[role=button],[role=tab],[role=gridcell],[role=link]'));
  const all = Array.from(document.querySelectorAll(CONTROLS)).filter(touched);
  const boxes = all.map(area);
  const found = [];
  all.forEach((one, i) => {
    const box = boxes[i];
    if ((box.width >= 43.5 && box.height >= 43.5) || inSentence(one)) return;
    // 44 px around its middle that no other target lies in.
    const wide = Math.max(22, box.width / 2) - 0.5, high = Math.max(22, box.height / 2) - 0.5;
    const x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    const near = all.some((other, j) => j !== i && !other.contains(one) && !one.contains(other) && stays(other) === stays(one)
      && boxes[j].left < x + wide && boxes[j].right > x - wide && boxes[j].top < y + high && boxes[j].bottom > y - high);
    if (near || box.width < 23.5 || box.height < 23.5)
      found.push(`${Math.round(box.width)}x${Math.round(box.height)}${near ? ' beside another' : ''}: ${told(one)}`);
  });
  return found;
}

// ---------------------------------------------------------------------------------------------------------- keyboard

const COMPOSITE = '[role=grid],[role=tablist],[role=listbox],[role=radiogroup],[role=menu],[role=toolbar],[role=tree],.js-plotly-plot,table:has([data-cell])';

function reachedByArrows(one) {
  const around = one.closest(COMPOSITE);
  return around !== null && (around.tabIndex === 0 || around.querySelector('[tabindex="0"]') !== null);
}

function tabStops() {
  window.tavleStops = Array.from(document.querySelectorAll(CONTROLS)).filter((one) => {
    if (!shown(one) || one.disabled) return false;
    if (one.tabIndex < 0) return one.matches(NATIVE); // to others a script leads
    if (!one.matches('[type=radio]')) return true;
    const group = Array.from(document.getElementsByName(one.name)).filter((other) => other.type === 'radio');
    return one === (group.find((other) => other.checked) || group[0]);
  });
  window.tavleSeen = new Set();
  if (document.activeElement) document.activeElement.blur();
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
  // A field for a day has stops of its own inside: day, month, year, calendar.
  return window.tavleStops.length + 3 * window.tavleStops.filter((one) => one.matches('[type=date],[type=month]')).length;
}

function stop() {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return { end: true };
  if (window.tavleSeen.has(one)) return { end: window.tavleSeen.values().next().value === one };
  window.tavleSeen.add(one);
  const ring = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  let seen = [null, '::before', '::after'].some((part) => ring(getComputedStyle(one, part)));
  for (let up = one, i = 0; !seen && up && i < 3; up = up.parentElement, i++) seen = ring(getComputedStyle(up)) || getComputedStyle(up).boxShadow !== 'none';
  const box = one.getBoundingClientRect();
  const off = box.bottom < 1 || box.top > innerHeight - 1 || box.right < 1 || box.left > innerWidth - 1;
  return { end: false, ringless: seen ? null : told(one), off: off ? told(one) : null };
}

function unseen() {
  return window.tavleStops.filter((one) => shown(one) && !window.tavleSeen.has(one) && !(one.tabIndex < 0 && reachedByArrows(one))).map(told);
}

// ------------------------------------------------------------------------------------------------------------ charts

function nameOf(one) {
  const ids = one.getAttribute('aria-labelledby');
  if (ids) return ids.split(/\s+/).map((id) => (document.getElementById(id) || {}).textContent || '').join(' ');
  const title = one.querySelector(':scope > title');
  return one.getAttribute('aria-label') || (title ? title.textContent : '');
}

function poorCharts() {
  const found = [];
  for (const one of document.querySelectorAll('svg')) {
    if (one.id === 'js-plotly-tester' || one.closest('[aria-hidden="true"],.js-plotly-plot') || !one.checkVisibility()) continue;
    const around = one.parentElement.closest('[role=img]');
    if (around && nameOf(around).trim()) continue;
    if (one.getAttribute('role') !== 'img') found.push('neither a picture with a name nor hidden: ' + told(one));
    else if (!nameOf(one).trim()) found.push('picture without a name: ' + told(one));
  }
  const charts = Array.from(document.querySelectorAll('svg.chart,.js-plotly-plot')).filter((one) => one.checkVisibility() && !one.closest('[aria-hidden="true"]'));
  for (const one of charts) {
    const own = one.closest('[role=img],[role=application],[role=figure],figure') || one;
    const words = (nameOf(own) || nameOf(one)).trim();
    if (words.split(/\s+/).length < 4) found.push(`a chart without a sentence: ${told(own)} »${words}«`);
  }
  // Before the way in there are no figures: its chart is a drawing of one.
  if (charts.length && !document.querySelector('table') && !document.querySelector('input[type=password][name=password]')) found.push(`${charts.length} charts and no table`);
  return found;
}

// ---------------------------------------------------------------------------------------------- words inside pictures

function faintWords() {
  const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const kept = new Map();
  const rgba = (text) => {
    if (!kept.has(text)) {
      paint.clearRect(0, 0, 1, 1);
      paint.fillStyle = text;
      paint.fillRect(0, 0, 1, 1);
      kept.set(text, Array.from(paint.getImageData(0, 0, 1, 1).data));
    }
    return kept.get(text);
  };
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const light = (c) => 0.2126 * linear(c[0] / 255) + 0.7152 * linear(c[1] / 255) + 0.0722 * linear(c[2] / 255);
  const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const shapes = (svg) => Array.from(svg.querySelectorAll('rect,circle,path,polygon')).filter((one) => {
    const style = getComputedStyle(one);
    return style.fill !== 'none' && rgba(style.fill)[3] > 128 && style.fillOpacity > 0.5 && style.opacity > 0.5 && !one.closest('defs,clipPath,symbol');
  }).map((one) => [one, one.getBoundingClientRect()]);
  const of = new Map();
  const behind = (one) => {
    const style = getComputedStyle(one);
    if (style.paintOrder.startsWith('stroke') && style.stroke !== 'none' && parseFloat(style.strokeWidth) >= 2) return rgba(style.stroke);
    const plot = one.closest('.js-plotly-plot'), svg = plot || one.closest('svg');
    if (!of.has(svg)) of.set(svg, shapes(svg));
    const box = one.getBoundingClientRect(), x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    const under = of.get(svg).filter(([shape, b]) => b.left <= x && b.right >= x && b.top <= y && b.bottom >= y
      && shape.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (under.length) return rgba(getComputedStyle(under[under.length - 1][0]).fill);
    // Plotly lays three pictures over one another, of which the first has the ground.
    for (let up = plot ? plot.querySelector('.main-svg') : svg; up; up = up.parentElement) {
      const c = rgba(getComputedStyle(up).backgroundColor);
      if (c[3] === 255) return c;
    }
    return rgba('Canvas');
  };
  const found = new Map();
  for (const one of document.querySelectorAll('svg text')) {
    if (!one.textContent.trim() || !one.checkVisibility() || one.closest('defs,symbol,#js-plotly-tester')) continue;
    const fill = getComputedStyle(one).fill;
    if (rgba(fill)[3] < 20) continue;
    const r = ratio(rgba(fill), behind(one));
    if (r < 4.5) found.set(one.getAttribute('class') + fill, `${r.toFixed(1)}:1 ${fill} ${told(one)}`);
  }
  return Array.from(found.values()).slice(0, 5);
}
