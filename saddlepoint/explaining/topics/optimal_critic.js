// Data N(0, a) and samples N(mean, b): the best critic p/(p + q), and how far the two are apart.
saddle.knobs("optimal_critic", {
  compute({ mean, data, samples }) {
    const x = Array.from({ length: 1201 }, (_, i) => -24 + 0.04 * i), step = 0.04;
    const log = (at, centre, width) => -0.5 * ((at - centre) / width) ** 2 - Math.log(width * Math.sqrt(2 * Math.PI));
    const kl = (m, a, n, b) => ((a / b) ** 2 + ((m - n) / b) ** 2 - 1) / 2 - Math.log(a / b);
    const p = x.map((at) => log(at, 0, data)), q = x.map((at) => log(at, mean, samples));
    const best = x.map((_, i) => 1 / (1 + Math.exp(q[i] - p[i])));
    let jsd = 0;
    x.forEach((_, i) => {
      const top = Math.max(p[i], q[i]), middle = top + Math.log((Math.exp(p[i] - top) + Math.exp(q[i] - top)) / 2);
      jsd += 0.5 * step * (Math.exp(p[i]) * (p[i] - middle) + Math.exp(q[i]) * (q[i] - middle));
    });
    return { x, p: p.map(Math.exp), q: q.map(Math.exp), best, jsd, cost: 2 * jsd - Math.log(4), forward: kl(0, data, mean, samples), reverse: kl(mean, samples, 0, data) };
  },
  draw(view, values, { x, p, q, best }) {
    const axes = view.axes([-6, 9], [0, 1.36]), points = (y) => x.map((at, i) => [at, y[i]]);
    axes.line(points(p), "c0", { width: 2.5 });
    axes.line(points(q), "c1", { width: 2.5 });
    axes.line(points(best), "c0", { width: 2, dash: [6, 4] });
    view.row([["p", "c0"], ["q", "c1"], ["D* = p/(p + q)  – –", "c0"]], axes.px(-5.6), axes.py(1.27));
  },
});
