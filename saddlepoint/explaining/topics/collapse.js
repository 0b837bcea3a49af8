// What the figures of modes say of a generator that keeps some of 25 modes, at a width, beside one wide blob.
saddle.knobs("collapse", {
  compute({ kept, width, blur, n }) {
    const sigma = 0.05, count = 25, variance = 8 + sigma * sigma, square = (3 * sigma) ** 2;
    const centres = Array.from({ length: count }, (_, k) => [2 * Math.floor(k / 5) - 4, 2 * (k % 5) - 4]);
    const quality = 1 - Math.exp(-9 / (2 * width * width));
    // The blob's mass on a small disc: its density in the middle, and the next term of its series.
    const mass = ([x, y]) => {
      const away = (x * x + y * y) / variance;
      return square / (2 * variance) * Math.exp(-away / 2) * (1 + square / (8 * variance) * (away - 2));
    };
    const shares = centres.map((centre, k) => blur * mass(centre) + (k < kept ? (1 - blur) / kept * quality : 0));
    const total = shares.reduce((sum, share) => sum + share, 0);
    return {
      centres, shares, variance, sigma,
      modes: shares.reduce((sum, share) => sum + 1 - (1 - share) ** n, 0),
      quality: total,
      divergence: shares.reduce((sum, share) => sum + (share > 0 ? share / total * Math.log(share / total * count) : 0), 0),
    };
  },
  draw(view, { kept, width, blur, n }, { centres, shares, variance, sigma }) {
    let state = 1;
    const uniform = () => (state = (state * 16807) % 2147483647) / 2147483647;
    const bell = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const points = Array.from({ length: Math.min(n, 1500) }, () => {
      const wide = uniform() < blur, centre = centres[Math.floor(uniform() * kept)];
      const spread = wide ? Math.sqrt(variance) : width * sigma;
      return [(wide ? 0 : centre[0]) + spread * bell(), (wide ? 0 : centre[1]) + spread * bell()];
    });
    const high = view.height - 42, wide = view.width - 54, reach = 5.2;
    const axes = view.axes([-reach * wide / high, reach * wide / high], [-reach, reach]);
    const ring = ([x, y], r) => Array.from({ length: 33 }, (_, i) => [x + r * Math.cos(i * Math.PI / 16), y + r * Math.sin(i * Math.PI / 16)]);
    centres.forEach((centre, k) => {
      const met = 1 - (1 - shares[k]) ** n > 0.5;
      axes.line(ring(centre, 0.45), met ? "c0" : "rule", { width: met ? 2 : 1.2 });
    });
    axes.dots(points, "c1", 1.3);
  },
});
