// Four codes at −3, −1, 1, 3 in noise, and a recogniser that believes in another noise: what x tells, and what it reads.
saddle.knobs("information", {
  compute({ noise, believed }) {
    const centres = [-3, -1, 1, 3], step = 0.05, x = Array.from({ length: 641 }, (_, i) => -16 + step * i);
    const posterior = (at, width) => {
      const logs = centres.map((centre) => -0.5 * ((at - centre) / width) ** 2), top = Math.max(...logs);
      const total = top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0));
      return logs.map((log) => log - total);
    };
    const truth = x.map((at) => posterior(at, noise)), read = x.map((at) => posterior(at, believed));
    let information = Math.log(4), bound = Math.log(4);
    x.forEach((at, i) => centres.forEach((centre, c) => {
      const mass = step * Math.exp(-0.5 * ((at - centre) / noise) ** 2) / (4 * noise * Math.sqrt(2 * Math.PI));
      information += mass * truth[i][c]; bound += mass * read[i][c];
    }));
    return { x, truth, read, information, bound, gap: information - bound };
  },
  draw(view, values, { x, truth, read }) {
    const axes = view.axes([-6, 6], [0, 1.05]);
    for (let c = 0; c < 4; c++) {
      axes.line(x.map((at, i) => [at, Math.exp(truth[i][c])]), "faint", { width: 1.5, dash: [5, 4] });
      axes.line(x.map((at, i) => [at, Math.exp(read[i][c])]), "c" + c, { width: 2 });
    }
  },
});
