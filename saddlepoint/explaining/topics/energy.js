// Two bells of data and samples, and the cheapest energies between them: m where samples prevail, 0 elsewhere.
saddle.knobs("energy", {
  compute({ distance, margin }) {
    const points = 2001, reach = 8, x = Array.from({ length: points }, (_, i) => -reach + (2 * reach * i) / (points - 1));
    const share = (mean) => { const w = x.map((at) => Math.exp(-((at - mean) ** 2) / 2)), sum = w.reduce((a, b) => a + b); return w.map((one) => one / sum); };
    const real = share(-distance / 2), fake = share(distance / 2), energy = real.map((p, i) => (p * (1 + 1e-9) < fake[i] ? margin : 0)); // rounding decides no tie
    const total = (f) => real.reduce((sum, _, i) => sum + f(i), 0);
    return {
      x, real, fake, energy,
      variation: total((i) => Math.abs(real[i] - fake[i])) / 2,
      value: total((i) => real[i] * energy[i] + fake[i] * Math.max(0, margin - energy[i])),
      of_real: total((i) => real[i] * energy[i]),
      of_fake: total((i) => fake[i] * energy[i]),
    };
  },
  draw(view, { margin }, { x, real, fake, energy }) {
    const { width, height } = view, step = x[1] - x[0], high = (height - 84) / 2;
    const above = view.axes([-5, 5], [0, 0.45], [44, 12, width - 58, high]);
    for (const [shares, colour] of [[real, "c0"], [fake, "c1"]]) above.line(x.map((at, i) => [at, shares[i] / step]), colour);
    const below = view.axes([-5, 5], [-0.2, 4.3], [44, 46 + high, width - 58, high], ["x", "D(x)"]);
    below.line([[-5, margin], [5, margin]], "faint", { width: 1, dash: [5, 4] });
    below.line(x.map((at, i) => [at, energy[i]]), "c0");
  },
});
