import { claim } from "../claims.ts";
import { TAG } from "../tags.ts";
import { requestSample } from "../words.ts";

export const customPattern = claim({
  id: "custom-pattern",
  means: "Asks for a path that the operator named. One is enough.",
  spares: "Nobody: it is as exact as the operator's own patterns.",
  score: 40,
  mitre: "T1595",
  tag: TAG.custom,
  what: "for paths that you named",
  shown: requestSample,
});
