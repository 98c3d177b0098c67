import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { startBotnet } from "./botnet.ts";
import { startCrawler } from "./crawler.ts";
import { startGuesser } from "./guesser.ts";
import { Host } from "./host.ts";
import { startOffice } from "./office.ts";
import { startPrankster } from "./prankster.ts";
import { startDatabase, startFeedReader, startMonitor } from "./regulars.ts";
import { startScanner } from "./scanner.ts";
import { createTimeline } from "./timeline.ts";
import { startVisitors } from "./visitors.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** A server does not start empty: this long is played before the first tick. */
const WARM_UP = 130 * SECOND;
const LENGTH = 6 * MINUTE;

/**
 * The recording that `nethergaze demo` plays, as text: six minutes of an evening on a small shop's server, where a
 * quiet trade meets a password guesser, a scanner and at last a flood. The same bytes each time.
 */
export function incident(): string {
  const timeline = createTimeline(-WARM_UP);
  const host = new Host(timeline);
  startDatabase(timeline, host);
  startVisitors(timeline, host, LENGTH);
  startOffice(timeline, host, 2.7 * MINUTE);
  startMonitor(timeline, host);
  startFeedReader(timeline, host);
  startCrawler(timeline, host, 9 * SECOND);
  startGuesser(timeline, host, 1 * MINUTE);
  startScanner(timeline, host, 1.5 * MINUTE, 2.2 * MINUTE, 5.8 * MINUTE);
  startPrankster(timeline, host, 3 * MINUTE);
  startBotnet(timeline, host, 3.5 * MINUTE, 5.5 * MINUTE);

  for (let second = 0; second <= LENGTH; second += SECOND) timeline.at(second, () => host.poll());
  timeline.at(0, () => host.open());
  timeline.run(LENGTH + 1);
  return `${host.lines.join("\n")}\n`;
}

/** Where the recording lies, beside this file. */
export const INCIDENT = new URL("incident.jsonl.gz", import.meta.url);

if (import.meta.main) writeFileSync(INCIDENT, gzipSync(incident(), { level: 9 }));
