import type { Rule } from "../rule.ts";
import { TAG } from "../tags.ts";
import { counted, cut, detailed, named, requestSample, within } from "../words.ts";

export const fakeCrawler: Rule = {
  id: "fake-crawler",
  means:
    "Its agent says that it is a search engine's crawler, and its names in DNS prove that it is not. The console and watch look the names up; without them nobody is accused.",
  spares:
    "The crawlers themselves: those whose names prove them are not judged by their requests at all. Who cannot be looked up, because DNS does not answer.",
  score: 30,
  mitre: "T1036.005",
  thresholds: [],
  watch: ({ raise }) => ({
    traits: TAG.crawler,
    request(subject, event, seen) {
      if (subject.origin?.forged === undefined) return;
      const sample = () => cut(`${requestSample(event)} by ${event.userAgent ?? ""}`);
      raise(subject, { at: event.at, name: seen.name(TAG.crawler), sample });
    },
    evidence: (standing) =>
      detailed(
        `${counted(standing.count, "request")} of what says it is a crawler and is none${within(standing)}`,
        named(standing),
      ),
  }),
};
