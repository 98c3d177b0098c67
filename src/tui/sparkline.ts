const BARS = "▁▂▃▄▅▆▇█";

/**
 * The values, oldest first, as `width` bars, the highest of each stretch; full height is the highest of all,
 * but at least `full`. `newest` is the number of the last value (say its second since the epoch): stretches
 * begin at its multiples, so that bars stand still until a new one begins.
 */
export function sparkline(values: readonly number[], width: number, newest = -1, full = 1): string {
  if (width <= 0) return "";
  const stretch = Math.max(1, Math.ceil(values.length / width));
  const peaks = new Array<number>(width).fill(0);
  // Values in the last, unfinished stretch.
  const open = (((newest % stretch) + stretch) % stretch) + 1;
  for (let age = 0; age < values.length; age++) {
    const back = age < open ? 0 : 1 + Math.floor((age - open) / stretch);
    if (back >= width) break;
    const value = values[values.length - 1 - age] ?? 0;
    if (value > (peaks[width - 1 - back] as number)) peaks[width - 1 - back] = value;
  }
  const top = Math.max(full, ...peaks);
  return peaks.map((peak) => BARS[Math.ceil((peak / top) * (BARS.length - 1))] ?? BARS[0]).join("");
}
