// One Gaussian against two bumps at ±3: four divergences.
saddle.knobs("updates_fit", {
  compute({ centre, width }) {
    const x = Array.from({ length: 961 }, (_, i) => -24 + i / 20), step = 1 / 20, root = Math.log(Math.sqrt(2 * Math.PI));
    const bell = (at, mean, deviation) => -0.5 * ((at - mean) / deviation) ** 2 - Math.log(deviation) - root;
    const mean = (a, b) => Math.max(a, b) + Math.log((Math.exp(Math.min(a, b) - Math.max(a, b)) + 1) / 2);
    let forward = 0, reverse = 0, jsd = 0;
    const p = x.map((at) => mean(bell(at, -3, 1), bell(at, 3, 1))), q = x.map((at) => bell(at, centre, width));
    x.forEach((_, i) => {
      const middle = mean(p[i], q[i]), real = step * Math.exp(p[i]), made = step * Math.exp(q[i]);
      forward += real * (p[i] - q[i]); reverse += made * (q[i] - p[i]); jsd += (real * (p[i] - middle) + made * (q[i] - middle)) / 2;
    });
    return { x, p: p.map(Math.exp), q: q.map(Math.exp), likelihood: forward, minimax: 2 * jsd, non_saturating: reverse - 2 * jsd, combined: reverse };
  },
  draw(view, values, { x, p, q }) {
    const axes = view.axes([-9, 9], [0, 0.5]);
    axes.line(x.map((at, i) => [at, p[i]]), "c0", { width: 2.5 });
    axes.line(x.map((at, i) => [at, q[i]]), "c1", { width: 2.5 });
    view.row([["p", "c0"], ["q", "c1"]], axes.px(-8.6), axes.py(0.47));
  },
});
