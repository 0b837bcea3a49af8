// A normal density learned by telling it from normal noise of another width: T times the squared errors, in the limit.
saddle.knobs("relatives", {
  compute({ deviation }) {
    const cells = 2001, step = 18 / (cells - 1), u = Array.from({ length: cells }, (_, i) => -9 + step * i);
    const bell = (x, width) => Math.exp(-0.5 * (x / width) ** 2) / (width * Math.sqrt(2 * Math.PI));
    let a = 0, b = 0, c = 0; // of I = [[a, b], [b, c]]
    u.forEach((x) => {
      const p = bell(x, 1), noise = bell(x, deviation), weight = step * p * noise / (p + noise), g = -0.5 * x * x;
      a += weight * g * g; b += weight * g; c += weight;
    });
    const det = a * c - b * b; // I⁻¹ E(Pg) is (0, 1), since g ends with 1
    return { u, data: u.map((x) => bell(x, 1)), noise: u.map((x) => bell(x, deviation)),
      told: u.map((x) => 1 / (1 + Math.exp(Math.log(bell(x, deviation) + 1e-300) - Math.log(bell(x, 1))))),
      precision: c / det, normaliser: a / det - 2 };
  },
  draw(view, values, { u, data, noise, told }) {
    const axes = view.axes([-6, 6], [0, 1.4]);
    axes.line(u.map((x, i) => [x, data[i]]), "c0"); axes.line(u.map((x, i) => [x, noise[i]]), "c1");
    axes.line(u.map((x, i) => [x, told[i]]), "c2", { width: 1.5, dash: [5, 4] });
  },
});
