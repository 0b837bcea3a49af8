// Data N(0, 1) and samples N(theta, 1): the slopes of the best critics under R1, R2 and both, and D'² by differences.
saddle.knobs("penalties", {
  compute({ theta, gamma, sigma }) {
    const points = 1801, reach = 9, step = (2 * reach) / (points - 1), x = Array.from({ length: points }, (_, i) => -reach + i * step);
    const share = (mean) => { const w = x.map((at) => Math.exp(-((at - mean) ** 2) / 2)), sum = w.reduce((a, b) => a + b); return w.map((one) => one / sum); };
    const real = share(0), fake = share(theta);
    let risen = 0;
    const rise = x.slice(1).map((_, i) => (risen += fake[i] - real[i]));
    const slope = (weight) => rise.map((one, i) => one / ((gamma * (weight(i) + weight(i + 1))) / 2 / step));
    const slopes = { r1: slope((i) => real[i]), r2: slope((i) => fake[i]), both: slope((i) => real[i] + fake[i]) };
    const critic = [0];
    for (const one of slopes.both) critic.push(critic[critic.length - 1] + one * step);
    const D = (at) => { const place = Math.min(points - 1, Math.max(0, (at + reach) / step)), i = Math.min(points - 2, Math.floor(place)); return critic[i] + (place - i) * (critic[i + 1] - critic[i]); };
    const e = Array.from({ length: 81 }, (_, i) => -4 + i * 0.1), bell = e.map((one) => Math.exp(-(one ** 2) / 2)), total = bell.reduce((a, b) => a + b);
    const middle = x.slice(1).map((at, i) => (at + x[i]) / 2), square = slopes.both.map((one) => one * one);
    const differences = middle.map((at) => { const here = D(at); return e.reduce((sum, one, k) => sum + (bell[k] / total) * (D(at + sigma * one) - here) ** 2, 0) / sigma ** 2; });
    const mean = (values) => values.reduce((sum, one, i) => sum + one * real[i + 1], 0);
    return { middle, slopes, square, differences, exact: (gamma / 2) * mean(square), estimate: (gamma / 2) * mean(differences), ratio: mean(differences) / mean(square) };
  },
  draw(view, { theta }, { middle, slopes, square, differences }) {
    const { width, height } = view, high = (height - 84) / 2, span = [-3.5, 3.5 + theta], seen = middle.map((at, i) => [at, i]).filter(([at]) => at >= span[0] && at <= span[1]);
    const curve = (values) => seen.map(([at, i]) => [at, values[i]]);
    const deep = Math.max(0.1, ...curve(slopes.both).map(([, one]) => -one));
    const above = view.axes(span, [-2.6 * deep, 0.1 * deep], [48, 12, width - 62, high]);
    above.line(curve(slopes.r1), "c0"); above.line(curve(slopes.r2), "c1"); above.line(curve(slopes.both), "ink");
    view.text("D′", 56, 8 + high, { colour: "ink" });
    const below = view.axes(span, [0, 1.15 * deep * deep], [48, 46 + high, width - 62, high], ["x", "D′²"]);
    below.line(curve(square), "ink"); below.line(curve(differences), "c2", { dash: [6, 4] });
  },
});
