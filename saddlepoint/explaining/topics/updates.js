// Three losses of a generator over the critic's logit s, and how hard each pulls when logits are normal around a mean.
saddle.knobs("updates", {
  compute({ logit, spread }) {
    const sigmoid = (s) => 1 / (1 + Math.exp(-s)), softplus = (s) => Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s)));
    let total = 0, minimax = 0;
    for (let i = 0; i <= 160; i++) {
      const u = -8 + i / 10, weight = Math.exp(-u * u / 2);
      total += weight; minimax += weight * sigmoid(logit + spread * u);
    }
    const pull = minimax / total, grid = Array.from({ length: 161 }, (_, i) => -8 + i / 10);
    return {
      minimax: pull, non_saturating: 1 - pull, combined: 1,
      losses: { minimax: grid.map((s) => [s, -softplus(s)]), non_saturating: grid.map((s) => [s, softplus(-s)]), combined: grid.map((s) => [s, -s]) },
      slopes: { minimax: grid.map((s) => [s, -sigmoid(s)]), non_saturating: grid.map((s) => [s, sigmoid(s) - 1]), combined: grid.map((s) => [s, -1]) },
    };
  },
  draw(view, { logit }, result) {
    const both = view.width >= 480, wide = both ? view.width / 2 : view.width;
    const colours = { minimax: "c1", non_saturating: "c2", combined: "c3" };
    const panels = both ? [[result.losses, [-8.5, 8.5]], [result.slopes, [-1.1, 0.1]]] : [[result.slopes, [-1.1, 0.1]]];
    panels.forEach(([curves, range], i) => {
      const axes = view.axes([-8, 8], range, [i * wide + 44, 44, wide - 58, view.height - 86], ["s", ""]);
      axes.line([[logit, range[0]], [logit, range[1]]], "faint", { width: 1, dash: [3, 3] });
      for (const rule in colours) {
        axes.line(curves[rule], colours[rule]);
        axes.dots([curves[rule].reduce((a, b) => (Math.abs(b[0] - logit) < Math.abs(a[0] - logit) ? b : a))], colours[rule], 4);
      }
    });
    view.row(Object.entries(colours).map(([rule, colour]) => [view.names[rule], colour]), 44, 16);
  },
});
