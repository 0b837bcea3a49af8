"use strict";
// Films that play, step and stop, and drawings that are computed again when a slider moves.
const saddle = {
  made: {},

  // Called by the script of a drawing: compute(values) -> result, a pure function; draw(view, values, result).
  knobs(name, functions) { this.made[name] = functions; },

  start() {
    document.querySelectorAll("figure.film").forEach((figure) => this.film(figure));
    document.querySelectorAll("figure.knobs").forEach((figure) => this.drawing(figure));
  },

  film(figure) {
    const frames = JSON.parse(figure.querySelector("script").textContent);
    const image = figure.querySelector("img"), time = figure.querySelector("input");
    const play = figure.querySelector(".play"), label = figure.querySelector("output");
    let timer = 0;
    const show = (moment) => { time.value = moment; image.src = frames[moment].src; label.textContent = frames[moment].label; };
    const stop = () => { clearInterval(timer); timer = 0; play.textContent = play.dataset.play; };
    const next = () => show((Number(time.value) + 1) % frames.length);
    const start = () => {
      if (Number(time.value) === frames.length - 1) show(0);
      timer = setInterval(() => { next(); if (Number(time.value) === frames.length - 1) stop(); }, Number(figure.dataset.pause));
      play.textContent = play.dataset.pause;
    };
    play.addEventListener("click", () => (timer ? stop() : start()));
    figure.querySelector(".step").addEventListener("click", () => { stop(); next(); });
    time.addEventListener("input", () => { stop(); show(Number(time.value)); });
    figure.querySelector(".controls").hidden = false;
    stop();
  },

  drawing(figure) {
    const settings = JSON.parse(figure.querySelector("script").textContent);
    const { compute, draw } = this.made[settings.script];
    const canvas = figure.querySelector("canvas"), list = figure.querySelector("dl");
    const sliders = [...figure.querySelectorAll("input")];
    figure.querySelectorAll("[hidden]").forEach((part) => { part.hidden = false; });
    const again = () => {
      const values = Object.fromEntries(sliders.map((slider) => [slider.name, Number(slider.value)]));
      sliders.forEach((slider) => { slider.nextElementSibling.textContent = this.number(Number(slider.value)); });
      const result = compute(values);
      list.replaceChildren(...settings.shows.map(([key, text]) => {
        const row = document.createElement("div"), dt = document.createElement("dt"), dd = document.createElement("dd");
        dt.textContent = text; dd.textContent = this.number(result[key]); row.append(dt, dd);
        return row;
      }));
      draw(this.view(canvas, settings, Object.fromEntries(settings.shows)), values, result);
    };
    sliders.forEach((slider) => slider.addEventListener("input", again));
    for (const media of ["(prefers-color-scheme: dark)", "print"]) matchMedia(media).addEventListener("change", again);
    new ResizeObserver(again).observe(figure);
    again();
  },

  number(value) {
    if (typeof value !== "number") return String(value);
    if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
    const size = Math.abs(value);
    const text = size === 0 ? "0" : size >= 1e5 || size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
    return text.replace(/^-/, "−").replace("e-", "e−").replace("e+", "e");
  },

  // A canvas with the page's colours, sharp on any screen, and what its numbers are called. Rectangles are [left, top, width, height] in pixels.
  view(canvas, { ratio, narrow }, names) {
    const width = canvas.clientWidth || 600, height = Math.round(width * (width < 480 ? narrow : ratio)), dots = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * dots); canvas.height = Math.round(height * dots); canvas.style.height = height + "px";
    const ctx = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue("--" + name).trim();
    ctx.setTransform(dots, 0, 0, dots, 0, 0);
    ctx.clearRect(0, 0, width, height);
    ctx.font = "13px system-ui, sans-serif";
    const text = (words, x, y, { colour: name = "faint", align = "left" } = {}) => {
      ctx.fillStyle = colour(name); ctx.textAlign = align; ctx.textBaseline = "middle"; ctx.fillText(words, x, y);
    };
    // Words beside one another, each [words, colour], from x on.
    const row = (all, x, y) => {
      for (const [words, name] of all) { text(words, x, y, { colour: name }); x += ctx.measureText(words).width + 14; }
    };
    // Axes over x and y (each [low, high]) within a rectangle; what is drawn is clipped to it.
    const axes = (x, y, [left, top, wide, high] = [40, 12, width - 54, height - 42], names = ["", ""]) => {
      const px = (value) => left + wide * (value - x[0]) / (x[1] - x[0]);
      const py = (value) => top + high * (1 - (value - y[0]) / (y[1] - y[0]));
      const steps = ([low, high], count) => {
        const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
        const step = [1, 2, 5, 10].map((k) => k * power).find((k) => k >= rough);
        const found = [];
        for (let at = Math.ceil(low / step) * step; at <= high + 1e-9 * step; at += step) found.push(at);
        return found;
      };
      ctx.lineWidth = 1; ctx.strokeStyle = colour("rule");
      for (const at of steps(x, wide / 70)) {
        ctx.beginPath(); ctx.moveTo(px(at), top); ctx.lineTo(px(at), top + high); ctx.stroke();
        text(saddle.number(Math.abs(at) < 1e-12 ? 0 : at), px(at), top + high + 12, { align: "center" });
      }
      for (const at of steps(y, high / 45)) {
        ctx.beginPath(); ctx.moveTo(left, py(at)); ctx.lineTo(left + wide, py(at)); ctx.stroke();
        text(saddle.number(Math.abs(at) < 1e-12 ? 0 : at), left - 6, py(at), { align: "right" });
      }
      text(names[0], left + wide, top + high + 26, { align: "right" });
      text(names[1], left + 4, top + 8);
      const clipped = (paint) => { ctx.save(); ctx.beginPath(); ctx.rect(left, top, wide, high); ctx.clip(); paint(); ctx.restore(); };
      return {
        px, py,
        line: (points, name, { width: line = 2, dash = [] } = {}) => clipped(() => {
          ctx.beginPath(); ctx.setLineDash(dash); ctx.lineWidth = line; ctx.strokeStyle = colour(name);
          points.forEach(([a, b], i) => (i ? ctx.lineTo(px(a), py(b)) : ctx.moveTo(px(a), py(b))));
          ctx.stroke(); ctx.setLineDash([]);
        }),
        dots: (points, name, radius = 3) => clipped(() => {
          ctx.fillStyle = colour(name);
          for (const [a, b] of points) { ctx.beginPath(); ctx.arc(px(a), py(b), radius, 0, 2 * Math.PI); ctx.fill(); }
        }),
        arrow: ([a, b], [c, d], name, line = 1) => clipped(() => {
          const x0 = px(a), y0 = py(b), x1 = px(c), y1 = py(d), angle = Math.atan2(y1 - y0, x1 - x0);
          ctx.strokeStyle = colour(name); ctx.lineWidth = line; ctx.beginPath(); ctx.moveTo(x0, y0); ctx.lineTo(x1, y1);
          for (const turn of [2.6, -2.6]) { ctx.moveTo(x1, y1); ctx.lineTo(x1 + 5 * Math.cos(angle + turn), y1 + 5 * Math.sin(angle + turn)); }
          ctx.stroke();
        }),
        rect: ([a, b], [c, d], name, alpha = 1) => clipped(() => {
          ctx.globalAlpha = alpha; ctx.fillStyle = colour(name);
          ctx.fillRect(Math.min(px(a), px(c)), Math.min(py(b), py(d)), Math.abs(px(c) - px(a)), Math.abs(py(d) - py(b)));
          ctx.globalAlpha = 1;
        }),
      };
    };
    return { ctx, width, height, names, colour, text, row, axes };
  },
};
