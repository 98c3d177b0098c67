/**
 * `DATABASE`: writes one batch after the other until it is killed, and prints the number of each that was acknowledged. Batch
 * `k` is minute `k`, and a visit of each of 2,000 addresses of 10.K.0.0/16.
 */
import { openHistory } from "../src/store/history.ts";
import { batchOf, HOUR_AGO, minuteOf, NOW, realLock, visitOf } from "./history-world.ts";
import { until } from "./until.ts";

const [path = ""] = process.argv.slice(2);
const MINUTE = 60_000;
const history = openHistory({
  path,
  now: () => NOW,
  keep: { days: 365, megabytes: 1000 },
  lock: realLock(path),
  retry: 20,
  emit: () => {},
});
await until(async () => {
  history.write(batchOf([], { minutes: [minuteOf(HOUR_AGO)] }));
  return (await history.minutes(HOUR_AGO, NOW)).length > 0;
}, "the first batch");
process.stdout.write("begun\n");
for (let k = (await history.minutes(HOUR_AGO, NOW)).length; k < 256; k++) {
  const visits = Array.from({ length: 2000 }, (_, i) => visitOf(`10.${k}.${i >> 8}.${i & 255}`));
  const at = HOUR_AGO + k * MINUTE;
  history.write(batchOf(visits, { minutes: [minuteOf(at)] }));
  while ((await history.minutes(at, at + 1)).length === 0) await Bun.sleep(1);
  process.stdout.write(`${k}\n`);
}
