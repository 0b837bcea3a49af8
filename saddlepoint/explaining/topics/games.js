// Six rules on f = xy from (1, 1): their paths, and the factor by which a step changes the distance in the end.
saddle.knobs("games", {
  compute({ h, steps }) {
    const add = (a, b, c = 1) => [a[0] + c * b[0], a[1] + c * b[1]], v = ([x, y]) => [-y, x];
    const times = ([a, b], [c, d]) => [a * c - b * d, a * d + b * c];
    const root = (re, im) => { const r = Math.hypot(re, im); return [Math.sqrt((r + re) / 2), Math.sign(im || 1) * Math.sqrt(Math.max(0, (r - re) / 2))]; };
    const path = (start, move) => { const all = [start]; for (let i = 0; i < steps; i++) all.push(move(all[all.length - 1], all)); return all; };
    let before = v([1, 1]);
    const paths = {
      simultaneous: path([1, 1], (z) => add(z, v(z), h)),
      alternating: path([1, 1], ([x, y]) => [x - h * (y + h * x), y + h * x]),
      extragradient: path([1, 1], (z) => add(z, v(add(z, v(z), h)), h)),
      optimistic: path([1, 1], (z) => { const now = v(z), next = add(add(z, now, 2 * h), before, -h); before = now; return next; }),
      consensus: path([1, 1], (z) => add(add(z, v(z), h), z, -h)),
      lookahead: path([1, 1], (z) => { let fast = z; for (let k = 0; k < 5; k++) fast = add(fast, v(fast), h); return add(z, add(fast, z, -1), 0.5); }),
    };
    let power = [1, 0];
    for (let k = 0; k < 5; k++) power = times(power, [1, h]);
    const square = (2 - h * h) ** 2 - 4, s = root(1 - 4 * h * h, 0);
    return {
      paths,
      simultaneous: Math.sqrt(1 + h * h),
      alternating: square <= 0 ? 1 : (Math.abs(2 - h * h) + Math.sqrt(square)) / 2,
      extragradient: Math.sqrt(1 - h ** 2 + h ** 4),
      optimistic: Math.max(...[1, -1].map((sign) => Math.hypot(1 + sign * s[0], 2 * h + sign * s[1]) / 2)),
      consensus: Math.hypot(1 - h, h),
      lookahead: Math.hypot(0.5 + 0.5 * power[0], 0.5 * power[1]),
    };
  },
  draw(view, values, result) {
    const names = Object.keys(result.paths), columns = view.width < 480 ? 2 : 3, rows = names.length / columns;
    const wide = view.width / columns, high = view.height / rows, side = Math.min(wide - 44, high - 44);
    names.forEach((name, i) => {
      const left = (i % columns) * wide + 30, top = Math.floor(i / columns) * high + 22;
      const axes = view.axes([-2.2, 2.2], [-2.2, 2.2], [left, top, side, side]);
      axes.line(result.paths[name], "c" + [1, 3, 2, 0, 4, 5][i], { width: 1.6 });
      axes.dots([result.paths[name][values.steps]], "c" + [1, 3, 2, 0, 4, 5][i], 4);
      axes.dots([[0, 0]], "ink", 2);
      view.text(view.names[name], left, top - 10, { colour: "ink" });
    });
  },
});
