// Losses of two players where data are N(0, 1), samples N(shift, width²), and the critic's logit is a factor of the best.
saddle.knobs("reading_losses", {
  compute({ shift, width, confidence }) {
    const low = -14, step = 0.02, count = 1401;
    const logBell = (x, mean, wide) => -0.5 * ((x - mean) / wide) ** 2 - Math.log(wide * Math.sqrt(2 * Math.PI));
    const softplus = (s) => Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s)));
    const log4 = Math.log(4), log2 = Math.log(2), curves = { p: [], q: [], D: [] };
    let critic = 0, generator = 0, divergence = 0;
    for (let i = 0; i < count; i++) {
      const x = low + i * step, p = logBell(x, 0, 1), q = logBell(x, shift, width), s = confidence * (p - q);
      const weight = i === 0 || i === count - 1 ? step / 2 : step, P = weight * Math.exp(p), Q = weight * Math.exp(q);
      const middle = Math.max(p, q) + Math.log1p(Math.exp(-Math.abs(p - q))) - log2;
      critic += P * softplus(-s) + Q * softplus(s);
      generator += Q * softplus(-s);
      divergence += (P * (p - middle) + Q * (q - middle)) / 2;
      if (i % 2 === 0) { curves.p.push([x, Math.exp(p)]); curves.q.push([x, Math.exp(q)]); curves.D.push([x, 1 / (1 + Math.exp(-s))]); }
    }
    return { critic, generator, proved: Math.max(0, (log4 - critic) / 2), divergence, curves };
  },
  draw(view, values, { curves }) {
    const axes = view.axes([-5, 7], [0, 1.4], undefined, ["x", ""]);
    axes.line([[-5, 0.5], [7, 0.5]], "faint", { width: 1, dash: [4, 4] });
    axes.line(curves.D, "c2", { width: 2 });
    axes.line(curves.p, "c0", { width: 2.4 });
    axes.line(curves.q, "c1", { width: 2.4 });
  },
});
