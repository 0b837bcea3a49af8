// Along one axis: which inputs a transposed convolution adds up in each pixel, and all sizes that shrink to its input's.
saddle.knobs("convolutions", {
  compute({ input, kernel, stride, padding, extra }) {
    const whole = (input - 1) * stride + kernel;
    const cut = Math.min(padding, kernel - 1, Math.floor((whole - 1) / 2)), added = Math.min(extra, stride - 1);
    const size = whole - 2 * cut + added;
    const counts = Array.from({ length: size }, (_, x) => {
      const first = Math.max(0, Math.ceil((x + cut - kernel + 1) / stride)), last = Math.min(input - 1, Math.floor((x + cut) / stride));
      return Math.max(0, last - first + 1);
    });
    return {
      size, cut, added, counts, smallest: whole - 2 * cut, largest: whole - 2 * cut + stride - 1,
      least: Math.floor(kernel / stride), most: Math.ceil(kernel / stride),
    };
  },
  draw(view, { input, kernel, stride }, { size, cut, counts, most }) {
    const { ctx, colour, width, height } = view, narrow = width < 480, side = narrow ? 0 : Math.min(width * 0.36, height - 20);
    const wide = narrow ? width - 20 : width - side - 50, high = height - 20;
    const whole = (input - 1) * stride + kernel, slots = Math.max(whole, cut + size), cell = Math.min(wide / slots, 26), low = 10 + high - cell, top = 10 + 14;
    const middle = 10 + wide / 2, x = (k) => middle + (k - slots / 2) * cell, small = (j) => x(j * stride + (kernel - 1) / 2) + (x(1) - x(0) - cell) / 2;
    for (let j = 0; j < input; j++) for (let tap = 0; tap < kernel; tap++) {
      const to = j * stride + tap, kept = to >= cut && to < cut + size;
      ctx.strokeStyle = colour(kept ? "c" + (tap % 6) : "rule"); ctx.lineWidth = kept ? 1.4 : 1;
      ctx.beginPath(); ctx.moveTo(small(j) + cell / 2, low); ctx.lineTo(x(to) + cell / 2, top + cell); ctx.stroke();
    }
    const box = (left, up, fill, edge) => { ctx.lineWidth = 1; if (fill) { ctx.fillStyle = colour(fill); ctx.fillRect(left + 1, up, cell - 2, cell - 2); } ctx.strokeStyle = colour(edge); ctx.strokeRect(left + 1, up, cell - 2, cell - 2); };
    for (let j = 0; j < input; j++) box(small(j), low, "c0", "c0");
    for (let k = 0; k < slots; k++) {
      const kept = k >= cut && k < cut + size;
      box(x(k), top, kept ? "card" : null, kept ? "ink" : "rule");
      if (kept && cell > 9) view.text(counts[k - cut], x(k) + cell / 2, top + cell / 2, { colour: "ink", align: "center" });
    }
    const left = width - side - 10, up = 10, pixel = side / size; // a phone has no room for the square beside the lines
    for (let a = 0; a < size && !narrow; a++) for (let b = 0; b < size; b++) {
      ctx.globalAlpha = 1; ctx.fillStyle = colour("card"); ctx.fillRect(left + b * pixel, up + a * pixel, pixel, pixel);
      ctx.globalAlpha = 0.06 + 0.94 * counts[a] * counts[b] / Math.max(1, most * most); ctx.fillStyle = colour("c1");
      ctx.fillRect(left + b * pixel, up + a * pixel, pixel - (pixel > 4 ? 1 : 0), pixel - (pixel > 4 ? 1 : 0));
    }
    ctx.globalAlpha = 1;
  },
});
